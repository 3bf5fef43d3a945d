#pragma once

// Stands in for cpu/simd/vec.h where the SEQNN_ISA is cuda: a thread is a lane, so Vec<T> is T, and every function that
// the CPU's headers mark SEQNN_INLINE runs on the device too. This folder comes before native/ in the include path, so
// that cells, activations, micro-ops and factories are the same text for both.

#include <cstdint>
#include <cstring>

#if defined(__CUDACC__)
#define SEQNN_INLINE __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define SEQNN_INLINE inline __attribute__((always_inline))
#else
#define SEQNN_INLINE __forceinline
#endif
#define SEQNN_VEC_BYTES 0

#include "cpu/simd/vec_scalar.h"

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
SEQNN_INLINE T loadLanes(const T* p, int) {
  return *p;
}
template <class T>
SEQNN_INLINE void storeLanes(T* p, T v, int) {
  *p = v;
}

// The lesser, or the greater; a NaN in `a` propagates.
template <class V>
SEQNN_INLINE V vmin(V a, V b) {
  return b < a ? b : a;
}
template <class V>
SEQNN_INLINE V vmax(V a, V b) {
  return a < b ? b : a;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
