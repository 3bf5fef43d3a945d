#pragma once

#include "cpu/isa.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// Some samples that fill half a vector are lanes of one half as wide: then its kernel, else null. (Fewer would leave
// that one half empty too, where wider ones at least have the masks, registers and tables of AVX-512.)
inline Kernel* forFewLanes([[maybe_unused]] const Node& node, [[maybe_unused]] DType dtype,
                           [[maybe_unused]] int64_t lanes) {
#if defined(__AVX512F__)
  constexpr int kHalf = SEQNN_VEC_BYTES / 2 / static_cast<int>(sizeof(float));
  if (dtype == DType::f32 && lanes > kHalf / 2 && lanes <= kHalf) return createHalfAsWide(node);
#endif
  return nullptr;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
