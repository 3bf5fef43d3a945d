#pragma once

#include <utility>

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

#if SEQNN_VEC_BYTES > 0
template <class V, int... I>
SEQNN_INLINE auto halvesAdded(V v, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(v, v, I...) + __builtin_shufflevector(v, v, (static_cast<int>(sizeof...(I)) + I)...);
}
#endif

// The sum of a vector's lanes in the order of sumLanes, by shuffles of ever narrower vectors: a tile ends in 25 of them.
template <class T, class V>
SEQNN_INLINE T foldLanes(V v) {
#if SEQNN_VEC_BYTES > 0
  constexpr int n = static_cast<int>(sizeof(V) / sizeof(T));
  if constexpr (n > 2) {
    return foldLanes<T>(halvesAdded(v, std::make_integer_sequence<int, n / 2>()));
  } else {
    return v[0] + v[1];
  }
#else
  return v;
#endif
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
