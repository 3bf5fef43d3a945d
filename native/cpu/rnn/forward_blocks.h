#pragma once

// A few samples, lanes are units: weights are packed block by block, so that each step reads them in one stretch for
// all samples, and the input's part of the sums is found for several steps at once. Where a step is work enough, its
// units are shared out among threads.

#include "cpu/rnn/forward.h"
#include "cpu/rnn/unit_cut.h"
#include "runtime/packs.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class ForwardBlocks {
 public:
  explicit ForwardBlocks(const RnnConfig& config) : c_(config), steps_(cellSteps<T>(config)), cut_(config) {
    Places places;
    const auto bytesOfRows = [&](int64_t rows) { return static_cast<size_t>(rows * padded()) * sizeof(T); };
    const auto take = [&](int64_t rows) { return places.take(bytesOfRows(rows)); };
    int64_t rowsOfKernels = 0, rowsOfRecurrents = 0;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      kernel_[p] = rowsOfKernels * padded();
      recurrent_[p] = rowsOfRecurrents * padded();
      if (product.x) rowsOfKernels += int64_t(product.gates) * c_.F;
      if (product.state != StateOperand::none) rowsOfRecurrents += int64_t(product.gates) * c_.H;
      if (product.state == StateOperand::reset) twice_ = 1;
    }
    kernels_ = {bytesOfRows(rowsOfKernels), take(c_.lasting ? 0 : rowsOfKernels)};
    recurrents_ = {bytesOfRows(rowsOfRecurrents), take(c_.lasting ? 0 : rowsOfRecurrents)};
    sums_ = take(c_.B * rowsOfSums());
    gates_ = take(int64_t(c_.B) * c_.layout.rows);
    bias_ = take(c_.layout.rows);
    peephole_ = take(3);
    states_ = take(int64_t(c_.B) * kStates);
    workspace = places.used();
  }

  void run(const ForwardOperands<T>& o, char* space) const {
    std::memset(space + bias_, 0, workspace - bias_);
    gatherBias(c_, o.bias, at(space, gates_));
    Weights w = {at(space, kernels_.place), at(space, recurrents_.place)};
    if (c_.lasting) {
      w.kernel = kept(o, o.kernel, c_.F, kernels_, [&](const Units& own, T* to) { packKernel(o, own, to); });
      w.recurrent =
          kept(o, o.recurrent, c_.H, recurrents_, [&](const Units& own, T* to) { packRecurrent(o, own, to); });
    }
    for (int part = 0; part < cut_.parts; ++part) {
      const Units& own = cut_.of[part];
      spreadUnits<T>(at(space, gates_), c_.layout.rows, c_.H, own, share(space, bias_, own, c_.layout.rows));
      if (o.peephole) spreadUnits<T>(o.peephole, 3, c_.H, own, share(space, peephole_, own, 3));
    }
    // A first step packs the weights and gathers the states.
    inSteps(o.pool, 1 + (c_.T << twice_), cut_.parts, c_.flops() / 2, [&](int step, int part) {
      const Units& own = cut_.of[part];
      if (step > 0) return takeStep(o, w, own, (step - 1) >> twice_, (step - 1) & twice_, space);
      if (!c_.lasting) {
        packKernel(o, own, at(space, kernels_.place));
        packRecurrent(o, own, at(space, recurrents_.place));
      }
      for (int sample = 0; sample < c_.B; ++sample) begin(o, own, sample, space);
    });
  }

  size_t workspace;

 private:
  static constexpr int L = kLanes<T>;
  // Steps whose inputs are multiplied together.
  static constexpr int kAhead = 32;
  // Two alternating h, c and h' with dropout; the dropout mask, r h'.
  enum { kStateH, kStateC = 2, kStateUsed = 4, kStateDropout = 6, kStateReset, kStates };

  // Packed weights: their bytes, and where they lie in the workspace unless they last.
  struct Packing {
    size_t bytes, place;
  };
  struct Weights {
    const T *kernel, *recurrent;
  };
  // Those that last, packed by pack(units, to) where they are not yet.
  template <class F>
  const T* kept(const ForwardOperands<T>& o, const T* w, int rows, const Packing& packing, F pack) const {
    const int64_t form = static_cast<int64_t>(c_.kind) * (kMostParts + 1) + cut_.parts;
    const auto make = [&](char* to) {
      for (int part = 0; part < cut_.parts; ++part) pack(cut_.of[part], reinterpret_cast<T*>(to));
    };
    const size_t size = static_cast<size_t>(rows * c_.columns()) * sizeof(T);
    return reinterpret_cast<const T*>(o.packs->find(w, size, form, packing.bytes, make));
  }

  static T* at(char* space, size_t place) { return reinterpret_cast<T*>(space + place); }

  int64_t padded() const { return int64_t(cut_.vectors) * L; }
  // What these units have of an area with `rows` rows of units.
  static T* share(char* space, size_t place, const Units& own, int64_t rows) {
    return at(space, place) + rows * own.unit;
  }
  // Where these units' weights of a product begin, among all that are packed.
  int64_t kernelAt(int p, const Units& own) const {
    return kernel_[p] + int64_t(c_.F) * c_.layout.product[p].gates * own.unit;
  }
  int64_t recurrentAt(int p, const Units& own) const {
    return recurrent_[p] + int64_t(c_.H) * c_.layout.product[p].gates * own.unit;
  }
  // Of a sample.
  int64_t rowsOfSums() const { return int64_t(lesser(c_.T, kAhead)) * c_.layout.gates; }
  // [gates, lanes] of a sample and step
  T* sumsOf(const Units& own, int sample, int s, char* space) const {
    const int64_t row = sample * rowsOfSums() + int64_t(s % kAhead) * c_.layout.gates;
    return share(space, sums_, own, c_.B * rowsOfSums()) + row * own.lanes;
  }
  // [rows, lanes]
  T* gatesOf(const Units& own, int sample, char* space) const {
    const int rows = c_.layout.rows;
    return share(space, gates_, own, int64_t(c_.B) * rows) + int64_t(sample) * rows * own.lanes;
  }
  T* biasOf(const Units& own, char* space) const { return share(space, bias_, own, c_.layout.rows); }
  T* state(char* space, int which, int sample) const {
    return at(space, states_) + (int64_t(sample) * kStates + which) * padded();
  }
  Rows<T> rowOf(int which, const Units& own, int sample, char* space) const {
    return {state(space, which, sample) + own.unit, 0};
  }

  void packKernel(const ForwardOperands<T>& o, const Units& own, T* to) const {
    for (int p = 0; p < c_.layout.products; ++p) {
      if (c_.layout.product[p].x) packProduct(o.kernel, c_.F, p, own, to + kernelAt(p, own));
    }
  }
  void packRecurrent(const ForwardOperands<T>& o, const Units& own, T* to) const {
    for (int p = 0; p < c_.layout.products; ++p) {
      if (c_.layout.product[p].state == StateOperand::none) continue;
      packProduct(o.recurrent, c_.H, p, own, to + recurrentAt(p, own));
    }
  }
  void packProduct(const T* w, int K, int p, const Units& own, T* to) const {
    const Product& product = c_.layout.product[p];
    packUnits<T>(w + int64_t(product.column) * c_.H, c_.columns(), K, product.gates, c_.H, own, own.blocks[p], to);
  }

  void scatter(const T* from, const Units& own, int sample, T* to) const {
    scatterSample(from, own.unit, own.units, c_.B, sample, to);
  }
  void gather(const T* from, const Units& own, int sample, T* to) const {
    gatherSample(from, own.unit, own.units, c_.B, sample, to);
  }

  void begin(const ForwardOperands<T>& o, const Units& own, int sample, char* space) const {
    gather(o.h0, own, sample, state(space, kStateH + 1, sample));
    gather(o.c0, own, sample, state(space, kStateC + 1, sample));
    if (!o.dropout) return;
    gather(o.dropout, own, sample, state(space, kStateDropout, sample));
    dropState(own, sample, space, 1);
  }
  void dropState(const Units& own, int sample, char* space, int now) const {
    const auto row = [&](int which) { return rowOf(which, own, sample, space); };
    multiplyRows<T>(readOnly(row(kStateH + now)), readOnly(row(kStateDropout)), row(kStateUsed + now), 1, own.lanes);
  }

  // Bias and input's part of the sums of the steps from s on.
  void sumInputs(const ForwardOperands<T>& o, const Weights& w, const Units& own, int s, char* space) const {
    const int steps = lesser(c_.T - s, kAhead);
    const int64_t step = int64_t(c_.F) * c_.B, ofStep = int64_t(c_.layout.gates) * own.lanes;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      if (!product.x) continue;
      for (int block = 0; block < own.blocks[p].count; ++block) {
        const int lane = own.blocks[p].first(block) * L;
        const UnitSums<T>& kernel = unitSumsOf<T>(product.gates, own.blocks[p].rows(block));
        for (int sample = 0; sample < c_.B; ++sample) {
          UnitOperands<T> u{w.kernel + kernelAt(p, own) + int64_t(c_.F) * product.gates * lane,
                            c_.F,
                            o.x + timeOf(c_, s) * step + sample,
                            c_.reverse ? -step : step,
                            c_.B,
                            biasOf(own, space) + product.row * own.lanes + lane,
                            sumsOf(own, sample, s, space) + product.column * own.lanes + lane,
                            own.lanes,
                            0,
                            ofStep,
                            false};
          for (int i = 0; i < steps;) {
            const bool many = i + kernel.count <= steps;
            (many ? kernel.rows : kernel.row)(u);
            const int done = many ? kernel.count : 1;
            i += done;
            u.x += done * u.xRow;
            u.z += done * ofStep;
          }
        }
      }
    }
  }

  void takeStep(const ForwardOperands<T>& o, const Weights& w, const Units& own, int s, int phase, char* space) const {
    if (phase == 0 && s % kAhead == 0) sumInputs(o, w, own, s, space);
    const uint8_t* const real = o.mask ? o.mask + timeOf(c_, s) * c_.B : nullptr;
    bool any = !real;
    for (int sample = 0; sample < c_.B && !any; ++sample) any = real[sample] != 0;
    if (any) sumStates(w, own, o.dropout ? kStateUsed : kStateH, s, phase, space);
    for (int sample = 0; sample < c_.B; ++sample) {
      if (real && !real[sample]) {
        stay(o, own, sample, s, space);
      } else {
        throughCell(o, own, sample, s, phase, space);
      }
      if (phase == twice_) deliver(o, own, sample, s, space);
    }
  }

  // A masked step.
  void stay(const ForwardOperands<T>& o, const Units& own, int sample, int s, char* space) const {
    const int now = s & 1, before = now ^ 1;
    const auto row = [&](int which) { return rowOf(which, own, sample, space); };
    copyRows<T>(readOnly(row(kStateH + before)), row(kStateH + now), 1, own.lanes);
    copyRows<T>(readOnly(row(kStateC + before)), row(kStateC + now), 1, own.lanes);
    if (o.reserve) zeroRows<T>({gatesOf(own, sample, space), own.lanes}, c_.layout.rows, own.lanes);
  }

  void throughCell(const ForwardOperands<T>& o, const Units& own, int sample, int s, int phase, char* space) const {
    const int now = s & 1, before = now ^ 1;
    const auto row = [&](int which) { return rowOf(which, own, sample, space); };
    ForwardBlock<T> b;
    b.rows = 1;
    b.lanes = own.lanes;
    b.unitInner = true;
    b.keep = nullptr;
    b.gateStride = own.lanes;
    b.gates = {gatesOf(own, sample, space), 0};
    b.reset = row(kStateReset);
    b.hBefore = readOnly(row(kStateH + before));
    b.cBefore = readOnly(row(kStateC + before));
    b.hUsed = readOnly(row((o.dropout ? kStateUsed : kStateH) + before));
    b.h = row(kStateH + now);
    b.c = row(kStateC + now);
    CellConstants<T> constants = cellConstants<T>(c_, o.peephole ? share(space, peephole_, own, 3) : nullptr);
    constants.units = own.lanes;
    (phase < twice_ ? steps_.forwardReset : steps_.forward)(constants, b);
  }

  // What is wanted of a step that is done.
  void deliver(const ForwardOperands<T>& o, const Units& own, int sample, int s, char* space) const {
    const int now = s & 1;
    if (o.dropout) dropState(own, sample, space, now);
    const T* const h = state(space, kStateH + now, sample);
    const T* const c = state(space, kStateC + now, sample);
    const int64_t size = int64_t(c_.H) * c_.B;
    if (o.reserve) keep(o, own, sample, s, space);
    if (o.hs) scatter(h, own, sample, o.hs + s * size);
    if (o.cs) scatter(c, own, sample, o.cs + s * size);
    if (s + 1 < c_.T) return;
    scatter(h, own, sample, o.hLast);
    scatter(c, own, sample, o.cLast);
  }

  // What the backward pass reads of a step's gates, zeros of a masked one.
  void keep(const ForwardOperands<T>& o, const Units& own, int sample, int s, char* space) const {
    const T* const gates = gatesOf(own, sample, space);
    for (int row = 0; row < c_.layout.reserve; ++row) {
      T* const to = o.reserve + (int64_t(s) * c_.layout.reserve + row) * c_.H * c_.B;
      scatter(gates + int64_t(row) * own.lanes - own.unit, own, sample, to);
    }
  }

  // The products of a phase for all samples, from the input's part on. used: the state that they read.
  void sumStates(const Weights& weights, const Units& own, int used, int s, int phase, char* space) const {
    const bool backwards = sweepsBackwards(s);
    const int64_t ofSums = rowsOfSums() * own.lanes, ofGates = int64_t(c_.layout.rows) * own.lanes;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      if ((product.state == StateOperand::reset) != (phase == 1)) continue;
      const T* const start = product.x ? sumsOf(own, 0, s, space) + product.column * own.lanes
                                       : biasOf(own, space) + product.row * own.lanes;
      const int64_t startRow = product.x ? ofSums : 0;
      T* const z = gatesOf(own, 0, space) + product.row * own.lanes;
      if (product.state == StateOperand::none) {
        for (int sample = 0; sample < c_.B; ++sample) {
          copyRows<T>({start + sample * startRow, own.lanes}, {z + sample * ofGates, own.lanes}, product.gates,
                      own.lanes);
        }
        continue;
      }
      const int which = product.state == StateOperand::reset ? kStateReset : used + ((s & 1) ^ 1);
      const T* const w = weights.recurrent + recurrentAt(p, own);
      const Blocks& blocks = own.blocks[p];
      for (int i = 0; i < blocks.count; ++i) {
        const int block = blocks.fromEnd(backwards, i), lane = blocks.first(block) * L;
        const UnitSums<T>& kernel = unitSumsOf<T>(product.gates, blocks.rows(block));
        for (int sample = 0; sample < c_.B; sample += 2) {
          (sample + 1 < c_.B ? kernel.pair : kernel.row)(
              {w + int64_t(c_.H) * product.gates * lane, c_.H, state(space, which, sample), kStates * padded(), 1,
               start + sample * startRow + lane, z + sample * ofGates + lane, own.lanes, startRow, ofGates, backwards});
        }
      }
    }
  }

  RnnConfig c_;
  CellSteps<T> steps_;
  UnitCut<T> cut_;
  int twice_ = 0;                     // 1 where a step has two phases, the second behind the reset of the state
  int64_t kernel_[3], recurrent_[3];  // where each product begins among the packed weights
  Packing kernels_, recurrents_;
  size_t sums_, gates_, bias_, peephole_, states_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
