#pragma once

// The activations that kernels apply at the store. Each gives its derivative from its own output, so that
// backward passes need only what forward passes kept.

#include "cpu/simd/basic.h"
#include "cpu/simd/math.h"
#include "runtime/error.h"

#if defined(__GNUC__)
#define SEQNN_NOINLINE __attribute__((noinline))
#else
#define SEQNN_NOINLINE __declspec(noinline)
#endif

namespace seqnn {
namespace SEQNN_ISA {

// The names in their order of Activation: one list, so that the lookup and its message cannot drift apart.
// clang-format off
#define SEQNN_ACTIVATIONS(X) \
  X(linear) \
  X(tanh) \
  X(sigmoid) \
  X(relu) \
  X(hardSigmoid) \
  X(hardSigmoid2) \
  X(elu) \
  X(selu) \
  X(softsign) \
  X(exponential) \
  X(softplus) \
  X(relu6) \
  X(leakyRelu) \
  X(hardTanh) \
  X(logSigmoid) \
  X(sparseSigmoid) \
  X(sparsePlus) \
  X(squareplus) \
  X(hardShrink) \
  X(softShrink)
// clang-format on

enum class Activation : int {
#define X(name) name,
  SEQNN_ACTIVATIONS(X)
#undef X
};

inline Activation activationFrom(const char* name) {
  static const char* const names[] = {
#define X(name) #name,
      SEQNN_ACTIVATIONS(X)
#undef X
  };
  constexpr int count = sizeof names / sizeof names[0];
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(name, names[i]) == 0) return static_cast<Activation>(i);
  }
  fail("activation '%s' is not known to the kernels; expected one of:%s", name,
#define X(name) " " #name
       SEQNN_ACTIVATIONS(X)
#undef X
  );
}

constexpr double kSeluScale = 1.05070098735548049342;
constexpr double kSeluAlpha = 1.67326324235437728482;
constexpr double kLeakySlope = 0.2;
constexpr double kShrink = 0.5;

// The activation's value; with A known at compile time the switch disappears.
template <class T>
SEQNN_INLINE Vec<T> activate(Activation a, Vec<T> x) {
  const Vec<T> zero = splat<T>(T(0)), one = splat<T>(T(1));
  switch (a) {
    case Activation::linear:
      return x;
    case Activation::tanh:
      return vtanh<T>(x);
    case Activation::sigmoid:
      return vsigmoid<T>(x);
    case Activation::relu:
      return vmax(x, zero);
    case Activation::hardSigmoid:
      return vmin(vmax(x / splat<T>(T(6)) + splat<T>(T(0.5)), zero), one);
    case Activation::hardSigmoid2:
      return vmin(vmax(x * splat<T>(T(0.2)) + splat<T>(T(0.5)), zero), one);
    case Activation::elu:
      return select(x < zero, vexpm1<T>(x), x);
    case Activation::selu:
      return splat<T>(T(kSeluScale)) * select(x < zero, splat<T>(T(kSeluAlpha)) * vexpm1<T>(x), x);
    case Activation::softsign:
      return x / (one + vabs<T>(x));
    case Activation::exponential:
      return vexp<T>(x);
    case Activation::softplus:
      return vmax(x, zero) + vlog1p<T>(vexp<T>(-vabs<T>(x)));
    case Activation::relu6:
      return vmin(vmax(x, zero), splat<T>(T(6)));
    case Activation::leakyRelu:
      return select(x < zero, x * splat<T>(T(kLeakySlope)), x);
    case Activation::hardTanh:
      return vmin(vmax(x, -one), one);
    case Activation::logSigmoid:
      return vmin(x, zero) - vlog1p<T>(vexp<T>(-vabs<T>(x)));
    case Activation::sparseSigmoid:
      return vmin(vmax(splat<T>(T(0.5)) * (x + one), zero), one);
    case Activation::sparsePlus: {
      const Vec<T> middle = vmax(vmin(x, one), -one) + one;
      return select(x > one, x, splat<T>(T(0.25)) * middle * middle);
    }
    case Activation::squareplus:
      return splat<T>(T(0.5)) * (x + vsqrt<T>(x * x + splat<T>(T(4))));
    case Activation::hardShrink:
      return select(vabs<T>(x) <= splat<T>(T(kShrink)), zero, x);
    case Activation::softShrink:
      return select(vabs<T>(x) <= splat<T>(T(kShrink)), zero, x - withSign<T>(splat<T>(T(kShrink)), x));
  }
  return x;
}

