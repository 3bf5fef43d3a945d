#pragma once

// GRU with the reset after the product and a layer norm on the product: z = gate(xz + nz), r = gate(xr + nr),
// n = act(xn + r nn), where [nz nr nn] = LN(h' U) * scale + shift and x is given.

#include "cpu/rnn/gru_steps.h"
#include "cpu/rnn/norm.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

constexpr NormSpan kGruProduct = {3, {kUpdate, kResetGate, kRecurrentPart, 0}};

template <class T, class Pair>
void gruNormForwardStep(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Pair pair(cell);
  const int H = b.rows;
  normalizeSpan<T>(b.gates, b.gateStride, kGruProduct, H, b.lanes, cell.norm.epsilon, b.normed,
                   b.normed.p + 3 * H * b.normed.ld);
  overBlock<T>(H, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const auto fromState = [&](int part) SEQNN_FLAT {
      const int k = part * H + row;
      return loadAt(b.normed, k, lane, n) * splat<T>(cell.norm.scale[k]) + splat<T>(cell.norm.shift[k]);
    };
    const auto given = [&](int part) SEQNN_FLAT { return loadAt(b.given, part * H + row, lane, n); };
    cells::GruGates<T> s = {given(0) + fromState(0), given(1) + fromState(1), given(2)};
    const Vec<T> recurrent = fromState(2), hBefore = loadAt(b.hBefore, row, lane, n);
    const Vec<T> h = cells::gruResetAfterForward<T>(pair.gate, pair.act, s, recurrent, hBefore);
    storeAt(gateRows(b, kUpdate), row, lane, n, s.z);
    storeAt(gateRows(b, kResetGate), row, lane, n, s.r);
    storeAt(gateRows(b, kCandidate), row, lane, n, s.n);
    storeAt(gateRows(b, kRecurrentPart), row, lane, n, recurrent);
    storeAt(b.h, row, lane, n, kept(b, lane, n, h, hBefore));
  });
}

template <class T, class Pair>
void gruNormBackwardStep(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const int H = b.rows;
  gruResetAfterBackwardStep<T, Pair>(cell, b);
  if (b.dGiven.p) {
    for (int gate = kUpdate; gate <= kCandidate; ++gate) {
      const Rows<T> to = {b.dGiven.p + gate * H * b.dGiven.ld, b.dGiven.ld};
      overBlock<T>(H, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
        storeAt(to, row, lane, n, loadAt(dGateRows(b, gate), row, lane, n));
      });
    }
  }
  normalizeSpanBackward<T>(b.dGates, b.gateStride, kGruProduct, H, b.lanes, normedSpan(cell, b, 3 * H, 0, 0));
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
