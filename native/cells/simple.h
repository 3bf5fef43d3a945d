#pragma once

// The pointwise part of the simple recurrent cell: h = act(z), z the sum of both products and the bias.
// Vec<T> may be a vector or a scalar: the same text serves every backend.

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace cells {

template <class T, class Act>
SEQNN_INLINE Vec<T> simpleForward(const Act& act, Vec<T> z) {
  return act.template value<T>(z);
}

// The gradient of z.
template <class T, class Act>
SEQNN_INLINE Vec<T> simpleBackward(const Act& act, Vec<T> h, Vec<T> dh) {
  return dh * act.template slope<T>(h);
}

}  // namespace cells
}  // namespace SEQNN_ISA
}  // namespace seqnn
