#pragma once

// The pointwise part of the GRU cell: z = gate(zz), r = gate(zr), n = act(zn), h = z h' + (1 - z) n, h' the state
// before. The candidate's sum is  x Wn + (r h') Un + b  or, with the reset after the product,  x Wn + b + r (h' Un +
// b').

#include "cpu/simd/vec.h"

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

// Reset after the product: turns the sums in `s` into the gates' values; `recurrent` is h' Un + b'.
template <class T, class Gate, class Act>
SEQNN_INLINE Vec<T> gruResetAfterForward(const Gate& gate, const Act& act, GruGates<T>& s, Vec<T> recurrent,
                                         Vec<T> hBefore) {
  s.z = gate.template value<T>(s.z);
  s.r = gate.template value<T>(s.r);
  s.n = act.template value<T>(s.n + s.r * recurrent);
  return gruUpdate<T>(s.z, s.n, hBefore);
}

// The gradients of the sums of z and n, and of h' by the update alone.
template <class T>
struct GruUpdateGrad {
  Vec<T> z, n, hBefore;
};
template <class T, class Gate, class Act>
SEQNN_INLINE GruUpdateGrad<T> gruUpdateBackward(const Gate& gate, const Act& act, Vec<T> z, Vec<T> n, Vec<T> hBefore,
                                                Vec<T> dh) {
  return {dh * (hBefore - n) * gate.template slope<T>(z), dh * (splat<T>(T(1)) - z) * act.template slope<T>(n), dh * z};
}

}  // namespace cells
}  // namespace SEQNN_ISA
}  // namespace seqnn
