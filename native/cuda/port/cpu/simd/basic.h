#pragma once

// The NaN-keeping extremes of cpu/simd/basic.h; roots and roundings are in math.h.

#include "cpu/simd/math.h"

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
SEQNN_INLINE Vec<T> nanMax(Vec<T> a, Vec<T> b) {
  return b == b ? (a < b ? b : a) : b;
}
template <class T>
SEQNN_INLINE Vec<T> nanMin(Vec<T> a, Vec<T> b) {
  return b == b ? (b < a ? b : a) : b;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
