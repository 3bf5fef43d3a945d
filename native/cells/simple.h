#pragma once

// The pointwise part of the simple recurrent cell: h = act(z), z the sum of both products and the bias.
// Vec<T> may be a vector or a scalar: the same text serves every backend.

#include "cells/activation.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace cells {

template <class T, class Act>
SEQNN_INLINE Vec<T> simpleForward(const Act& act, Vec<T> z) {
  return act.template value<T>(z);
}

// The gradient of z; `kept` is h, or z where the activation wants its input.
template <class T, class Act>
SEQNN_INLINE Vec<T> simpleBackward(const Act& act, Vec<T> kept, Vec<T> dh) {
  return dh * act.template slopeOf<T>(kept);
}

}  // namespace cells
}  // namespace SEQNN_ISA
}  // namespace seqnn
