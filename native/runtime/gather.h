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

// Calls gather(spec, rows, order, to) for one shard of an input: with the shard's part of the batch and of the buffer.
template <class F>
void ofShard(InputSpec spec, int shard, size_t elementBytes, Rows rows, const uint32_t* order, char* to, F gather) {
  if (spec.shards > 1) {
    const int64_t samples = spec.logical.dim[0] /= spec.shards;
    if (order)
      order += shard * samples;
    else
      rows.base += shard * samples * rows.rowStride;
    to += static_cast<size_t>(shard) * static_cast<size_t>(spec.logical.size()) * elementBytes;
  }
  gather(spec, rows, order, to);
}

// Fills a shard of the input's buffer with its share of the rows order[0..batch), in the buffer's own layout.
// For an input without a batch dimension, order is null and strides cover all logical dimensions.
void gather(const InputSpec& spec, int shard, DType dtype, const Rows& rows, const uint32_t* order, char* to);

}  // namespace seqnn
