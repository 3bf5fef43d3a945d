#pragma once

// What the forms of `rnn` and `rnnGrad` share: the layer, its steps in time, operands that may be left out.

#include <cstdlib>

#include "cpu/rnn/optional_operands.h"
#include "cuda/product.h"
#include "cuda/rnn/cell.h"

namespace seqnn {
namespace cuda {

template <class T>
Cell<T> cellOf(const RnnConfig& c, const T* peephole) {
  return {c.kind, {c.activation},         {c.recurrentActivation}, c.order, peephole,
          c.H,    static_cast<T>(c.clip), c.keepsValue()};
}

SEQNN_INLINE int64_t timeOf(const RnnConfig& c, int64_t s) { return c.reverse ? c.T - 1 - s : s; }

// All steps of an operand [T, rows, B] that is walked as the layer walks its input: each a matrix [rows, B].
template <class T>
Matrices<T> stepsOf(const RnnConfig& c, T* data, int64_t rows) {
  const int64_t each = rows * c.B;
  return c.reverse ? Matrices<T>{data + (c.T - 1) * each, c.B, 1, -each} : Matrices<T>{data, c.B, 1, each};
}

// Blocks of H in the gradients of the sums.
inline int gradRows(const RnnConfig& c) { return c.lstm() ? 4 : c.layout.rows; }

// Hands out parts of a kernel's workspace.
class Places {
 public:
  size_t take(size_t bytes) {
    const size_t at = used_;
    used_ += alignUp(bytes);
    return at;
  }
  size_t used() const { return used_; }

 private:
  size_t used_ = 0;
};

// Samples that one block takes through the whole sequence: few, so that many blocks share the batch, but enough units
// of work for its threads.
constexpr unsigned kSequenceThreads = 256;
inline int lanesOfBlock(const RnnConfig& c) {
  int lanes = 1;
  while (lanes < 32 && lanes < c.B && int64_t(lanes) * 2 * c.columns() <= 2 * kSequenceThreads) lanes *= 2;
  return lanes;
}
// SEQNN_CUDA_RNN=steps leaves the persistent form out, for tests and comparisons.
inline bool fitsShared(size_t bytes) {
  const char* wanted = std::getenv("SEQNN_CUDA_RNN");
  return bytes <= sharedMemoryOfBlock() && !(wanted && std::strcmp(wanted, "steps") == 0);
}
inline unsigned sequenceBlocks(const RnnConfig& c) { return static_cast<unsigned>(blocksFor(c.B, lanesOfBlock(c))); }

}  // namespace cuda
}  // namespace seqnn
