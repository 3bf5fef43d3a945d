#pragma once

// What a program's `precision` does to the operands of its products.

#include <cstdint>
#include <cstring>

#include "cpu/simd/basic.h"
#include "runtime/program.h"

namespace seqnn {
namespace cuda {

// To the nearest float32 that tf32 or bf16 holds, ties to even. Double stays as it is.
class Rounding {
 public:
  explicit Rounding(Precision precision)
      : dropped_(precision == Precision::tf32   ? 13
                 : precision == Precision::bf16 ? 16
                                                : 0) {}

  SEQNN_INLINE double operator()(double v) const { return v; }
  SEQNN_INLINE float operator()(float v) const {
    if (dropped_ == 0) return v;
    constexpr uint32_t kExponent = 0x7f800000;
    uint32_t bits;
    std::memcpy(&bits, &v, sizeof bits);
    if ((bits & kExponent) == kExponent) return v;  // infinite or NaN
    bits += (1u << (dropped_ - 1)) - 1 + (bits >> dropped_ & 1);
    bits &= ~0u << dropped_;
    std::memcpy(&v, &bits, sizeof v);
    return v;
  }

 private:
  int dropped_;  // bits of the fraction
};

}  // namespace cuda
}  // namespace seqnn
