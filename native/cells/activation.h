#pragma once

// Activations as the cells use them. A forward step keeps one number per value: the value itself where that gives the
// slope, else the activation's input, from which a backward step computes both again.

#include "cpu/simd/activation.h"

namespace seqnn {
namespace SEQNN_ISA {

// clang-format off
#define SEQNN_INPUT_ACTIVATIONS(X) \
  X(silu) \
  X(hardSilu) \
  X(mish) \
  X(gelu) \
  X(tanhShrink)
// clang-format on

// Those whose slope needs their input.
enum class InputActivation : int {
  none,
#define X(name) name,
  SEQNN_INPUT_ACTIVATIONS(X)
#undef X
};

struct CellActivation {
  Activation output;  // where `input` is none
  InputActivation input;

  SEQNN_INLINE bool keepsInput() const { return input != InputActivation::none; }
  bool is(Activation a) const { return !keepsInput() && output == a; }
};

inline CellActivation cellActivationFrom(const char* name) {
#define X(other) \
  if (std::strcmp(name, #other) == 0) return {Activation::linear, InputActivation::other};
  SEQNN_INPUT_ACTIVATIONS(X)
#undef X
  return {activationFrom(name), InputActivation::none};
}

template <class T>
struct ValueAndSlope {
  Vec<T> value, slope;
};

template <class T>
SEQNN_INLINE ValueAndSlope<T> activateInput(InputActivation a, Vec<T> x) {
  const Vec<T> zero = splat<T>(T(0)), one = splat<T>(T(1)), half = splat<T>(T(0.5));
  switch (a) {
    case InputActivation::silu: {
      const Vec<T> s = vsigmoid<T>(x);
      return {x * s, s * (one + x * (one - s))};
    }
    case InputActivation::hardSilu: {
      const Vec<T> s = vmin(vmax(x / splat<T>(T(6)) + half, zero), one);
      return {x * s, s + select((s > zero) & (s < one), x / splat<T>(T(6)), zero)};
    }
    case InputActivation::mish: {
      // tanh(log(1 + e)) = n / (n + 2) with e = exp(x), n = e (e + 2); beyond 25 it is 1.
      const Vec<T> two = splat<T>(T(2)), low = vmin(x, splat<T>(T(25))), e = vexp<T>(low), n = e * (e + two);
      const Vec<T> rest = one / (n + two), t = n * rest;
      return {x * t, t + low * two * rest * (one + t) * e / (one + e)};
    }
    case InputActivation::gelu: {
      const Vec<T> part = half * (one + verf<T>(x * splat<T>(T(0.70710678118654752440))));
      const Vec<T> density = splat<T>(T(0.39894228040143267794)) * vexp<T>(-half * x * x);
      return {x * part, part + x * density};
    }
    case InputActivation::tanhShrink: {
      const Vec<T> t = vtanh<T>(x);
      return {x - t, t * t};
    }
    case InputActivation::none:
      break;
  }
  return {x, one};
}

// One that is known when the kernel is compiled; of those that keep their value.
template <Activation A>
struct FixedAct : Fixed<A> {
  template <class T>
  SEQNN_INLINE Vec<T> keep(Vec<T>, Vec<T> value) const {
    return value;
  }
  template <class T>
  SEQNN_INLINE Vec<T> valueOf(Vec<T> kept) const {
    return kept;
  }
  template <class T>
  SEQNN_INLINE Vec<T> slopeOf(Vec<T> kept) const {
    return slopeFromOutput<T>(A, kept);
  }
};

struct ChosenAct {
  CellActivation a;
  template <class T>
  SEQNN_NOINLINE Vec<T> value(Vec<T> x) const {
    return a.keepsInput() ? activateInput<T>(a.input, x).value : activate<T>(a.output, x);
  }
  // Of an input and its value, what a backward step wants.
  template <class T>
  SEQNN_INLINE Vec<T> keep(Vec<T> x, Vec<T> value) const {
    return a.keepsInput() ? x : value;
  }
  template <class T>
  SEQNN_INLINE Vec<T> valueOf(Vec<T> kept) const {
    return a.keepsInput() ? value<T>(kept) : kept;
  }
  template <class T>
  SEQNN_NOINLINE Vec<T> slopeOf(Vec<T> kept) const {
    return a.keepsInput() ? activateInput<T>(a.input, kept).slope : slopeFromOutput<T>(a.output, kept);
  }
};

}  // namespace SEQNN_ISA
}  // namespace seqnn
