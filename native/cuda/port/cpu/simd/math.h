#pragma once

// The elementary functions of cpu/simd/math.h from the device's own library (in the emulation: the host's).

#include <math.h>

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {

#define SEQNN_LIBRARY(name, single, twice)                            \
  SEQNN_INLINE float library_##name(float x) { return ::single(x); }  \
  SEQNN_INLINE double library_##name(double x) { return ::twice(x); } \
  template <class T>                                                  \
  SEQNN_INLINE Vec<T> v##name(Vec<T> x) {                             \
    return library_##name(x);                                         \
  }
SEQNN_LIBRARY(abs, fabsf, fabs)
SEQNN_LIBRARY(exp, expf, exp)
SEQNN_LIBRARY(expm1, expm1f, expm1)
SEQNN_LIBRARY(log, logf, log)
SEQNN_LIBRARY(log1p, log1pf, log1p)
SEQNN_LIBRARY(tanh, tanhf, tanh)
SEQNN_LIBRARY(erf, erff, erf)
SEQNN_LIBRARY(sin, sinf, sin)
SEQNN_LIBRARY(cos, cosf, cos)
SEQNN_LIBRARY(sqrt, sqrtf, sqrt)
SEQNN_LIBRARY(rint, rintf, rint)
SEQNN_LIBRARY(floor, floorf, floor)
SEQNN_LIBRARY(ceil, ceilf, ceil)
SEQNN_LIBRARY(trunc, truncf, trunc)
#undef SEQNN_LIBRARY

SEQNN_INLINE float powerOf(float x, float y) { return ::powf(x, y); }
SEQNN_INLINE double powerOf(double x, double y) { return ::pow(x, y); }
template <class T>
SEQNN_INLINE Vec<T> vpow(Vec<T> x, Vec<T> y) {
  return powerOf(x, y);
}

// |x| with the sign of s, for x >= 0.
SEQNN_INLINE float signedAs(float x, float s) { return ::copysignf(x, s); }
SEQNN_INLINE double signedAs(double x, double s) { return ::copysign(x, s); }
template <class T>
SEQNN_INLINE Vec<T> withSign(Vec<T> x, Vec<T> s) {
  return signedAs(x, s);
}

// Never an overflow; small results keep their accuracy.
template <class T>
SEQNN_INLINE Vec<T> vsigmoid(Vec<T> x) {
  const T e = vexp<T>(-vabs<T>(x));
  return (x < 0 ? e : T(1)) / (T(1) + e);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
