#pragma once

// One unit of one sample through a step of its cell, forward and back: the mathematics of native/cells around values in
// memory. A gate of an element lies `stride` behind the one before it; blocks of the gate buffer as in cpu/rnn.

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/simple.h"
#include "cpu/rnn/config.h"

namespace seqnn {
namespace cuda {

// As ChosenAct of cells/activation.h.
struct Act {
  CellActivation a;
  template <class T>
  SEQNN_INLINE T value(T x) const {
    return a.keepsInput() ? activateInput<T>(a.input, x).value : activate<T>(a.output, x);
  }
  template <class T>
  SEQNN_INLINE T keep(T x, T y) const {
    return a.keepsInput() ? x : y;
  }
  template <class T>
  SEQNN_INLINE T valueOf(T kept) const {
    return a.keepsInput() ? value<T>(kept) : kept;
  }
  template <class T>
  SEQNN_INLINE T slopeOf(T kept) const {
    return a.keepsInput() ? activateInput<T>(a.input, kept).slope : slopeFromOutput<T>(a.output, kept);
  }
};

template <class T>
struct Cell {
  CellKind kind;
  Act act, gate;
  LstmOrder order;
  const T* peephole;  // [3, H] or null
  int H;
  T clip;           // 0: none
  bool keepsValue;  // simple: the gate buffer keeps what the slope is found from

