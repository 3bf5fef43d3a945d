#pragma once

// The pointwise part of the LSTM cell:
//   i = gate(zi + pi c'), f = gate(zf + pf c'), g = act(zg), c = clip(f c' + i g), o = gate(zo + po c), h = o act(c)
// with c' the state before. A null pointer stands for no peepholes; clip 0 is none.

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace cells {

template <class T>
struct LstmGates {
  Vec<T> i, f, g, o;
};
template <class T>
struct LstmState {
  Vec<T> c, activeC, h;  // activeC: act(c), kept for the backward pass
};
template <class T>
struct Peepholes {
  Vec<T> i, f, o;
};

// Turns the sums in `z` into the gates' values and gives the new state.
template <class T, class Gate, class Act>
SEQNN_INLINE LstmState<T> lstmForward(const Gate& gate, const Act& act, LstmGates<T>& z, Vec<T> cBefore,
                                      const Peepholes<T>* p, T clip) {
  if (p) {
    z.i = z.i + p->i * cBefore;
    z.f = z.f + p->f * cBefore;
  }
  z.i = gate.template value<T>(z.i);
  z.f = gate.template value<T>(z.f);
  z.g = act.template value<T>(z.g);
  Vec<T> c = z.f * cBefore + z.i * z.g;
  if (clip > 0) c = vmin(vmax(c, splat<T>(-clip)), splat<T>(clip));
  if (p) z.o = z.o + p->o * c;
  z.o = gate.template value<T>(z.o);
  const Vec<T> activeC = act.template value<T>(c);
  return {c, activeC, z.o * activeC};
}

// From the gates' values v, the gradients of the sums; dc becomes that of the state before.
template <class T, class Gate, class Act>
SEQNN_INLINE LstmGates<T> lstmBackward(const Gate& gate, const Act& act, const LstmGates<T>& v, Vec<T> activeC,
                                       Vec<T> cBefore, const Peepholes<T>* p, T clip, Vec<T> dh, Vec<T>& dc) {
  LstmGates<T> d;
  d.o = dh * activeC * gate.template slope<T>(v.o);
  Vec<T> all = dc + dh * v.o * act.template slope<T>(activeC);
  if (p) all = all + d.o * p->o;
  if (clip > 0) {
    const Vec<T> c = v.f * cBefore + v.i * v.g;
    all = select((c > splat<T>(clip)) | (c < splat<T>(-clip)), splat<T>(T(0)), all);
  }
  d.i = all * v.g * gate.template slope<T>(v.i);
  d.f = all * cBefore * gate.template slope<T>(v.f);
  d.g = all * v.i * act.template slope<T>(v.g);
  dc = all * v.f;
  if (p) dc = dc + d.i * p->i + d.f * p->f;
  return d;
}

}  // namespace cells
}  // namespace SEQNN_ISA
}  // namespace seqnn
