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

// Calls gather(spec, rows, order, to) for each shard of an input: with the shard's part of the batch and of the buffer.
template <class F>
void eachShard(InputSpec spec, size_t elementBytes, Rows rows, const uint32_t* order, char* to, F gather) {
  const int shards = spec.shards;
  if (shards > 1) spec.logical.dim[0] /= shards;
  for (int s = 0; s < shards; ++s) {
    gather(spec, rows, order, to);
    if (order)
      order += spec.logical.dim[0];
    else
      rows.base += spec.logical.dim[0] * rows.rowStride;
    to += static_cast<size_t>(spec.logical.size()) * elementBytes;
  }
}

// Fills the input's buffer with the rows order[0..batch), in the buffer's own layout.
// For an input without a batch dimension, order is null and strides cover all logical dimensions.
void gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to);

}  // namespace seqnn