// The derivative by the input, from the output y. At a kink it is that of the flat side.
template <class T>
SEQNN_INLINE Vec<T> slopeFromOutput(Activation a, Vec<T> y) {
  const Vec<T> zero = splat<T>(T(0)), one = splat<T>(T(1));
  switch (a) {
    case Activation::linear:
      return one;
    case Activation::tanh:
      return one - y * y;
    case Activation::sigmoid:
      return y * (one - y);
    case Activation::relu:
      return select(y > zero, one, zero);
    case Activation::hardSigmoid:
      return select((y > zero) & (y < one), splat<T>(T(1.0 / 6.0)), zero);
    case Activation::hardSigmoid2:
      return select((y > zero) & (y < one), splat<T>(T(0.2)), zero);
    case Activation::elu:
      return select(y < zero, y + one, one);
    case Activation::selu:
      return select(y < zero, y + splat<T>(T(kSeluScale * kSeluAlpha)), splat<T>(T(kSeluScale)));
    case Activation::softsign: {
      const Vec<T> rest = one - vabs<T>(y);
      return rest * rest;
    }
    case Activation::exponential:
      return y;
    case Activation::softplus:
      return -vexpm1<T>(-y);
    case Activation::relu6:
      return select((y > zero) & (y < splat<T>(T(6))), one, zero);
    case Activation::leakyRelu:
      return select(y < zero, splat<T>(T(kLeakySlope)), one);
    case Activation::hardTanh:
      return select((y > -one) & (y < one), one, zero);
    case Activation::logSigmoid:
      return -vexpm1<T>(y);
    case Activation::sparseSigmoid:
      return select((y > zero) & (y < one), splat<T>(T(0.5)), zero);
    case Activation::sparsePlus:
      return select(y < one, vsqrt<T>(y), one);
    case Activation::squareplus: {
      const Vec<T> bounded = vmin(y, splat<T>(T(1e9)));  // its square is finite
      return bounded * bounded / (one + bounded * bounded);
    }
    case Activation::hardShrink:
    case Activation::softShrink:
      return select(y != zero, one, zero);
  }
  return one;
}

// Calls f with the activation as a compile-time constant for the frequent ones, so that the switch leaves the
// loops; the others share one general instance of the loop.
template <Activation A>
struct Fixed {
  template <class T>
  SEQNN_INLINE Vec<T> value(Vec<T> x) const {
    return activate<T>(A, x);
  }
  template <class T>
  SEQNN_INLINE Vec<T> slope(Vec<T> y) const {
    return slopeFromOutput<T>(A, y);
  }
};
struct Chosen {
  Activation a;
  template <class T>
  SEQNN_NOINLINE Vec<T> value(Vec<T> x) const {
    return activate<T>(a, x);
  }
  template <class T>
  SEQNN_NOINLINE Vec<T> slope(Vec<T> y) const {
    return slopeFromOutput<T>(a, y);
  }
};
template <class F>
SEQNN_INLINE void withActivation(Activation a, F f) {
  switch (a) {
    case Activation::linear:
      return f(Fixed<Activation::linear>{});
    case Activation::tanh:
      return f(Fixed<Activation::tanh>{});
    case Activation::sigmoid:
      return f(Fixed<Activation::sigmoid>{});
    case Activation::relu:
      return f(Fixed<Activation::relu>{});
    default:
      return f(Chosen{a});
  }
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
