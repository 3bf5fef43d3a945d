#include "cuda/gather.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

template <class E>
struct GatherInput {
  const E* from;
  E* to;
  const uint32_t* order;  // null: the rows as they lie
  int rank, batchDim;
  int64_t dim[kMaxRank], stride[kMaxRank];
  SEQNN_INLINE void operator()(int64_t i) const {
    int64_t rest = i, at = 0;
    for (int d = rank - 1; d >= 0; --d) {
      const int64_t next = rest / dim[d], k = rest - next * dim[d];
      at += (d == batchDim && order ? static_cast<int64_t>(order[k]) : k) * stride[d];
      rest = next;
    }
    to[i] = from[at];
  }
};

template <class E>
void gatherAs(Queue& queue, const InputSpec& spec, const Rows& rows, const uint32_t* order, char* to) {
  GatherInput<E> g{reinterpret_cast<const E*>(rows.data) + rows.base,
                   reinterpret_cast<E*>(to),
                   order,
                   spec.logical.rank,
                   -1,
                   {},
                   {}};
  for (int i = 0; i < g.rank; ++i) {
    const int d = spec.perm[i];
    g.dim[i] = spec.logical.dim[d];
    g.stride[i] = spec.batched ? (d == 0 ? rows.rowStride : rows.strides[d - 1]) : rows.strides[d];
    if (spec.batched && d == 0) g.batchDim = i;
  }
  forEach(queue, spec.logical.size(), g);
}

template <class E>
void gatherShards(Queue& queue, const InputSpec& spec, const Rows& rows, const uint32_t* order, char* to) {
  const auto gatherOne = [&](const InputSpec& s, const Rows& r, const uint32_t* o, char* at) {
    gatherAs<E>(queue, s, r, o, at);
  };
  for (int s = 0; s < spec.shards; ++s) ofShard(spec, s, sizeof(E), rows, order, to, gatherOne);
}

}  // namespace

void gatherRows(Queue& queue, const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to) {
  switch (bytesOf(dtype)) {
    case 1:
      return gatherShards<uint8_t>(queue, spec, rows, order, to);
    case 4:
      return gatherShards<uint32_t>(queue, spec, rows, order, to);
    default:
      return gatherShards<uint64_t>(queue, spec, rows, order, to);
  }
}

}  // namespace cuda
}  // namespace seqnn
