#pragma once

// Back through time for a single sample: lanes are units, which threads share. The recurrent weights are packed block
// by block of units, [K][units of the block], K the columns of a product.

#include "cpu/gemm/gemm.h"
#include "cpu/gemm/pack.h"
#include "cpu/rnn/backward.h"
#include "cpu/rnn/unit_cut.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class BackwardUnits {
 public:
  explicit BackwardUnits(const RnnConfig& config) : c_(config), steps_(cellSteps<T>(config)), cut_(config) {
    Places places;
    const auto rows = [&](int64_t count) {
      return places.take(static_cast<size_t>(count * cut_.vectors) * sizeof(Vec<T>));
    };
    for (int p = 0; p < c_.layout.products; ++p) weights_[p] = rows(depth(c_.layout.product[p]));
    dh_ = rows(1), dc_ = rows(1), products_ = rows(1), zeros_ = rows(1);
    inputs_ = places.take(gemmWorkspace<T>(c_.T, c_.F, static_cast<int>(c_.columns())));
    workspace = places.used();
  }

  // Steps [from, to), the last ones first.
  void run(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space) const {
    const bool first = to == c_.T;
    if (first) {
      std::memset(at(space, zeros_), 0, static_cast<size_t>(cut_.vectors) * sizeof(Vec<T>));
      copyState(o.dhLast, at(space, dh_));
      copyState(o.dcLast, at(space, dc_));
    }
    // A phase ends where units need what others found. The last one takes the gradient to the state before the steps.
    const int phases = gru() ? 2 : 1, steps = to - from;
    const bool last = from > 0 || o.dh0;
    inSteps(o.pool, steps * phases + (last ? 1 : 0), cut_.parts, double(steps) * c_.H * c_.columns(),
            [&](int phase, int part) {
              const Units& own = cut_.of[part];
              const int i = phase / phases, s = to - 1 - i;
              if (phase == 0 && first) pack(o, own, space);
              if (phase % phases == 1) return throughReset(o, kept, own, s, space);
              if (i > 0) throughProducts(o, kept, own, s + 1, space);
              if (i < steps) throughCell(o, kept, own, s, space);
            });
    if (o.dx) throughX(o, kept, from, to, space);
    if (from > 0) return;
    if (o.dh0) copyState(at(space, dh_), o.dh0);
    if (o.dc0) copyState(at(space, dc_), o.dc0);
  }

  size_t workspace;

 private:
  static T* at(char* space, size_t place) { return reinterpret_cast<T*>(space + place); }
  bool gru() const { return c_.kind == CellKind::gru; }
  // Columns whose sums read the state.
  int64_t depth(const Product& product) const {
    return product.state == StateOperand::none ? 0 : int64_t(product.gates) * c_.H;
  }

  // f(first lane, vectors) of each block of some units.
  template <class F>
  static void overBlocks(const Units& own, bool backwards, F f) {
    const Blocks blocks(own.lanes / kLanes<T>, unitVectors(1));
    for (int i = 0; i < blocks.count; ++i) {
      const int block = blocks.fromEnd(backwards, i);
      f(blocks.first(block) * kLanes<T>, blocks.rows(block));
    }
  }
  T* weightsOf(int p, const Units& own, int lane, char* space) const {
    return at(space, weights_[p]) + depth(c_.layout.product[p]) * (own.unit + lane);
  }
  void pack(const BackwardOperands<T>& o, const Units& own, char* space) const {
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      const int K = static_cast<int>(depth(product));
      const Factor<T> w = matrix(o.recurrent + int64_t(product.column) * c_.H, c_.columns(), 1, K);
      overBlocks(own, false, [&](int lane, int vectors) {
        const int width = vectors * kLanes<T>, count = lesser(own.units - lane, width);
        T* const to = weightsOf(p, own, lane, space);
        if (count < width) std::memset(to, 0, size_t(K) * width * sizeof(T));
        packPanel(w, own.unit + lane, count, 0, K, to, width);
      });
    }
  }

  void copyState(const T* from, T* to) const {
    if (from) {
      std::memcpy(to, from, c_.H * sizeof(T));
    } else {
      std::memset(to, 0, c_.H * sizeof(T));
    }
  }

  // Some units of step s. What a masked step leaves is zero, and the state's gradients are carried on.
  BackwardBlock<T> blockOf(const BackwardOperands<T>& o, const Kept<T>& kept, const Units& own, int s,
                           char* space) const {
    const int H = c_.H, u = own.unit;
    const T* const zeros = at(space, zeros_);
    const auto ofStep = [&](const T* states) {
      return Rows<const T>{states ? states + int64_t(s) * H + u : nullptr, 0};
    };
    const auto before = [&](const T* states, const T* first) {
      const Rows<const T> row = stateBefore<T>(c_, states, first, zeros, s, 0);
      return Rows<const T>{row.p + u, 0};
    };
    BackwardBlock<T> b;
    b.rows = 1;
    b.lanes = own.units;
    b.unitInner = true;
    b.gateStride = H;
    b.keep = o.mask && !o.mask[timeOf(c_, s)] ? zeros : nullptr;
    b.h = ofStep(o.hs);
    b.dhGiven = ofStep(o.dhs);
    b.dcGiven = ofStep(o.dcs);
    b.hBefore = before(o.hs, o.h0);
    b.cBefore = before(o.cs, o.c0);
    b.hUsed = kept.used ? ofStep(kept.used) : b.hBefore;
    if (o.reserve) b.gates = {o.reserve + int64_t(s) * c_.layout.reserve * H + u, 0};
    b.dGates = {gradsOf(c_, kept, s) + u, 0};
    b.dh = {at(space, dh_) + u, 0};
    b.dc = {at(space, dc_) + u, 0};
    b.dReset = {at(space, products_) + u, 0};
    if (kept.reset) b.reset = {kept.reset + int64_t(s) * H + u, 0};
    return b;
  }
  CellConstants<T> constants(const BackwardOperands<T>& o, const Units& own) const {
    return cellConstants<T>(c_, o.peephole ? o.peephole + own.unit : nullptr);
  }

  void throughCell(const BackwardOperands<T>& o, const Kept<T>& kept, const Units& own, int s, char* space) const {
    const BackwardBlock<T> b = blockOf(o, kept, own, s, space);
    if (kept.used) {
      multiplyRows<T>(b.hBefore, {o.dropout + own.unit, 0}, {kept.used + int64_t(s) * c_.H + own.unit, 0}, 1,
                      own.units);
    }
    steps_.backward(constants(o, own), b);
  }

  // gru: from the gradient of the candidate's sum to those of the reset gate and, in part, of h'.
  void throughReset(const BackwardOperands<T>& o, const Kept<T>& kept, const Units& own, int s, char* space) const {
    times(kept, own, 1, s, at(space, zeros_), space);
    steps_.backwardReset(constants(o, own), blockOf(o, kept, own, s, space));
  }

  // dh += the gradient of h' of step s by the products.
  void throughProducts(const BackwardOperands<T>& o, const Kept<T>& kept, const Units& own, int s, char* space) const {
    const T* start = at(space, gru() ? products_ : zeros_);
    for (int p = 0; p < c_.layout.products; ++p) {
      if (c_.layout.product[p].state != StateOperand::before) continue;
      times(kept, own, p, s, start, space);
      start = at(space, products_);
    }
    addRows<T>({at(space, products_) + own.unit, 0}, {o.dropout ? o.dropout + own.unit : nullptr, 0},
               {at(space, dh_) + own.unit, 0}, 1, own.units);
  }

  // These units of `products` = start + weights of a product times the gradients of its sums in step s.
  void times(const Kept<T>& kept, const Units& own, int p, int s, const T* start, char* space) const {
    const Product& product = c_.layout.product[p];
    const int K = static_cast<int>(depth(product));
    const T* const d = gradsOf(c_, kept, s) + int64_t(product.row) * c_.H;
    const bool backwards = sweepsBackwards(s);
    overBlocks(own, backwards, [&](int lane, int vectors) {
      const int unit = own.unit + lane;
      unitSumsOf<T>(1, vectors)
          .row({weightsOf(p, own, lane, space), K, d, 0, 1, start + unit, at(space, products_) + unit, 0, 0, 0,
                backwards});
    });
  }

  // All steps are one product.
  void throughX(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space) const {
    const int K = static_cast<int>(c_.columns());
    gemm<T>(to - from, c_.F, K, matrix(gradsOf(c_, kept, from), int64_t(gradRows(c_)) * c_.H, 1, K),
            matrix(o.kernel, K, 1, K), o.dx + int64_t(timeOf(c_, from)) * c_.F, c_.reverse ? -c_.F : c_.F, false,
            o.pool, at(space, inputs_));
  }

  RnnConfig c_;
  CellSteps<T> steps_;
  UnitCut<T> cut_;
  size_t weights_[3];  // of each product
  size_t dh_, dc_, products_, zeros_, inputs_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
