#pragma once

#include "cells/gru.h"
#include "cpu/rnn/steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Blocks of the gate buffer: update, reset, candidate and, with the reset after the product, h' Un + b'.
constexpr int kUpdate = 0, kResetGate = 1, kCandidate = 2, kRecurrentPart = 3;

template <class T, class Pair>
void gruForwardReset(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Pair pair(cell);
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> sum = loadAt(gateRows(b, kResetGate), row, lane, n), r = pair.gate.template value<T>(sum);
    if (cell.keepsGates) storeAt(gateRows(b, kResetGate), row, lane, n, pair.gate.template keep<T>(sum, r));
    storeAt(b.reset, row, lane, n, r * loadAt(b.hUsed, row, lane, n));
  });
}

template <class T, class Pair>
void gruForwardStep(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Pair pair(cell);
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> sumZ = loadAt(gateRows(b, kUpdate), row, lane, n),
                 sumC = loadAt(gateRows(b, kCandidate), row, lane, n);
    const Vec<T> z = pair.gate.template value<T>(sumZ), c = pair.act.template value<T>(sumC);
    const Vec<T> hBefore = loadAt(b.hBefore, row, lane, n);
    if (cell.keepsGates) {
      storeAt(gateRows(b, kUpdate), row, lane, n, pair.gate.template keep<T>(sumZ, z));
      storeAt(gateRows(b, kCandidate), row, lane, n, pair.act.template keep<T>(sumC, c));
    }
    storeAt(b.h, row, lane, n, kept(b, lane, n, cells::gruUpdate<T>(z, c, hBefore), hBefore));
  });
}

template <class T, class Pair>
void gruResetAfterForwardStep(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Pair pair(cell);
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    cells::GruGates<T> s = {loadAt(gateRows(b, kUpdate), row, lane, n), loadAt(gateRows(b, kResetGate), row, lane, n),
                            loadAt(gateRows(b, kCandidate), row, lane, n)};
    const Vec<T> hBefore = loadAt(b.hBefore, row, lane, n);
    const Vec<T> h = cells::gruResetAfterForward<T>(pair.gate, pair.act, s,
                                                    loadAt(gateRows(b, kRecurrentPart), row, lane, n), hBefore);
    if (cell.keepsGates) {
      storeAt(gateRows(b, kUpdate), row, lane, n, s.z);
      storeAt(gateRows(b, kResetGate), row, lane, n, s.r);
      storeAt(gateRows(b, kCandidate), row, lane, n, s.n);
    }
    storeAt(b.h, row, lane, n, kept(b, lane, n, h, hBefore));
  });
}

// What both variants share: dh, what was kept of the gates and the gradients of the update.
template <class T>
struct GruBackwardPart {
  cells::GruUpdateGrad<T> d;
  Vec<T> r;  // as kept
};
template <class T, class Pair>
SEQNN_INLINE GruBackwardPart<T> gruBackwardUpdate(const Pair& pair, const BackwardBlock<T>& b, int row, int lane,
                                                  int n) {
  const Vec<T> zero = splat<T>(T(0));
  const Vec<T> dh = loadAt(b.dh, row, lane, n) + loadOrZero(b.dhGiven, row, lane, n);
  cells::GruUpdateGrad<T> d =
      cells::gruUpdateBackward<T>(pair.gate, pair.act, loadAt(gateRows(b, kUpdate), row, lane, n),
                                  loadAt(gateRows(b, kCandidate), row, lane, n), loadAt(b.hBefore, row, lane, n), dh);
  d.z = kept<T>(b, lane, n, d.z, zero);
  d.n = kept<T>(b, lane, n, d.n, zero);
  storeAt(dGateRows(b, kUpdate), row, lane, n, d.z);
  storeAt(dGateRows(b, kCandidate), row, lane, n, d.n);
  storeAt(b.dh, row, lane, n, kept<T>(b, lane, n, d.hBefore, dh));
  return {d, loadAt(gateRows(b, kResetGate), row, lane, n)};
}

template <class T, class Pair>
void gruResetAfterBackwardStep(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const Pair pair(cell);
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const GruBackwardPart<T> part = gruBackwardUpdate<T>(pair, b, row, lane, n);
    const Vec<T> recurrent = loadAt(gateRows(b, kRecurrentPart), row, lane, n);
    const Vec<T> dr = part.d.n * recurrent * pair.gate.template slopeOf<T>(part.r);
    storeAt(dGateRows(b, kResetGate), row, lane, n, kept<T>(b, lane, n, dr, splat<T>(T(0))));
    storeAt(dGateRows(b, kRecurrentPart), row, lane, n,
            kept<T>(b, lane, n, part.d.n * pair.gate.template valueOf<T>(part.r), splat<T>(T(0))));
  });
}

template <class T, class Pair>
void gruBackwardStep(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const Pair pair(cell);
  overBlock<T>(b.rows, b.lanes,
               [&](int row, int lane, int n) SEQNN_FLAT { gruBackwardUpdate<T>(pair, b, row, lane, n); });
}

// dReset holds the gradient of r h' on entry and, for the driver to scale and add, that of h' afterwards.
template <class T, class Pair>
void gruBackwardReset(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const Pair pair(cell);
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> keptR = loadAt(gateRows(b, kResetGate), row, lane, n), r = pair.gate.template valueOf<T>(keptR);
    const Vec<T> hUsed = loadAt(b.hUsed, row, lane, n);
    const Vec<T> d = loadAt(b.dReset, row, lane, n);
    const Vec<T> dr = d * hUsed * pair.gate.template slopeOf<T>(keptR);
    storeAt(dGateRows(b, kResetGate), row, lane, n, kept<T>(b, lane, n, dr, splat<T>(T(0))));
    storeAt(b.dReset, row, lane, n, kept<T>(b, lane, n, d * r, splat<T>(T(0))));
    storeAt(b.reset, row, lane, n, r * hUsed);
  });
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
