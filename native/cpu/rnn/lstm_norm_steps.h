#pragma once

// LSTM with layer norms inside the step. Norm::state: z = x + LN(h' U) over all gates, x given; act sees LN(c), c goes
// on as it is. Norm::gates: z = LN(x W + h' U + b) for every gate; LN(c) goes on and is seen. No peepholes.

#include "cpu/rnn/lstm_steps.h"
#include "cpu/rnn/norm.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

constexpr NormSpan kLstmSums = {4, {0, 1, 2, 3}}, kLstmMemory = {1, {kActiveC, 0, 0, 0}};

// f(span, first value, number of the norm) for the norms of the sums.
template <class F>
SEQNN_INLINE void overSumNorms(Norm norm, int H, F f) {
  if (norm == Norm::state) {
    f(kLstmSums, 0, 0);
    return;
  }
  for (int gate = 0; gate < 4; ++gate) f(NormSpan{1, {gate, 0, 0, 0}}, gate * H, gate);
}

template <class T, class Pair>
void lstmNormForwardStep(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Pair pair(cell);
  const LstmOrder at = cell.order;
  const NormConstants<T> norm = cell.norm;
  const int H = b.rows, norms = norm.kind == Norm::gates ? 4 : 1;
  const auto normedFrom = [&](int row) { return Rows<T>{b.normed.p + row * b.normed.ld, b.normed.ld}; };
  const auto scaled = [&](int k, int lane, int n) SEQNN_FLAT {
    return loadAt(b.normed, k, lane, n) * splat<T>(norm.scale[k]) + splat<T>(norm.shift[k]);
  };
  overSumNorms(norm.kind, H, [&](const NormSpan& span, int first, int number) {
    normalizeSpan<T>(b.gates, b.gateStride, span, H, b.lanes, norm.epsilon, normedFrom(first),
                     normedFrom(5 * H + number).p);
  });
  overBlock<T>(H, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const auto sum = [&](int gate) SEQNN_FLAT {
      const Vec<T> z = scaled(gate * H + row, lane, n);
      return b.given.p ? z + loadAt(b.given, gate * H + row, lane, n) : z;
    };
    cells::LstmGates<T> z = {sum(at.i), sum(at.f), sum(at.g), sum(at.o)};
    const Vec<T> c = cells::lstmMemory<T>(pair.gate, pair.act, z, loadAt(b.cBefore, row, lane, n), nullptr, cell.clip);
    storeAt(gateRows(b, at.i), row, lane, n, z.i);
    storeAt(gateRows(b, at.f), row, lane, n, z.f);
    storeAt(gateRows(b, at.g), row, lane, n, z.g);
    storeAt(gateRows(b, at.o), row, lane, n, z.o);
    storeAt(gateRows(b, kActiveC), row, lane, n, c);
  });
  normalizeSpan<T>(b.gates, b.gateStride, kLstmMemory, H, b.lanes, norm.epsilon, normedFrom(4 * H),
                   normedFrom(5 * H + norms).p);
  overBlock<T>(H, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> seen = scaled(4 * H + row, lane, n);
    const Vec<T> c = norm.kind == Norm::gates ? seen : loadAt(gateRows(b, kActiveC), row, lane, n);
    cells::LstmGates<T> z;
    z.o = loadAt(gateRows(b, at.o), row, lane, n);
    const cells::LstmState<T> s = cells::lstmOutput<T>(pair.gate, pair.act, z, c, seen, nullptr);
    storeAt(gateRows(b, at.o), row, lane, n, z.o);
    storeAt(gateRows(b, kActiveC), row, lane, n, s.activeC);
    storeAt(b.c, row, lane, n, b.keep ? kept(b, lane, n, s.c, loadAt(b.cBefore, row, lane, n)) : s.c);
    storeAt(b.h, row, lane, n, b.keep ? kept(b, lane, n, s.h, loadAt(b.hBefore, row, lane, n)) : s.h);
  });
}

template <class T, class Pair>
void lstmNormBackwardStep(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const Pair pair(cell);
  const LstmOrder at = cell.order;
  const Vec<T> zero = splat<T>(T(0));
  const bool carriesNormed = cell.norm.kind == Norm::gates;
  const int H = b.rows, norms = carriesNormed ? 4 : 1;
  overBlock<T>(H, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> dh = loadAt(b.dh, row, lane, n) + loadOrZero(b.dhGiven, row, lane, n);
    const cells::LstmOutputGrad<T> d = cells::lstmOutputBackward<T>(
        pair.gate, pair.act, loadAt(gateRows(b, at.o), row, lane, n), loadAt(gateRows(b, kActiveC), row, lane, n), dh);
    Vec<T> dNormed = d.seen;
    if (carriesNormed) {
      dNormed = dNormed + loadAt(b.dc, row, lane, n) + loadOrZero(b.dcGiven, row, lane, n);
    }
    storeAt(dGateRows(b, at.o), row, lane, n, kept(b, lane, n, d.o, zero));
    storeAt(dGateRows(b, kActiveC), row, lane, n, kept(b, lane, n, dNormed, zero));
    storeAt(b.dh, row, lane, n, kept(b, lane, n, zero, dh));
  });
  normalizeSpanBackward<T>(b.dGates, b.gateStride, kLstmMemory, H, b.lanes, normedSpan(cell, b, 5 * H, 4 * H, norms));
  overBlock<T>(H, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const cells::LstmGates<T> v = lstmGatesAt<T>(at, b, row, lane, n);
    const Vec<T> dcAfter = loadAt(b.dc, row, lane, n) + loadOrZero(b.dcGiven, row, lane, n);
    cells::LstmGates<T> d;
    d.o = loadAt(dGateRows(b, at.o), row, lane, n);
    Vec<T> dc = loadAt(dGateRows(b, kActiveC), row, lane, n);
    if (!carriesNormed) dc = dc + dcAfter;
    cells::lstmMemoryBackward<T>(pair.gate, pair.act, v, loadAt(b.cBefore, row, lane, n), nullptr, cell.clip, dc, d);
    const auto put = [&](int gate, Vec<T> value) SEQNN_FLAT {
      const Vec<T> real = kept(b, lane, n, value, zero);
      storeAt(dGateRows(b, gate), row, lane, n, real);
      if (b.dGiven.p) storeAt(b.dGiven, gate * H + row, lane, n, real);
    };
    put(at.i, d.i);
    put(at.f, d.f);
    put(at.g, d.g);
    put(at.o, d.o);
    storeAt(b.dc, row, lane, n, kept(b, lane, n, dc, dcAfter));
  });
  overSumNorms(cell.norm.kind, H, [&](const NormSpan& span, int first, int number) {
    normalizeSpanBackward<T>(b.dGates, b.gateStride, span, H, b.lanes, normedSpan(cell, b, 5 * H, first, number));
  });
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
