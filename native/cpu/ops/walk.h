#pragma once

// A path through a tensor: where the elements of a dense one lie in it, in their order.

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

struct Walk {
  int rank = 0;  // of the merged dimensions
  int64_t base = 0, dim[kMaxRank] = {}, step[kMaxRank] = {};

  // One more dimension inside the others; neighbours that walk as one are merged.
  void add(int64_t count, int64_t by) {
    if (count == 1) return;
    if (rank > 0 && step[rank - 1] == by * count) {
      dim[rank - 1] *= count;
      step[rank - 1] = by;
    } else {
      dim[rank] = count;
      step[rank++] = by;
    }
  }

  // Where element i of the dense tensor lies.
  SEQNN_INLINE int64_t at(int64_t i) const {
    int64_t place = base;
    for (int d = rank - 1; d > 0; --d) {
      const int64_t rest = i / dim[d];
      place += (i - rest * dim[d]) * step[d];
      i = rest;
    }
    return rank == 0 ? place : place + i * step[0];
  }
};

}  // namespace SEQNN_ISA
}  // namespace seqnn
