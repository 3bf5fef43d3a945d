// Where the extreme lies (attrs kind max|min, axis), and whether a label is among the k largest (attr k).

#include "cpu/ops/along_axis_config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// The first one on ties; a NaN beats every number, as in numpy.
template <class T, bool larger>
struct Beats {
  static bool of(T candidate, T best) {
    if (best != best) return false;
    if (candidate != candidate) return true;
    return larger ? candidate > best : candidate < best;
  }
};

template <class T, bool larger>
class ArgReduce final : public Kernel {
 public:
  explicit ArgReduce(const AxisView& view) : view_(view) {}

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);            // [outer, count, inner]
    int32_t* out0 = out<int32_t>(call, 0);  // [outer, inner]
    const Split split = splitWork(view_.outer, view_.count * view_.inner);
    call.context.pool.parallel(split.tasks, [&](int task) {
      for (int64_t o = split.begin(task); o < split.end(task); ++o) {
        for (int64_t i = 0; i < view_.inner; i += kTile) {
          const int64_t n = least(kTile, view_.inner - i);
          searchTile(x + o * view_.count * view_.inner + i, n, out0 + o * view_.inner + i);
        }
      }
    });
  }

 private:
  static constexpr int64_t kTile = 64;

  void searchTile(const T* x, int64_t n, int32_t* where) const {
    T best[kTile];
    for (int64_t i = 0; i < n; ++i) {
      best[i] = x[i];
      where[i] = 0;
    }
    for (int64_t c = 1; c < view_.count; ++c) {
      const T* row = x + c * view_.inner;
      for (int64_t i = 0; i < n; ++i) {
        const bool better = Beats<T, larger>::of(row[i], best[i]);
        best[i] = better ? row[i] : best[i];
        where[i] = better ? static_cast<int32_t>(c) : where[i];
      }
    }
  }

  AxisView view_;
};

template <class T>
class TopKHit final : public Kernel {
 public:
  explicit TopKHit(const TopKConfig& config) : c_(config) {}

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);                  // [N, C]
    const int32_t* label = in<int32_t>(call, 1);  // [N]
    uint8_t* hit = out<uint8_t>(call, 0);         // [N]
    for (int64_t r = 0; r < c_.rows; ++r) {
      hit[r] = label[r] >= 0 && label[r] < c_.classes && hitRow(x + r * c_.classes, x[r * c_.classes + label[r]]);
    }
  }

 private:
  // Classes strictly above the target's leave it a place; ties count in its favour, a prediction that is no number
  // never hits.
  bool hitRow(const T* row, T target) const {
    if (target - target != 0) return false;
    int64_t above = 0;
    for (int64_t c = 0; c < c_.classes; ++c) above += row[c] > target;
    return above < c_.k;
  }

  TopKConfig c_;
};

template <class T>
using ArgMax = ArgReduce<T, true>;
template <class T>
using ArgMin = ArgReduce<T, false>;

}  // namespace

Kernel* create_argReduce(const Node& node) {
  const ArgReduceConfig config = argReduceConfig(node);
  const DType dtype = node.input(0).dtype;
  return config.larger ? newTyped<ArgMax>(dtype, config.view) : newTyped<ArgMin>(dtype, config.view);
}

Kernel* create_topKHit(const Node& node) { return newFloating<TopKHit>(node, node.input(0).dtype, topKConfig(node)); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
