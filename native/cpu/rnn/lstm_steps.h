#pragma once

#include "cells/lstm.h"
#include "cpu/rnn/steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// The peepholes of a block's row: scalars of its unit, or vectors when the lanes are units.
template <class T>
SEQNN_INLINE cells::Peepholes<T> peepholesAt(const CellConstants<T>& cell, const Block<T>& b, int row, int lane,
                                             int n) {
  const T* p = cell.peephole;  // [3, H]
  const int h = cell.units;
  if (b.unitInner) return {loadLanes<T>(p + lane, n), loadLanes<T>(p + h + lane, n), loadLanes<T>(p + 2 * h + lane, n)};
  return {splat<T>(p[row]), splat<T>(p[h + row]), splat<T>(p[2 * h + row])};
}

template <class T, class B>
SEQNN_INLINE cells::LstmGates<T> lstmGatesAt(const LstmOrder& at, const B& b, int row, int lane, int n) {
  return {loadAt(gateRows(b, at.i), row, lane, n), loadAt(gateRows(b, at.f), row, lane, n),
          loadAt(gateRows(b, at.g), row, lane, n), loadAt(gateRows(b, at.o), row, lane, n)};
}

constexpr int kActiveC = 4;  // the block of act(c) behind the gates

// N vectors from `lane` on, all memories before the first output: so the chains of operations to one overlap those to
// another.
template <class T, class Pair, bool kPeepholes, int N>
SEQNN_INLINE void lstmForwardVectors(const Pair& pair, const CellConstants<T>& cell, const ForwardBlock<T>& b, int row,
                                     int first, int n) {
  const LstmOrder at = cell.order;
  cells::LstmGates<T> z[N];
  cells::Peepholes<T> p[N];
  Vec<T> cBefore[N], c[N];
  for (int i = 0; i < N; ++i) {
    const int lane = first + i * kLanes<T>;
    z[i] = lstmGatesAt<T>(at, b, row, lane, n);
    cBefore[i] = loadAt(b.cBefore, row, lane, n);
    if constexpr (kPeepholes) p[i] = peepholesAt(cell, b, row, lane, n);
    c[i] = cells::lstmMemory<T>(pair.gate, pair.act, z[i], cBefore[i], kPeepholes ? &p[i] : nullptr, cell.clip);
  }
  for (int i = 0; i < N; ++i) {
    const int lane = first + i * kLanes<T>;
    const cells::LstmState<T> s =
        cells::lstmOutput<T>(pair.gate, pair.act, z[i], c[i], c[i], kPeepholes ? &p[i] : nullptr);
    if (cell.keepsGates) {
      storeAt(gateRows(b, at.i), row, lane, n, z[i].i);
      storeAt(gateRows(b, at.f), row, lane, n, z[i].f);
      storeAt(gateRows(b, at.g), row, lane, n, z[i].g);
      storeAt(gateRows(b, at.o), row, lane, n, z[i].o);
      storeAt(gateRows(b, kActiveC), row, lane, n, s.activeC);
    }
    storeAt(b.c, row, lane, n, kept(b, lane, n, s.c, cBefore[i]));
    storeAt(b.h, row, lane, n, b.keep ? kept(b, lane, n, s.h, loadAt(b.hBefore, row, lane, n)) : s.h);
  }
}

template <class T, class Pair, bool kPeepholes>
SEQNN_INLINE void lstmForwardBlock(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Pair pair(cell);
  constexpr int L = kLanes<T>;
  if (b.unitInner && b.lanes == 2 * L) return lstmForwardVectors<T, Pair, kPeepholes, 2>(pair, cell, b, 0, 0, L);
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    lstmForwardVectors<T, Pair, kPeepholes, 1>(pair, cell, b, row, lane, n);
  });
}
template <class T, class Pair>
void lstmForwardStep(const CellConstants<T> cell, const ForwardBlock<T> b) {
  if (cell.peephole) {
    lstmForwardBlock<T, Pair, true>(cell, b);
  } else {
    lstmForwardBlock<T, Pair, false>(cell, b);
  }
}

template <class T, class Pair, bool kPeepholes>
SEQNN_INLINE void lstmBackwardBlock(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const Pair pair(cell);
  const LstmOrder at = cell.order;
  const Vec<T> zero = splat<T>(T(0));
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const cells::LstmGates<T> v = lstmGatesAt<T>(at, b, row, lane, n);
    const Vec<T> dh = loadAt(b.dh, row, lane, n) + loadOrZero(b.dhGiven, row, lane, n);
    const Vec<T> dcAfter = loadAt(b.dc, row, lane, n) + loadOrZero(b.dcGiven, row, lane, n);
    Vec<T> dc = dcAfter;
    cells::Peepholes<T> p;
    if constexpr (kPeepholes) p = peepholesAt<T>(cell, b, row, lane, n);
    const cells::LstmGates<T> d =
        cells::lstmBackward<T>(pair.gate, pair.act, v, loadAt(gateRows(b, kActiveC), row, lane, n),
                               loadAt(b.cBefore, row, lane, n), kPeepholes ? &p : nullptr, cell.clip, dh, dc);
    storeAt(dGateRows(b, at.i), row, lane, n, kept(b, lane, n, d.i, zero));
    storeAt(dGateRows(b, at.f), row, lane, n, kept(b, lane, n, d.f, zero));
    storeAt(dGateRows(b, at.g), row, lane, n, kept(b, lane, n, d.g, zero));
    storeAt(dGateRows(b, at.o), row, lane, n, kept(b, lane, n, d.o, zero));
    storeAt(b.dc, row, lane, n, kept(b, lane, n, dc, dcAfter));
    storeAt(b.dh, row, lane, n, kept(b, lane, n, zero, dh));
  });
}
template <class T, class Pair>
void lstmBackwardStep(const CellConstants<T> cell, const BackwardBlock<T> b) {
  if (cell.peephole) {
    lstmBackwardBlock<T, Pair, true>(cell, b);
  } else {
    lstmBackwardBlock<T, Pair, false>(cell, b);
  }
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
