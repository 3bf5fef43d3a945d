// Where the extreme lies (attrs kind max|min, axis), and whether a label is among the k largest (attr k).

#include <string.h>

#include "cpu/ops/operands.h"

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
Kernel* createArg(const Node& node, const AxisView& view) {
  const char* kind = node.word("kind", "");
  if (strcmp(kind, "max") == 0) return new ArgReduce<T, true>(view);
  if (strcmp(kind, "min") == 0) return new ArgReduce<T, false>(view);
  fail("argReduce: kind \"%s\", expected max or min", kind);
}

template <class T>
class TopKHit final : public Kernel {
 public:
  TopKHit(int64_t rows, int64_t classes, int64_t k) : rows_(rows), classes_(classes), k_(k) {}

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);                  // [N, C]
    const int32_t* label = in<int32_t>(call, 1);  // [N]
    uint8_t* hit = out<uint8_t>(call, 0);         // [N]
    for (int64_t r = 0; r < rows_; ++r) {
      hit[r] = label[r] >= 0 && label[r] < classes_ && hitRow(x + r * classes_, x[r * classes_ + label[r]]);
    }
  }

 private:
  // Classes strictly above the target's leave it a place; ties count in its favour, a prediction that is no number
  // never hits.
  bool hitRow(const T* row, T target) const {
    if (target - target != 0) return false;
    int64_t above = 0;
    for (int64_t c = 0; c < classes_; ++c) above += row[c] > target;
    return above < k_;
  }

  int64_t rows_, classes_, k_;
};

}  // namespace

Kernel* create_argReduce(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  if (view.count == 0 && view.rows() > 0) fail("argReduce: the axis has no elements");
  expectOutput(node, 0, "the output", DType::i32, view.rows());
  switch (x.dtype) {
    case DType::f32:
      return createArg<float>(node, view);
    case DType::f64:
      return createArg<double>(node, view);
    case DType::i32:
      return createArg<int32_t>(node, view);
    case DType::boolean:
      return createArg<uint8_t>(node, view);
  }
  return nullptr;
}

Kernel* create_topKHit(const Node& node) {
  const Value& x = present(node, 0);
  if (x.shape.rank == 0) fail("topKHit: predictions are a scalar, expected [..., classes]");
  const int64_t classes = x.shape.dim[x.shape.rank - 1], rows = x.shape.size(0, x.shape.rank - 1);
  expectInput(node, 1, "the labels", DType::i32, rows);
  expectOutput(node, 0, "the output", DType::boolean, rows);
  return newFloating<TopKHit>(node, x.dtype, rows, classes, node.integer("k", 1));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
