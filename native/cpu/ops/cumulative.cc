// Running sums, products and extremes along one axis (attrs kind sum|prod|max|min, axis, reverse, exclusive).

#include <math.h>
#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Long running sums of floats are carried in double; integers wrap around.
template <class T>
struct Carry {
  using type = double;
  static constexpr double low = -HUGE_VAL, high = HUGE_VAL;
};
template <>
struct Carry<int32_t> {
  using type = int64_t;
  static constexpr int64_t low = INT32_MIN, high = INT32_MAX;
};
template <>
struct Carry<uint8_t> {
  using type = int64_t;
  static constexpr int64_t low = 0, high = 1;
};

enum class Kind { sum, prod, max, min };

template <class A>
SEQNN_INLINE A wrapped(uint64_t v) {
  return static_cast<A>(static_cast<int32_t>(static_cast<uint32_t>(v)));
}

template <class A, Kind kind>
SEQNN_INLINE A join(A a, A b) {
  constexpr bool whole = static_cast<A>(0.5) == 0;
  switch (kind) {
    case Kind::sum:
      return whole ? wrapped<A>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)) : a + b;
    case Kind::prod:
      return whole ? wrapped<A>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b)) : a * b;
    case Kind::max:
      return b != b || a < b ? b : a;
    case Kind::min:
      return b != b || b < a ? b : a;
  }
}

template <class T, Kind kind>
class Cumulative final : public Kernel {
 public:
  Cumulative(const AxisView& view, bool reverse, bool exclusive)
      : view_(view), reverse_(reverse), exclusive_(exclusive) {}

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);  // [outer, count, inner]
    T* y = out<T>(call, 0);       // the same
    const int64_t tiles = (view_.inner + kTile - 1) / kTile;
    const Split split = splitWork(view_.outer * tiles, view_.count * least(kTile, view_.inner));
    call.context.pool.parallel(split.tasks, [&](int task) {
      for (int64_t unit = split.begin(task); unit < split.end(task); ++unit) {
        const int64_t o = unit / tiles, i = unit % tiles * kTile, offset = o * view_.count * view_.inner + i;
        runTile(x + offset, y + offset, least(kTile, view_.inner - i));
      }
    });
  }

 private:
  using A = typename Carry<T>::type;
  static constexpr int64_t kTile = 64;
  static constexpr A kStart = kind == Kind::sum    ? A(0)
                              : kind == Kind::prod ? A(1)
                              : kind == Kind::max  ? Carry<T>::low
                                                   : Carry<T>::high;

  void runTile(const T* x, T* y, int64_t n) const {
    A carry[kTile];
    for (int64_t i = 0; i < n; ++i) carry[i] = kStart;
    for (int64_t s = 0; s < view_.count; ++s) {
      const int64_t row = (reverse_ ? view_.count - 1 - s : s) * view_.inner;
      for (int64_t i = 0; i < n; ++i) {
        const A next = join<A, kind>(carry[i], static_cast<A>(x[row + i]));
        y[row + i] = static_cast<T>(exclusive_ ? carry[i] : next);
        carry[i] = next;
      }
    }
  }

  AxisView view_;
  bool reverse_, exclusive_;
};

template <class T>
Kernel* createFor(const Node& node, const AxisView& view) {
  const char* kind = node.word("kind", "");
  const bool reverse = node.flag("reverse"), exclusive = node.flag("exclusive");
  if (strcmp(kind, "max") == 0) return new Cumulative<T, Kind::max>(view, reverse, exclusive);
  if (strcmp(kind, "min") == 0) return new Cumulative<T, Kind::min>(view, reverse, exclusive);
  if constexpr (sizeof(T) > 1) {
    if (strcmp(kind, "sum") == 0) return new Cumulative<T, Kind::sum>(view, reverse, exclusive);
    if (strcmp(kind, "prod") == 0) return new Cumulative<T, Kind::prod>(view, reverse, exclusive);
  }
  fail("cumulative: kind \"%s\" of %s, expected sum, prod, max or min (of bool: max or min)", kind,
       nameOf(node.input(0).dtype));
}

}  // namespace

Kernel* create_cumulative(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  expectOutput(node, 0, "the output", x.dtype, view.size());
  switch (x.dtype) {
    case DType::f32:
      return createFor<float>(node, view);
    case DType::f64:
      return createFor<double>(node, view);
    case DType::i32:
      return createFor<int32_t>(node, view);
    case DType::boolean:
      return createFor<uint8_t>(node, view);
  }
  return nullptr;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
