#pragma once

// Back through time: lanes are samples, each thread takes some of them through the whole sequence.

#include "cpu/gemm/lanes.h"
#include "cpu/rnn/backward.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class BackwardLanes {
 public:
  explicit BackwardLanes(const RnnConfig& config) : c_(config), steps_(cellSteps<T>(config)) {
    Places places;
    const int G = c_.layout.gates, H = c_.H;
    dReset_ = places.take(packedLanesSize<T>(H, H) * sizeof(T));
    dBefore_ = places.take(packedLanesSize<T>(H, G * H) * sizeof(T));
    dX_ = places.take(c_.given() ? 0 : packedLanesSize<T>(c_.F, G * H) * sizeof(T));
    // dh, dc, the products' gradient of h', h' with state dropout, what zones hold of dh and dc, the mask
    scratchRows_ = 6 * H + 1;
    scratch_ = places.take(size_t(scratchRows_) * paddedBatch<T>(c_.B) * sizeof(T));
    workspace = places.used();
  }

  // Steps [from, to), the last ones first.
  void run(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space) const {
    if (to == c_.T) pack(o, space);
    const LaneCut<T> cut(c_, o.pool.threads());
    o.pool.parallel(cut.tasks, [&](int task) {
      sequence(o, kept, from, to, space, cut.begin(task), cut.end(task) - cut.begin(task));
    });
  }

  size_t workspace;

 private:
  void pack(const BackwardOperands<T>& o, char* space) const {
    const int64_t columns = c_.columns();
    const int H = c_.H, total = gatesOfBefore() * H;
    int done = 0;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      const T* w = o.recurrent + product.column * H;
      const int K = product.gates * H;
      if (product.state == StateOperand::reset) packLanes<T>(w, columns, 1, H, K, at(space, dReset_), 0, K);
      if (product.state != StateOperand::before) continue;
      packLanes<T>(w, columns, 1, H, K, at(space, dBefore_), done, total);
      done += K;
    }
    const int all = static_cast<int>(columns);
    if (o.dx && !c_.given()) packLanes<T>(o.kernel, columns, 1, c_.F, all, at(space, dX_), 0, all);
  }

  bool gru() const { return c_.kind == CellKind::gru; }
  // Products that read h' (with dropout), as blocks of gates.
  int gatesOfBefore() const {
    int gates = 0;
    for (int p = 0; p < c_.layout.products; ++p) {
      if (c_.layout.product[p].state == StateOperand::before) gates += c_.layout.product[p].gates;
    }
    return gates;
  }

  static T* at(char* space, size_t place) { return reinterpret_cast<T*>(space + place); }

  void sequence(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space, int begin,
                int lanes) const {
    if (lanes <= 0) return;
    const int H = c_.H, B = c_.B;
    const int64_t state = int64_t(H) * B;
    ScratchRows<T> scratch(at(space, scratch_), scratchRows_, begin, lanes);
    const Rows<T> dProducts = scratch.take(H);
    BackwardBlock<T> b;
    b.rows = H;
    b.lanes = lanes;
    b.unitInner = false;
    b.gateStride = state;
    b.dh = scratch.take(H);
    b.dc = scratch.take(H);
    const Rows<T> dropped = scratch.take(H), heldH = scratch.take(H), heldC = scratch.take(H);
    T* keep = scratch.take(1).p;
    b.keep = o.mask ? keep : nullptr;
    b.dReset = dProducts;
    const CellConstants<T> constants = cellConstants<T>(c_, o.peephole, o.normScale);
    const int64_t padded = paddedBatch<T>(B);
    b.dScale = {kept.dScale + begin, padded};
    b.dShift = {kept.dShift + begin, padded};
    if (to == c_.T) {
      start(o.dhLast, b.dh, begin, lanes);
      start(o.dcLast, b.dc, begin, lanes);
      zeroRows<T>(b.dScale, c_.normed(), lanes);
      zeroRows<T>(b.dShift, c_.normed(), lanes);
    }

    for (int s = to - 1; s >= from; --s) {
      const int64_t time = timeOf(c_, s);
      const auto ofStep = [&](const T* states) {
        return Rows<const T>{states ? states + s * state + begin : nullptr, B};
      };
      b.h = ofStep(o.hs);
      b.dhGiven = ofStep(o.dhs);
      b.dcGiven = ofStep(o.dcs);
      b.hBefore = stateBefore<T>(c_, o.hs, o.h0, kept.zeros, s, begin);
      b.cBefore = stateBefore<T>(c_, o.cs, o.c0, kept.zeros, s, begin);
      if (o.reserve) b.gates = {o.reserve + s * c_.layout.reserve * state + begin, B};
      b.dGates = {gradsOf(c_, kept, s) + begin, B};
      if (o.normed) b.normed = {o.normed + s * c_.normRows() * B + begin, B};
      if (c_.given() && o.dx) b.dGiven = {o.dx + time * c_.F * B + begin, B};
      if (kept.reset) b.reset = {kept.reset + s * state + begin, B};
      if (o.mask) expandMask<T>(o.mask + time * B + begin, keep, lanes);
      const auto dropsOf = [&](int step) {
        return Rows<const T>{o.stateDropout + step * c_.stateDropoutStep + begin, B};
      };
      if (o.stateDropout) {
        multiplyRows<T>(readOnly(b.dh), dropsOf(s), b.dh, H, lanes);
        if (s > 0) {
          multiplyRows<T>(b.hBefore, dropsOf(s - 1), dropped, H, lanes);
          b.hBefore = readOnly(dropped);
        }
      }
      if (c_.zonesH()) {
        zoneRowsBackward<T>(b.dh, b.dhGiven, heldH, ofStep(o.zoneH), static_cast<T>(c_.takeH), H, lanes);
        b.dhGiven.p = nullptr;
      }
      if (c_.zonesC()) {
        zoneRowsBackward<T>(b.dc, b.dcGiven, heldC, ofStep(o.zoneC), static_cast<T>(c_.takeC), H, lanes);
        b.dcGiven.p = nullptr;
      }
      b.hUsed = b.hBefore;
      if (kept.used) {
        const Rows<T> used{kept.used + s * state + begin, B};
        if (o.dropout) {
          multiplyRows<T>(b.hBefore, {o.dropout + begin, B}, used, H, lanes);
        } else {
          copyRows<T>(b.hBefore, used, H, lanes);
        }
        b.hUsed = readOnly(used);
      }
      steps_.backward(constants, b);
      if (s > 0 || o.dh0 || gru()) throughProducts(o, constants, b, dProducts, space, begin);
      if (c_.zonesH()) addRows<T>(readOnly(heldH), {}, b.dh, H, lanes);
      if (c_.zonesC()) addRows<T>(readOnly(heldC), {}, b.dc, H, lanes);
      if (o.dx && !c_.given()) throughX(b, o.dx + time * c_.F * B + begin, space);
    }
    if (from > 0) return;
    if (o.dh0) copyRows<T>(readOnly(b.dh), {o.dh0 + begin, B}, H, lanes);
    if (o.dc0) copyRows<T>(readOnly(b.dc), {o.dc0 + begin, B}, H, lanes);
  }

  void start(const T* last, const Rows<T>& carried, int begin, int lanes) const {
    if (last) {
      copyRows<T>({last + begin, c_.B}, carried, c_.H, lanes);
    } else {
      zeroRows<T>(carried, c_.H, lanes);
    }
  }

  // dh += the gradient of h' by the products.
  void throughProducts(const BackwardOperands<T>& o, const CellConstants<T>& constants, const BackwardBlock<T>& b,
                       const Rows<T>& dProducts, char* space, int begin) const {
    const int H = c_.H;
    const bool apart = gru() || o.dropout;  // what the mask scales must not yet be in dh
    if (gru()) {
      const Segment<T> candidate{b.dGates.p + c_.layout.product[1].row * b.gateStride, b.dGates.ld, H};
      lanesGemm<T>(at(space, dReset_), H, H, &candidate, 1, nullptr, dProducts.p, dProducts.ld, b.lanes, false);
      steps_.backwardReset(constants, b);
    }
    Segment<T> segments[3];
    int count = 0;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      if (product.state != StateOperand::before) continue;
      segments[count++] = {b.dGates.p + product.row * b.gateStride, b.dGates.ld, product.gates * H};
    }
    const Rows<T> to = apart ? dProducts : b.dh;
    lanesGemm<T>(at(space, dBefore_), H, gatesOfBefore() * H, segments, count, nullptr, to.p, to.ld, b.lanes,
                 gru() || !apart);
    if (!apart) return;
    addRows<T>(readOnly(dProducts), {o.dropout ? o.dropout + begin : nullptr, c_.B}, b.dh, H, b.lanes);
  }

  void throughX(const BackwardBlock<T>& b, T* dx, char* space) const {
    const int K = static_cast<int>(c_.columns());
    const Segment<T> all{b.dGates.p, b.dGates.ld, K};
    lanesGemm<T>(at(space, dX_), c_.F, K, &all, 1, nullptr, dx, c_.B, b.lanes, false);
  }

  RnnConfig c_;
  CellSteps<T> steps_;
  size_t dReset_, dBefore_, dX_, scratch_;
  int scratchRows_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
