#pragma once

#include "runtime/program.h"

namespace seqnn {

// Rows of an input somewhere in memory: row r starts at data + (base + r * rowStride) elements and has the
// logical shape of one sample with these strides (in elements). A look-back window is rowStride 1 step.
struct Rows {
  const char* data = nullptr;
  int64_t base = 0;
  int64_t rowStride = 0;
  int64_t strides[kMaxRank] = {};  // of the logical dimensions after the batch
};

// Fills the input's buffer with the rows order[0..batch), in the buffer's own layout.
// For an input without a batch dimension, order is null and strides cover all logical dimensions.
void gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to);

}  // namespace seqnn
