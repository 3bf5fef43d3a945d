#pragma once

// Lane-wise functions that need no polynomial: signs, roots, roundings, NaN-keeping extremes.

#include "cpu/simd/math.h"

#if defined(__aarch64__) && SEQNN_VEC_BYTES == 16
#include <arm_neon.h>
#endif

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
struct SignBit;
template <>
struct SignBit<float> {
  static constexpr int32_t value = INT32_MIN;
  static constexpr float whole = 8388608.0f;  // 2^23: from here on every value is an integer
};
template <>
struct SignBit<double> {
  static constexpr int64_t value = INT64_MIN;
  static constexpr double whole = 4503599627370496.0;  // 2^52
};

template <class T>
SEQNN_INLINE Vec<T> vcopysign(Vec<T> magnitude, Vec<T> sign) {
  const Bits<T> bit = Bits<T>{} + SignBit<T>::value;
  return fromBits<T>((bitsOf<T>(magnitude) & ~bit) | (bitsOf<T>(sign) & bit));
}

#if SEQNN_VEC_BYTES == 0
SEQNN_INLINE float rootOf(float v) { return __builtin_sqrtf(v); }
SEQNN_INLINE double rootOf(double v) { return __builtin_sqrt(v); }
#elif defined(__AVX512F__)
SEQNN_INLINE Vec<float> rootOf(Vec<float> v) { return _mm512_sqrt_ps(v); }
SEQNN_INLINE Vec<double> rootOf(Vec<double> v) { return _mm512_sqrt_pd(v); }
#elif defined(__AVX2__)
SEQNN_INLINE Vec<float> rootOf(Vec<float> v) { return _mm256_sqrt_ps(v); }
SEQNN_INLINE Vec<double> rootOf(Vec<double> v) { return _mm256_sqrt_pd(v); }
#else
SEQNN_INLINE Vec<float> rootOf(Vec<float> v) { return (Vec<float>)vsqrtq_f32((float32x4_t)v); }
SEQNN_INLINE Vec<double> rootOf(Vec<double> v) { return (Vec<double>)vsqrtq_f64((float64x2_t)v); }
#endif
template <class T>
SEQNN_INLINE Vec<T> vsqrt(Vec<T> v) {
  return rootOf(v);
}

// Half to even: adding 2^23 (2^52) to a magnitude leaves no bits for the fraction. Keeps -0, infinities and NaN.
template <class T>
SEQNN_INLINE Vec<T> vrint(Vec<T> v) {
  const Vec<T> whole = splat<T>(SignBit<T>::whole);
  const Vec<T> size = vabs<T>(v);
  const Vec<T> rounded = vcopysign<T>((size + whole) - whole, v);
  return select(size < whole, rounded, v);
}
template <class T>
SEQNN_INLINE Vec<T> vfloor(Vec<T> v) {
  const Vec<T> near = vrint<T>(v);
  return vcopysign<T>(select(v < near, near - splat<T>(1), near), v);
}
template <class T>
SEQNN_INLINE Vec<T> vceil(Vec<T> v) {
  return -vfloor<T>(-v);
}
template <class T>
SEQNN_INLINE Vec<T> vtrunc(Vec<T> v) {
  return vcopysign<T>(vfloor<T>(vabs<T>(v)), v);
}

// Lane i takes lane i ^ distance.
#if SEQNN_VEC_BYTES > 0
template <int distance, class V>
SEQNN_INLINE V swapLanes(V v) {
  constexpr int n = static_cast<int>(sizeof(V) / sizeof(v[0]));
  constexpr int d = distance;
  if constexpr (n == 16) {
    return __builtin_shufflevector(v, v, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d, 8 ^ d, 9 ^ d, 10 ^ d,
                                   11 ^ d, 12 ^ d, 13 ^ d, 14 ^ d, 15 ^ d);
  } else if constexpr (n == 8) {
    return __builtin_shufflevector(v, v, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d);
  } else if constexpr (n == 4) {
    return __builtin_shufflevector(v, v, 0 ^ d, 1 ^ d, 2 ^ d, 3 ^ d);
  } else {
    return __builtin_shufflevector(v, v, 1, 0);
  }
}
#endif
// All lanes joined by a commutative op, in every lane: a butterfly, so that all lanes hold the same bits.
template <class T, class Join>
SEQNN_INLINE Vec<T> joinLanes(Vec<T> v, [[maybe_unused]] Join join) {
#if SEQNN_VEC_BYTES > 0
  if constexpr (kLanes<T> >= 16) v = join(v, swapLanes<8>(v));
  if constexpr (kLanes<T> >= 8) v = join(v, swapLanes<4>(v));
  if constexpr (kLanes<T> >= 4) v = join(v, swapLanes<2>(v));
  v = join(v, swapLanes<1>(v));
#endif
  return v;
}

// A NaN in either operand wins.
template <class T>
SEQNN_INLINE Vec<T> nanMax(Vec<T> a, Vec<T> b) {
  const Vec<T> larger = select(a < b, b, a);  // b only where it is larger, so a NaN in a stays
  return select(b == b, larger, b);
}
template <class T>
SEQNN_INLINE Vec<T> nanMin(Vec<T> a, Vec<T> b) {
  const Vec<T> smaller = select(b < a, b, a);
  return select(b == b, smaller, b);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
