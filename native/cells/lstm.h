#pragma once

// The pointwise part of the LSTM cell:
//   i = gate(zi + pi c'), f = gate(zf + pf c'), g = act(zg), c = clip(f c' + i g), o = gate(zo + po c), h = o act(c)
// with c' the state before. A null pointer stands for no peepholes; clip 0 is none. Where the memory is normalised
// between its update and the output, act sees something else than c, and the two halves run apart.

#include "cells/activation.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace cells {

template <class T>
struct LstmGates {
  Vec<T> i, f, g, o;
};
template <class T>
struct LstmState {
  Vec<T> c, activeC, h;  // activeC: what is kept of act(c)
};
template <class T>
struct Peepholes {
  Vec<T> i, f, o;
};

template <class T>
SEQNN_INLINE Vec<T> clipped(Vec<T> c, T clip) {
  return clip > 0 ? vmin(vmax(c, splat<T>(-clip)), splat<T>(clip)) : c;
}

// Turns the sums of i, f, g in `z` into what is kept of the gates and gives the new memory.
template <class T, class Gate, class Act>
SEQNN_INLINE Vec<T> lstmMemory(const Gate& gate, const Act& act, LstmGates<T>& z, Vec<T> cBefore, const Peepholes<T>* p,
                               T clip) {
  if (p) {
    z.i = z.i + p->i * cBefore;
    z.f = z.f + p->f * cBefore;
  }
  const Vec<T> i = gate.template value<T>(z.i), f = gate.template value<T>(z.f), g = act.template value<T>(z.g);
  z.i = gate.template keep<T>(z.i, i);
  z.f = gate.template keep<T>(z.f, f);
  z.g = act.template keep<T>(z.g, g);
  return clipped<T>(f * cBefore + i * g, clip);
}

// The output, from the memory c and what act sees of it; z.o as the others above.
template <class T, class Gate, class Act>
SEQNN_INLINE LstmState<T> lstmOutput(const Gate& gate, const Act& act, LstmGates<T>& z, Vec<T> c, Vec<T> seen,
                                     const Peepholes<T>* p) {
  if (p) z.o = z.o + p->o * c;
  const Vec<T> o = gate.template value<T>(z.o), active = act.template value<T>(seen);
  z.o = gate.template keep<T>(z.o, o);
  return {c, act.template keep<T>(seen, active), o * active};
}

template <class T, class Gate, class Act>
SEQNN_INLINE LstmState<T> lstmForward(const Gate& gate, const Act& act, LstmGates<T>& z, Vec<T> cBefore,
                                      const Peepholes<T>* p, T clip) {
  const Vec<T> c = lstmMemory<T>(gate, act, z, cBefore, p, clip);
  return lstmOutput<T>(gate, act, z, c, c, p);
}

// The gradients of o's sum and of what act saw.
template <class T>
struct LstmOutputGrad {
  Vec<T> o, seen;
};
template <class T, class Gate, class Act>
SEQNN_INLINE LstmOutputGrad<T> lstmOutputBackward(const Gate& gate, const Act& act, Vec<T> o, Vec<T> activeC,
                                                  Vec<T> dh) {
  return {dh * act.template valueOf<T>(activeC) * gate.template slopeOf<T>(o),
          dh * gate.template valueOf<T>(o) * act.template slopeOf<T>(activeC)};
}

// From what was kept of the gates, v, and the gradient `dc` of the new memory: those of the sums but o; dc becomes that
// of the memory before.
template <class T, class Gate, class Act>
SEQNN_INLINE void lstmMemoryBackward(const Gate& gate, const Act& act, const LstmGates<T>& v, Vec<T> cBefore,
                                     const Peepholes<T>* p, T clip, Vec<T>& dc, LstmGates<T>& d) {
  const Vec<T> i = gate.template valueOf<T>(v.i), f = gate.template valueOf<T>(v.f), g = act.template valueOf<T>(v.g);
  if (clip > 0) {
    const Vec<T> c = f * cBefore + i * g;
    dc = select((c > splat<T>(clip)) | (c < splat<T>(-clip)), splat<T>(T(0)), dc);
  }
  d.i = dc * g * gate.template slopeOf<T>(v.i);
  d.f = dc * cBefore * gate.template slopeOf<T>(v.f);
  d.g = dc * i * act.template slopeOf<T>(v.g);
  dc = dc * f;
  if (p) dc = dc + d.i * p->i + d.f * p->f;
}

// The gradients of the sums; dc becomes that of the memory before.
template <class T, class Gate, class Act>
SEQNN_INLINE LstmGates<T> lstmBackward(const Gate& gate, const Act& act, const LstmGates<T>& v, Vec<T> activeC,
                                       Vec<T> cBefore, const Peepholes<T>* p, T clip, Vec<T> dh, Vec<T>& dc) {
  LstmGates<T> d;
  const LstmOutputGrad<T> output = lstmOutputBackward<T>(gate, act, v.o, activeC, dh);
  d.o = output.o;
  dc = dc + output.seen;
  if (p) dc = dc + d.o * p->o;
  lstmMemoryBackward<T>(gate, act, v, cBefore, p, clip, dc, d);
  return d;
}

}  // namespace cells
}  // namespace SEQNN_ISA
}  // namespace seqnn
