// cumulative, argReduce and topKHit: a thread walks along one row. Attributes as in cpu/ops/along_axis_config.h.

#include "cpu/ops/along_axis_config.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

// The start of a row of [outer, count, inner].
struct RowStarts {
  int64_t count, inner;
  SEQNN_INLINE int64_t at(int64_t row) const { return row / inner * count * inner + row % inner; }
};

template <class T>
struct CumulativeRow {
  using A = typename Carry<T>::type;
  const T* x;
  T* y;
  RowStarts rows;
  CumulativeKind kind;
  bool reverse, exclusive;
  SEQNN_INLINE void operator()(int64_t row) const {
    const int64_t first = rows.at(row);
    A carry = carriedFirst<T>(kind);
    for (int64_t s = 0; s < rows.count; ++s) {
      const int64_t at = first + (reverse ? rows.count - 1 - s : s) * rows.inner;
      const A next = carriedOn<A>(kind, carry, static_cast<A>(x[at]));
      y[at] = static_cast<T>(exclusive ? carry : next);
      carry = next;
    }
  }
};

template <class T>
class Cumulative final : public Kernel {
 public:
  explicit Cumulative(const CumulativeConfig& config) : c_(config) {}
  void run(const Call& call) override {
    if (c_.view.size() == 0) return;
    forEach(queueOf(call), c_.view.rows(),
            CumulativeRow<T>{
                in<T>(call, 0), out<T>(call, 0), {c_.view.count, c_.view.inner}, c_.kind, c_.reverse, c_.exclusive});
  }

 private:
  CumulativeConfig c_;
};

// The first one on ties; a NaN beats every number, as in numpy.
template <class T>
struct ArgRow {
  const T* x;
  int32_t* where;
  RowStarts rows;
  bool larger;
  SEQNN_INLINE void operator()(int64_t row) const {
    const int64_t first = rows.at(row);
    T best = x[first];
    int32_t found = 0;
    for (int64_t c = 1; c < rows.count; ++c) {
      const T candidate = x[first + c * rows.inner];
      const bool better = best == best && (candidate != candidate || (larger ? candidate > best : candidate < best));
      best = better ? candidate : best;
      found = better ? static_cast<int32_t>(c) : found;
    }
    where[row] = found;
  }
};

template <class T>
class ArgReduce final : public Kernel {
 public:
  explicit ArgReduce(const ArgReduceConfig& config) : c_(config) {}
  void run(const Call& call) override {
    forEach(queueOf(call), c_.view.rows(),
            ArgRow<T>{in<T>(call, 0), out<int32_t>(call, 0), {c_.view.count, c_.view.inner}, c_.larger});
  }

 private:
  ArgReduceConfig c_;
};

// Classes strictly above the target's leave it a place; ties count in its favour, a prediction that is no number never
// hits.
template <class T>
struct HitRow {
  const T* x;            // [N, C]
  const int32_t* label;  // [N]
  uint8_t* hit;          // [N]
  int64_t classes, k;
  SEQNN_INLINE void operator()(int64_t r) const {
    const int32_t c = label[r];
    bool hits = c >= 0 && c < classes;
    if (hits) {
      const T target = x[r * classes + c];
      int64_t above = 0;
      for (int64_t i = 0; i < classes; ++i) above += x[r * classes + i] > target;
      hits = target - target == 0 && above < k;
    }
    hit[r] = hits;
  }
};

template <class T>
class TopKHit final : public Kernel {
 public:
  explicit TopKHit(const TopKConfig& config) : c_(config) {}
  void run(const Call& call) override {
    forEach(queueOf(call), c_.rows,
            HitRow<T>{in<T>(call, 0), in<int32_t>(call, 1), out<uint8_t>(call, 0), c_.classes, c_.k});
  }

 private:
  TopKConfig c_;
};

}  // namespace

Kernel* create_cumulative(const Node& node) {
  return newTyped<Cumulative>(node.input(0).dtype, cumulativeConfig(node));
}

Kernel* create_argReduce(const Node& node) { return newTyped<ArgReduce>(node.input(0).dtype, argReduceConfig(node)); }

Kernel* create_topKHit(const Node& node) { return newFloating<TopKHit>(node, node.input(0).dtype, topKConfig(node)); }

}  // namespace cuda
}  // namespace seqnn
