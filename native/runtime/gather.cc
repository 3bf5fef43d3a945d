#include "runtime/gather.h"

#include <cstring>

namespace seqnn {
namespace {

// The buffer's dimensions, outermost first, as a walk through the rows; `order` steps along the batch where it is
// given.
struct Walk {
  Shape shape;
  int64_t strides[kMaxRank] = {};
  int batchDim = -1;
  const uint32_t* order;

  Walk(const InputSpec& spec, const Rows& rows, const uint32_t* rowOrder) : order(rowOrder) {
    shape.rank = 0;
    for (int i = 0; i < spec.logical.rank; ++i) {
      const int d = spec.perm[i];
      const bool batch = spec.batched && d == 0;
      const int64_t stride = batch ? rows.rowStride : rows.strides[spec.batched ? d - 1 : d];
      add(spec.logical.dim[d], stride, batch);
    }
  }

  int64_t offset(int dim, int64_t i) const {
    return (dim == batchDim && order ? static_cast<int64_t>(order[i]) : i) * strides[dim];
  }

 private:
  // A dimension that goes on where the one before it ends is a part of it.
  void add(int64_t size, int64_t stride, bool batch) {
    int& rank = shape.rank;
    if (!batch && rank > 0 && rank - 1 != batchDim && strides[rank - 1] == stride * size) {
      shape.dim[rank - 1] *= size;
      strides[rank - 1] = stride;
      return;
    }
    if (batch) batchDim = rank;
    shape.dim[rank] = size;
    strides[rank++] = stride;
  }
};

// Four by four elements; those of four bytes as vectors, which every processor has.
template <class T>
inline void turn4(const T* a, const T* b, const T* c, const T* d, T* to, int64_t ld) {
  for (int64_t k = 0; k < 4; ++k) {
    const T four[4] = {a[k], b[k], c[k], d[k]};
    std::memcpy(to + k * ld, four, sizeof four);
  }
}
#if defined(__GNUC__)
using Four = uint32_t __attribute__((vector_size(16)));
inline Four fourAt(const uint32_t* from) {
  Four four;
  std::memcpy(&four, from, sizeof four);
  return four;
}
template <>
inline void turn4(const uint32_t* a, const uint32_t* b, const uint32_t* c, const uint32_t* d, uint32_t* to,
                  int64_t ld) {
  const Four r0 = fourAt(a), r1 = fourAt(b), r2 = fourAt(c), r3 = fourAt(d);
  const Four low = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), high = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  const Four low2 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5), high2 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  const Four turned[] = {__builtin_shufflevector(low, low2, 0, 1, 4, 5), __builtin_shufflevector(low, low2, 2, 3, 6, 7),
                         __builtin_shufflevector(high, high2, 0, 1, 4, 5),
                         __builtin_shufflevector(high, high2, 2, 3, 6, 7)};
  for (int64_t k = 0; k < 4; ++k) std::memcpy(to + k * ld, &turned[k], sizeof turned[k]);
}
#endif

// to[k][row] = from[row][k]: four rows at a time, in stretches of k that stay in the first cache.
template <class T>
void turn(const Walk& w, int64_t rows, int64_t size, const T* from, T* to) {
  constexpr int64_t kStretch = 64;
  const int dim = w.batchDim;
  for (int64_t begin = 0; begin < size; begin += kStretch) {
    const int64_t end = begin + kStretch < size ? begin + kStretch : size;
    int64_t row = 0;
    for (; row + 4 <= rows; row += 4) {
      const T* a = from + w.offset(dim, row);
      const T* b = from + w.offset(dim, row + 1);
      const T* c = from + w.offset(dim, row + 2);
      const T* d = from + w.offset(dim, row + 3);
      T* at = to + begin * rows + row;
      int64_t k = begin;
      for (; k + 4 <= end; k += 4, at += 4 * rows) turn4(a + k, b + k, c + k, d + k, at, rows);
      for (; k < end; ++k, at += rows) {
        const T four[4] = {a[k], b[k], c[k], d[k]};
        std::memcpy(at, four, sizeof four);
      }
    }
    for (; row < rows; ++row) {
      const T* a = from + w.offset(dim, row);
      for (int64_t k = begin; k < end; ++k) to[k * rows + row] = a[k];
    }
  }
}

// One loop per dimension; what lies together is copied as one run, and what only has the batch inside is turned.
template <class T>
void walk(const Walk& w, int dim, const T* from, T*& to) {
  const int last = w.shape.rank - 1;
  const int64_t n = w.shape.dim[dim];
  if (dim == last && dim != w.batchDim && w.strides[dim] == 1) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(T));
    to += n;
  } else if (dim == last) {
    for (int64_t i = 0; i < n; ++i) *to++ = from[w.offset(dim, i)];
  } else if (dim == last - 1 && last == w.batchDim && w.strides[dim] == 1) {
    turn(w, w.shape.dim[last], n, from, to);
    to += n * w.shape.dim[last];
  } else {
    for (int64_t i = 0; i < n; ++i) walk(w, dim + 1, from + w.offset(dim, i), to);
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
  walk(Walk(spec, rows, order), 0, from, target);
}

}  // namespace

void gather(const InputSpec& spec, int shard, DType dtype, const Rows& rows, const uint32_t* order, char* to) {
  if (spec.logical.size() == 0) return;
  switch (bytesOf(dtype)) {
    case 1:
      return ofShard(spec, shard, 1, rows, order, to, fillInput<uint8_t>);
    case 4:
      return ofShard(spec, shard, 4, rows, order, to, fillInput<uint32_t>);
    default:
      return ofShard(spec, shard, 8, rows, order, to, fillInput<uint64_t>);
  }
}

}  // namespace seqnn
