#pragma once

// One vector vocabulary for every instruction set. A kernel file is compiled once per set with
// SEQNN_ISA (its namespace) and SEQNN_VEC_BYTES (register width, 0 for plain scalars).
// Vectors are the compiler's own (GCC and Clang): + - * / and comparisons work lane by lane, a*b+c becomes FMA.

#include <cstdint>
#include <cstring>

#ifndef SEQNN_ISA
#define SEQNN_ISA scalar
#endif
#ifndef SEQNN_VEC_BYTES
#define SEQNN_VEC_BYTES 0
#endif

#if defined(__GNUC__)
#define SEQNN_INLINE inline __attribute__((always_inline))
#else
#define SEQNN_INLINE __forceinline
#endif

#if SEQNN_VEC_BYTES > 0
#include "cpu/simd/vec_wide.h"
#else
#include "cpu/simd/vec_scalar.h"
#endif

namespace seqnn {
namespace SEQNN_ISA {

// Loads and stores of the first n lanes, 0 < n <= kLanes<T>; the rest reads as zero and is not touched.
template <class T>
SEQNN_INLINE Vec<T> loadLanes(const T* p, int n) {
  return n == kLanes<T> ? load(p) : loadPart(p, n);
}
template <class T>
SEQNN_INLINE void storeLanes(T* p, Vec<T> v, int n) {
  if (n == kLanes<T>) {
    store(p, v);
  } else {
    storePart(p, v, n);
  }
}

// The lesser, or the greater; a NaN in `a` propagates, one in `b` does not. The overloads are the same in one
// instruction.
template <class V>
SEQNN_INLINE V vmin(V a, V b) {
  return select(b < a, b, a);
}
template <class V>
SEQNN_INLINE V vmax(V a, V b) {
  return select(a < b, b, a);
}
#if defined(__AVX512F__)
SEQNN_INLINE Vec<float> vmin(Vec<float> a, Vec<float> b) { return _mm512_min_ps(b, a); }
SEQNN_INLINE Vec<float> vmax(Vec<float> a, Vec<float> b) { return _mm512_max_ps(b, a); }
SEQNN_INLINE Vec<double> vmin(Vec<double> a, Vec<double> b) { return _mm512_min_pd(b, a); }
SEQNN_INLINE Vec<double> vmax(Vec<double> a, Vec<double> b) { return _mm512_max_pd(b, a); }
#elif defined(__AVX2__)
SEQNN_INLINE Vec<float> vmin(Vec<float> a, Vec<float> b) { return _mm256_min_ps(b, a); }
SEQNN_INLINE Vec<float> vmax(Vec<float> a, Vec<float> b) { return _mm256_max_ps(b, a); }
SEQNN_INLINE Vec<double> vmin(Vec<double> a, Vec<double> b) { return _mm256_min_pd(b, a); }
SEQNN_INLINE Vec<double> vmax(Vec<double> a, Vec<double> b) { return _mm256_max_pd(b, a); }
#endif

}  // namespace SEQNN_ISA
}  // namespace seqnn
