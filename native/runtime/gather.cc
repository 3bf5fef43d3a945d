#include "runtime/gather.h"

#include <cstring>

namespace seqnn {
namespace {

// One loop per buffer dimension, the last one innermost; `order` steps along the batch where it is given.
template <class T>
void walk(const Shape& shape, const int64_t* strides, int batchDim, const uint32_t* order, int dim, const T* from,
          T*& to) {
  const int64_t n = shape.dim[dim];
  const bool last = dim == shape.rank - 1;
  for (int64_t i = 0; i < n; ++i) {
    const T* at = from + (dim == batchDim && order ? static_cast<int64_t>(order[i]) : i) * strides[dim];
    if (last) {
      *to++ = *at;
    } else {
      walk(shape, strides, batchDim, order, dim + 1, at, to);
    }
  }
}

template <class T>
void fillInput(const InputSpec& spec, const Rows& rows, const uint32_t* order, char* to) {
  const T* from = reinterpret_cast<const T*>(rows.data) + rows.base;
  T* target = reinterpret_cast<T*>(to);
  if (spec.logical.rank == 0) {
    *target = *from;
    return;
  }
  Shape shape;
  shape.rank = spec.logical.rank;
  int64_t strides[kMaxRank] = {};
  int batchDim = -1;
  for (int i = 0; i < shape.rank; ++i) {
    const int d = spec.perm[i];
    shape.dim[i] = spec.logical.dim[d];
    strides[i] = spec.batched ? (d == 0 ? rows.rowStride : rows.strides[d - 1]) : rows.strides[d];
    if (spec.batched && d == 0) batchDim = i;
  }
  // Trailing dimensions that lie together are copied as one run.
  int64_t run = 1;
  int rank = shape.rank;
  while (rank > 0 && rank - 1 != batchDim && strides[rank - 1] == run) run *= shape.dim[--rank];
  if (run == 1) {
    walk<T>(shape, strides, batchDim, order, 0, from, target);
    return;
  }
  int64_t index[kMaxRank] = {};
  for (;;) {
    const T* at = from;
    for (int i = 0; i < rank; ++i)
      at += (i == batchDim && order ? static_cast<int64_t>(order[index[i]]) : index[i]) * strides[i];
    std::memcpy(target, at, static_cast<size_t>(run) * sizeof(T));
    target += run;
    int i = rank - 1;
    while (i >= 0 && ++index[i] == shape.dim[i]) index[i--] = 0;
    if (i < 0) return;
  }
}

}  // namespace

void gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to) {
  if (spec.logical.size() == 0) return;
  switch (bytesOf(dtype)) {
    case 1:
      return fillInput<uint8_t>(spec, rows, order, to);
    case 4:
      return fillInput<uint32_t>(spec, rows, order, to);
    default:
      return fillInput<uint64_t>(spec, rows, order, to);
  }
}

}  // namespace seqnn
