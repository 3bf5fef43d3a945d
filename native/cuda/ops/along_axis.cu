// cumulative, argReduce and topKHit: a thread walks along one row. Attributes as in cpu/ops.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

// The start of a row of [outer, count, inner].
struct RowStarts {
  int64_t count, inner;
  SEQNN_INLINE int64_t at(int64_t row) const { return row / inner * count * inner + row % inner; }
};

// Long running sums of floats are carried in double; integers wrap around.
template <class T>
struct Carry {
  using type = double;
  SEQNN_INLINE static double low() { return -HUGE_VAL; }
  SEQNN_INLINE static double high() { return HUGE_VAL; }
};
template <>
struct Carry<int32_t> {
  using type = int64_t;
  SEQNN_INLINE static int64_t low() { return INT32_MIN; }
  SEQNN_INLINE static int64_t high() { return INT32_MAX; }
};
template <>
struct Carry<uint8_t> {
  using type = int64_t;
  SEQNN_INLINE static int64_t low() { return 0; }
  SEQNN_INLINE static int64_t high() { return 1; }
};

SEQNN_INLINE double wrapped(double v) { return v; }
SEQNN_INLINE int64_t wrapped(int64_t v) {
  return static_cast<int32_t>(static_cast<uint32_t>(static_cast<uint64_t>(v)));
}

enum class Kind { sum, prod, max, min };

template <class T>
struct CumulativeRow {
  using A = typename Carry<T>::type;
  const T* x;
  T* y;
  RowStarts rows;
  Kind kind;
  bool reverse, exclusive;

  SEQNN_INLINE A start() const {
    return kind == Kind::sum    ? A(0)
           : kind == Kind::prod ? A(1)
           : kind == Kind::max  ? Carry<T>::low()
                                : Carry<T>::high();
  }
  SEQNN_INLINE A join(A a, A b) const {
    switch (kind) {
      case Kind::sum:
        return wrapped(a + b);
      case Kind::prod:
        return wrapped(a * b);
      case Kind::max:
        return b != b || a < b ? b : a;
      case Kind::min:
        return b != b || b < a ? b : a;
    }
    return a;
  }
  SEQNN_INLINE void operator()(int64_t row) const {
    const int64_t first = rows.at(row);
    A carry = start();
    for (int64_t s = 0; s < rows.count; ++s) {
      const int64_t at = first + (reverse ? rows.count - 1 - s : s) * rows.inner;
      const A next = join(carry, static_cast<A>(x[at]));
      y[at] = static_cast<T>(exclusive ? carry : next);
      carry = next;
    }
  }
};

template <class T>
class Cumulative final : public Kernel {
 public:
  Cumulative(const Node& node, const AxisView& view)
      : view_(view), kind_(kindOf(node)), reverse_(node.flag("reverse")), exclusive_(node.flag("exclusive")) {}
  void run(const Call& call) override {
    if (view_.size() == 0) return;
    forEach(queueOf(call), view_.rows(),
            CumulativeRow<T>{in<T>(call, 0), out<T>(call, 0), {view_.count, view_.inner}, kind_, reverse_, exclusive_});
  }

 private:
  static Kind kindOf(const Node& node) {
    const char* kind = node.word("kind", "");
    if (strcmp(kind, "max") == 0) return Kind::max;
    if (strcmp(kind, "min") == 0) return Kind::min;
    if (sizeof(T) > 1 && strcmp(kind, "sum") == 0) return Kind::sum;
    if (sizeof(T) > 1 && strcmp(kind, "prod") == 0) return Kind::prod;
    fail("cumulative: kind \"%s\" of %s, expected sum, prod, max or min (of bool: max or min)", kind,
         nameOf(node.input(0).dtype));
  }
  AxisView view_;
  Kind kind_;
  bool reverse_, exclusive_;
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
  ArgReduce(const AxisView& view, bool larger) : view_(view), larger_(larger) {}
  void run(const Call& call) override {
    forEach(queueOf(call), view_.rows(),
            ArgRow<T>{in<T>(call, 0), out<int32_t>(call, 0), {view_.count, view_.inner}, larger_});
  }

 private:
  AxisView view_;
  bool larger_;
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
  TopKHit(int64_t rows, int64_t classes, int64_t k) : rows_(rows), classes_(classes), k_(k) {}
  void run(const Call& call) override {
    forEach(queueOf(call), rows_, HitRow<T>{in<T>(call, 0), in<int32_t>(call, 1), out<uint8_t>(call, 0), classes_, k_});
  }

 private:
  int64_t rows_, classes_, k_;
};

}  // namespace

Kernel* create_cumulative(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  expectOutput(node, 0, "the output", x.dtype, view.size());
  switch (x.dtype) {
    case DType::f32:
      return new Cumulative<float>(node, view);
    case DType::f64:
      return new Cumulative<double>(node, view);
    case DType::i32:
      return new Cumulative<int32_t>(node, view);
    case DType::boolean:
      return new Cumulative<uint8_t>(node, view);
  }
  return nullptr;
}

Kernel* create_argReduce(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  if (view.count == 0 && view.rows() > 0) fail("argReduce: the axis has no elements");
  expectOutput(node, 0, "the output", DType::i32, view.rows());
  const char* kind = node.word("kind", "");
  const bool larger = strcmp(kind, "max") == 0;
  if (!larger && strcmp(kind, "min") != 0) fail("argReduce: kind \"%s\", expected max or min", kind);
  switch (x.dtype) {
    case DType::f32:
      return new ArgReduce<float>(view, larger);
    case DType::f64:
      return new ArgReduce<double>(view, larger);
    case DType::i32:
      return new ArgReduce<int32_t>(view, larger);
    case DType::boolean:
      return new ArgReduce<uint8_t>(view, larger);
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

}  // namespace cuda
}  // namespace seqnn
