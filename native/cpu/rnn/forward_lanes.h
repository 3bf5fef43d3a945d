#pragma once

// The general path: lanes are samples. Each thread takes some of them through the whole sequence.

#include "cpu/gemm/lanes.h"
#include "cpu/rnn/forward.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class ForwardLanes {
 public:
  explicit ForwardLanes(const RnnConfig& config) : c_(config), steps_(cellSteps<T>(config)) {
    Places places;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      packed_[p] = places.take(packedLanesSize<T>(product.gates * c_.H, depthOf(product)) * sizeof(T));
    }
    bias_ = places.take(size_t(c_.layout.rows) * c_.H * sizeof(T));
    shift_ = places.take(size_t(c_.normed()) * sizeof(T));
    zeros_ = places.take(size_t(paddedBatch<T>(c_.B)) * sizeof(T));
    // gates, h' with dropout, r h', two alternating h and c, h with state dropout, normalised values, the mask
    scratchRows_ = (c_.layout.rows + 7) * c_.H + c_.normRows() + 1;
    scratch_ = places.take(size_t(scratchRows_) * paddedBatch<T>(c_.B) * sizeof(T));
    workspace = places.used();
  }

  void run(const ForwardOperands<T>& o, char* space) const {
    const auto place = [&](size_t at) { return reinterpret_cast<T*>(space + at); };
    for (int p = 0; p < c_.layout.products; ++p) pack(o, c_.layout.product[p], place(packed_[p]));
    gatherBias(c_, o.bias, place(bias_));
    gatherShift(c_, o.normShift, place(shift_));
    std::memset(place(zeros_), 0, size_t(paddedBatch<T>(c_.B)) * sizeof(T));
    const LaneCut<T> cut(c_, o.pool.threads());
    o.pool.parallel(cut.tasks, [&](int task) { sequence(o, space, cut.begin(task), cut.end(task) - cut.begin(task)); });
  }

  size_t workspace;

 private:
  int depthOf(const Product& p) const { return (p.x ? c_.F : 0) + (p.state == StateOperand::none ? 0 : c_.H); }

  void pack(const ForwardOperands<T>& o, const Product& p, T* packed) const {
    const int64_t columns = c_.columns();
    const int M = p.gates * c_.H, K = depthOf(p), first = p.column * c_.H;
    if (p.x) packLanes<T>(o.kernel + first, 1, columns, M, c_.F, packed, 0, K);
    if (p.state != StateOperand::none)
      packLanes<T>(o.recurrent + first, 1, columns, M, c_.H, packed, p.x ? c_.F : 0, K);
  }

  void sequence(const ForwardOperands<T>& o, char* space, int begin, int lanes) const {
    if (lanes <= 0) return;
    const int H = c_.H, B = c_.B;
    const int64_t state = int64_t(H) * B;
    const T* zeros = reinterpret_cast<const T*>(space + zeros_);
    ScratchRows<T> scratch(reinterpret_cast<T*>(space + scratch_), scratchRows_, begin, lanes);
    const Rows<T> gates = scratch.take(c_.layout.rows * H);
    const Rows<T> used = scratch.take(H);
    const Rows<T> alternateH[2] = {scratch.take(H), scratch.take(H)};
    const Rows<T> alternateC[2] = {scratch.take(H), scratch.take(H)};
    const Rows<T> reset = scratch.take(H);
    const Rows<T> dropped = scratch.take(H);
    const Rows<T> normed = scratch.take(c_.normRows());
    T* keep = scratch.take(1).p;
    const CellConstants<T> constants =
        cellConstants<T>(c_, o.peephole, o.normScale, reinterpret_cast<const T*>(space + shift_));

    ForwardBlock<T> b;
    b.rows = H;
    b.lanes = lanes;
    b.unitInner = false;
    b.keep = o.mask ? keep : nullptr;
    b.reset = reset;
    b.hBefore = stateBefore<T>(c_, nullptr, o.h0, zeros, 0, begin);
    b.cBefore = stateBefore<T>(c_, nullptr, o.c0, zeros, 0, begin);
    for (int s = 0; s < c_.T; ++s) {
      const int64_t time = timeOf(c_, s);
      b.h = o.hs ? Rows<T>{o.hs + s * state + begin, B} : alternateH[s & 1];
      b.c = o.cs ? Rows<T>{o.cs + s * state + begin, B} : alternateC[s & 1];
      b.gates = o.reserve ? Rows<T>{o.reserve + s * c_.layout.reserve * state + begin, B} : gates;
      b.gateStride = H * b.gates.ld;
      b.normed = o.normed ? Rows<T>{o.normed + s * c_.normRows() * B + begin, B} : normed;
      if (c_.given()) b.given = {o.x + time * c_.F * B + begin, B};
      if (o.mask) expandMask<T>(o.mask + time * B + begin, keep, lanes);
      b.hUsed = b.hBefore;
      if (o.dropout) {
        multiplyRows<T>(b.hBefore, {o.dropout + begin, B}, used, H, lanes);
        b.hUsed = readOnly(used);
      }
      step(space, constants, b, o.x + time * c_.F * B + begin);
      if (c_.between()) zone(o, b, s, begin);
      b.hBefore = readOnly(b.h);
      if (o.stateDropout) {
        multiplyRows<T>(b.hBefore, {o.stateDropout + s * c_.stateDropoutStep + begin, B}, dropped, H, lanes);
        b.hBefore = readOnly(dropped);
      }
      b.cBefore = readOnly(b.c);
    }
    if (o.hLast) copyRows<T>(b.hBefore, {o.hLast + begin, B}, H, lanes);
    if (o.cLast) copyRows<T>(b.cBefore, {o.cLast + begin, B}, H, lanes);
  }

  void zone(const ForwardOperands<T>& o, const ForwardBlock<T>& b, int s, int begin) const {
    const auto maskOf = [&](const T* mask) {
      return Rows<const T>{mask ? mask + int64_t(s) * c_.H * c_.B + begin : nullptr, c_.B};
    };
    if (c_.zonesH()) zoneRows<T>(b.h, b.hBefore, maskOf(o.zoneH), static_cast<T>(c_.takeH), c_.H, b.lanes);
    if (c_.zonesC()) zoneRows<T>(b.c, b.cBefore, maskOf(o.zoneC), static_cast<T>(c_.takeC), c_.H, b.lanes);
  }

  void step(char* space, const CellConstants<T>& constants, const ForwardBlock<T>& b, const T* x) const {
    const T* bias = reinterpret_cast<const T*>(space + bias_);
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      Segment<T> segments[2];
      int count = 0;
      if (product.x) segments[count++] = {x, c_.B, c_.F};
      if (product.state == StateOperand::before) segments[count++] = {b.hUsed.p, b.hUsed.ld, c_.H};
      if (product.state == StateOperand::reset) {
        steps_.forwardReset(constants, b);
        segments[count++] = {b.reset.p, b.reset.ld, c_.H};
      }
      lanesGemm<T>(reinterpret_cast<const T*>(space + packed_[p]), product.gates * c_.H, depthOf(product), segments,
                   count, bias + product.row * c_.H, b.gates.p + product.row * b.gateStride, b.gates.ld, b.lanes,
                   false);
    }
    steps_.forward(constants, b);
  }

  RnnConfig c_;
  CellSteps<T> steps_;
  size_t packed_[3], bias_, shift_, zeros_, scratch_;
  int scratchRows_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