  SEQNN_INLINE cells::Peepholes<T> peepholes(int u) const {
    return {peephole[u], peephole[H + u], peephole[2 * H + u]};
  }
};

// Blocks of a GRU's gate buffer, and act(c) behind an LSTM's gates.
constexpr int kUpdate = 0, kResetGate = 1, kCandidate = 2, kRecurrentPart = 3, kActiveC = 4;

// GRU, before the candidate's product: turns the sum of r into its value; gives r h'.
template <class T>
SEQNN_INLINE T cellReset(const Cell<T>& cell, T* g, int64_t stride, T hUsed) {
  T& sum = g[kResetGate * stride];
  const T r = cell.gate.template value<T>(sum);
  sum = cell.gate.template keep<T>(sum, r);
  return r * hUsed;
}

// Turns the sums at g into the gates' values and h, c of the step before into those after it. A step that is masked
// (keep false) leaves h and c.
template <class T>
SEQNN_INLINE void cellForward(const Cell<T>& cell, T* g, int64_t stride, int u, bool keep, T& h, T& c) {
  switch (cell.kind) {
    case CellKind::simple: {
      const T next = cells::simpleForward<T>(cell.act, g[0]);
      if (cell.keepsValue) g[0] = cell.act.template keep<T>(g[0], next);
      h = keep ? next : h;
      return;
    }
    case CellKind::lstm: {
      const LstmOrder at = cell.order;
      cells::LstmGates<T> z = {g[at.i * stride], g[at.f * stride], g[at.g * stride], g[at.o * stride]};
      cells::Peepholes<T> p{};
      if (cell.peephole) p = cell.peepholes(u);
      const cells::LstmState<T> s =
          cells::lstmForward<T>(cell.gate, cell.act, z, c, cell.peephole ? &p : nullptr, cell.clip);
      g[at.i * stride] = z.i;
      g[at.f * stride] = z.f;
      g[at.g * stride] = z.g;
      g[at.o * stride] = z.o;
      g[kActiveC * stride] = s.activeC;
      c = keep ? s.c : c;
      h = keep ? s.h : h;
      return;
    }
    case CellKind::gru: {
      T &sumZ = g[kUpdate * stride], &sumN = g[kCandidate * stride];
      const T z = cell.gate.template value<T>(sumZ), n = cell.act.template value<T>(sumN);
      sumZ = cell.gate.template keep<T>(sumZ, z);
      sumN = cell.act.template keep<T>(sumN, n);
      const T next = cells::gruUpdate<T>(z, n, h);
      h = keep ? next : h;
      return;
    }
    case CellKind::gruResetAfter: {
      cells::GruGates<T> s = {g[kUpdate * stride], g[kResetGate * stride], g[kCandidate * stride]};
      const T next = cells::gruResetAfterForward<T>(cell.gate, cell.act, s, g[kRecurrentPart * stride], h);
      g[kUpdate * stride] = s.z;
      g[kResetGate * stride] = s.r;
      g[kCandidate * stride] = s.n;
      h = keep ? next : h;
      return;
    }
  }
}

// The values that a step back reads.
template <class T>
struct StepValues {
  const T* g;  // what was kept of the gates; null where nothing was
  int64_t stride;
  T h, hBefore, cBefore;
  bool keep;
};

// Writes the gradients of the sums to d (blocks `stride` apart) and takes dh, dc from after the step to before it, but
// for what goes through the products.
template <class T>
SEQNN_INLINE void cellBackward(const Cell<T>& cell, const StepValues<T>& v, T* d, int u, T& dh, T& dc) {
  const int64_t stride = v.stride;
  const T zero = T(0);
  if (cell.kind == CellKind::simple) {
    const T dz = cells::simpleBackward<T>(cell.act, cell.keepsValue ? v.g[0] : v.h, dh);
    d[0] = v.keep ? dz : zero;
    dh = v.keep ? zero : dh;
    return;
  }
  if (cell.kind == CellKind::lstm) {
    const LstmOrder at = cell.order;
    const cells::LstmGates<T> values = {v.g[at.i * stride], v.g[at.f * stride], v.g[at.g * stride], v.g[at.o * stride]};
    cells::Peepholes<T> p{};
    if (cell.peephole) p = cell.peepholes(u);
    T dcBefore = dc;
    const cells::LstmGates<T> out =
        cells::lstmBackward<T>(cell.gate, cell.act, values, v.g[kActiveC * stride], v.cBefore,
                               cell.peephole ? &p : nullptr, cell.clip, dh, dcBefore);
    d[at.i * stride] = v.keep ? out.i : zero;
    d[at.f * stride] = v.keep ? out.f : zero;
    d[at.g * stride] = v.keep ? out.g : zero;
    d[at.o * stride] = v.keep ? out.o : zero;
    dc = v.keep ? dcBefore : dc;
    dh = v.keep ? zero : dh;
    return;
  }
  const T r = v.g[kResetGate * stride];
  const cells::GruUpdateGrad<T> out =
      cells::gruUpdateBackward<T>(cell.gate, cell.act, v.g[kUpdate * stride], v.g[kCandidate * stride], v.hBefore, dh);
  const T dn = v.keep ? out.n : zero;
  d[kUpdate * stride] = v.keep ? out.z : zero;
  d[kCandidate * stride] = dn;
  dh = v.keep ? out.hBefore : dh;
  if (cell.kind == CellKind::gru) return;
  const T dr = dn * v.g[kRecurrentPart * stride] * cell.gate.template slopeOf<T>(r);
  d[kResetGate * stride] = v.keep ? dr : zero;
  d[kRecurrentPart * stride] = v.keep ? dn * cell.gate.template valueOf<T>(r) : zero;
}

// GRU, once the gradient `dReset` of r h' is known: writes that of r, gives that of h'; `reset` becomes r h'.
template <class T>
SEQNN_INLINE T cellBackwardReset(const Cell<T>& cell, const StepValues<T>& v, T* d, T hUsed, T dReset, T& reset) {
  const T kept = v.g[kResetGate * v.stride], r = cell.gate.template valueOf<T>(kept);
  const T dr = dReset * hUsed * cell.gate.template slopeOf<T>(kept);
  d[kResetGate * v.stride] = v.keep ? dr : T(0);
  reset = r * hUsed;
  return v.keep ? dReset * r : T(0);
}

}  // namespace cuda
}  // namespace seqnn
