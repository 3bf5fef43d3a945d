#pragma once

#include <utility>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
constexpr int kLanes = SEQNN_VEC_BYTES / static_cast<int>(sizeof(T));

template <class T>
struct VecOf;
template <>
struct VecOf<float> {
  using type = float __attribute__((vector_size(SEQNN_VEC_BYTES)));
  using loose = float __attribute__((vector_size(SEQNN_VEC_BYTES), aligned(4), may_alias));
  using bits = int32_t __attribute__((vector_size(SEQNN_VEC_BYTES)));
};
template <>
struct VecOf<double> {
  using type = double __attribute__((vector_size(SEQNN_VEC_BYTES)));
  using loose = double __attribute__((vector_size(SEQNN_VEC_BYTES), aligned(8), may_alias));
  using bits = int64_t __attribute__((vector_size(SEQNN_VEC_BYTES)));
};
template <class T>
using Vec = typename VecOf<T>::type;
template <class T>
using Bits = typename VecOf<T>::bits;  // the integer vector as wide as Vec<T>

template <class T>
SEQNN_INLINE Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename VecOf<T>::loose*>(p);
}
template <class T>
SEQNN_INLINE void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename VecOf<T>::loose*>(p) = v;
}
template <class T>
SEQNN_INLINE Vec<T> splat(T v) {
  return v - Vec<T>{};  // the compiler broadcasts the scalar
}

#if defined(__AVX512F__)
SEQNN_INLINE Vec<float> loadPart(const float* p, int n) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
}
SEQNN_INLINE Vec<double> loadPart(const double* p, int n) {
  return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1), p);
}
SEQNN_INLINE void storePart(float* p, Vec<float> v, int n) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), v);
}
SEQNN_INLINE void storePart(double* p, Vec<double> v, int n) {
  _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1), v);
}
#elif defined(__AVX2__)
SEQNN_INLINE __m256i lanesBelow(int n, float) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
SEQNN_INLINE __m256i lanesBelow(int n, double) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
SEQNN_INLINE Vec<float> loadPart(const float* p, int n) { return _mm256_maskload_ps(p, lanesBelow(n, 0.0f)); }
SEQNN_INLINE Vec<double> loadPart(const double* p, int n) { return _mm256_maskload_pd(p, lanesBelow(n, 0.0)); }
SEQNN_INLINE void storePart(float* p, Vec<float> v, int n) { _mm256_maskstore_ps(p, lanesBelow(n, 0.0f), v); }
SEQNN_INLINE void storePart(double* p, Vec<double> v, int n) { _mm256_maskstore_pd(p, lanesBelow(n, 0.0), v); }
#else
template <class T>
SEQNN_INLINE Vec<T> loadPart(const T* p, int n) {
  Vec<T> v{};
  for (int i = 0; i < n; ++i) v[i] = p[i];
  return v;
}
template <class T>
SEQNN_INLINE void storePart(T* p, Vec<T> v, int n) {
  for (int i = 0; i < n; ++i) p[i] = v[i];
}
#endif

#if defined(__clang__) || __GNUC__ >= 12
template <class V, int... I>
SEQNN_INLINE auto halvesAdded(V v, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(v, v, I...) + __builtin_shufflevector(v, v, (static_cast<int>(sizeof...(I)) + I)...);
}
// The sum of a vector's lanes, found by halving, so that its order is fixed for a given width. (By shuffles of ever
// narrower vectors: left to itself GCC goes through memory lane by lane.)
template <class V>
SEQNN_INLINE auto sumLanes(V v) {
  constexpr int n = static_cast<int>(sizeof(V) / sizeof(v[0]));
  if constexpr (n > 2) {
    return sumLanes(halvesAdded(v, std::make_integer_sequence<int, n / 2>()));
  } else {
    return v[0] + v[1];
  }
}
#else
template <class V>
SEQNN_INLINE auto sumLanes(V v) {
  constexpr int n = static_cast<int>(sizeof(V) / sizeof(v[0]));
  for (int half = n / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) v[i] = v[i] + v[i + half];
  }
  return v[0];
}
#endif
template <class V>
SEQNN_INLINE auto maxLanes(V v) {
  constexpr int n = static_cast<int>(sizeof(V) / sizeof(v[0]));
  auto best = v[0];
  for (int i = 1; i < n; ++i) best = best < v[i] ? v[i] : best;
  return best;
}

// Whether a comparison held anywhere.
template <class M>
SEQNN_INLINE bool anyLane(M mask) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#else
  bool any = false;
  for (int i = 0; i < static_cast<int>(sizeof mask / sizeof mask[0]); ++i) any |= mask[i] != 0;
  return any;
#endif
}
template <class M, class V>
SEQNN_INLINE V select(M mask, V a, V b) {
  return mask ? a : b;
}
template <class T>
SEQNN_INLINE Bits<T> bitsOf(Vec<T> v) {
  return (Bits<T>)v;  // a cast between vectors of one size keeps the bits
}
template <class T>
SEQNN_INLINE Vec<T> fromBits(Bits<T> b) {
  return (Vec<T>)b;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
