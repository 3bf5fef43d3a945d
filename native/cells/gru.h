#pragma once

// The pointwise part of the GRU cell: z = gate(zz), r = gate(zr), n = act(zn), h = z h' + (1 - z) n, h' the state
// before. The candidate's sum is  x Wn + (r h') Un + b  or, with the reset after the product,  x Wn + b + r (h' Un +
// b').

#include "cells/activation.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace cells {

template <class T>
struct GruGates {
  Vec<T> z, r, n;
};

template <class T>
SEQNN_INLINE Vec<T> gruUpdate(Vec<T> z, Vec<T> n, Vec<T> hBefore) {
  return z * hBefore + (splat<T>(T(1)) - z) * n;
}

// Reset after the product: turns the sums in `s` into what is kept of the gates; `recurrent` is h' Un + b'.
template <class T, class Gate, class Act>
SEQNN_INLINE Vec<T> gruResetAfterForward(const Gate& gate, const Act& act, GruGates<T>& s, Vec<T> recurrent,
                                         Vec<T> hBefore) {
  const Vec<T> z = gate.template value<T>(s.z), r = gate.template value<T>(s.r);
  const Vec<T> sum = s.n + r * recurrent;
  const Vec<T> n = act.template value<T>(sum);
  s.z = gate.template keep<T>(s.z, z);
  s.r = gate.template keep<T>(s.r, r);
  s.n = act.template keep<T>(sum, n);
  return gruUpdate<T>(z, n, hBefore);
}

// The gradients of the sums of z and n, and of h' by the update alone; z and n as they were kept.
template <class T>
struct GruUpdateGrad {
  Vec<T> z, n, hBefore;
};
template <class T, class Gate, class Act>
SEQNN_INLINE GruUpdateGrad<T> gruUpdateBackward(const Gate& gate, const Act& act, Vec<T> keptZ, Vec<T> keptN,
                                                Vec<T> hBefore, Vec<T> dh) {
  const Vec<T> z = gate.template valueOf<T>(keptZ), n = act.template valueOf<T>(keptN);
  return {dh * (hBefore - n) * gate.template slopeOf<T>(keptZ),
          dh * (splat<T>(T(1)) - z) * act.template slopeOf<T>(keptN), dh * z};
}

}  // namespace cells
}  // namespace SEQNN_ISA
}  // namespace seqnn
