#pragma once

// What cumulative, argReduce and topKHit read from their nodes, and what one step of a cumulative op does.

#include <math.h>
#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

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

enum class CumulativeKind { sum, prod, max, min };

template <class A>
SEQNN_INLINE A wrapped(uint64_t v) {
  return static_cast<A>(static_cast<int32_t>(static_cast<uint32_t>(v)));
}

// A Carry's type: what is carried before the first element, and behind one more.
template <class T>
SEQNN_INLINE typename Carry<T>::type carriedFirst(CumulativeKind kind) {
  using A = typename Carry<T>::type;
  constexpr A low = Carry<T>::low, high = Carry<T>::high;
  return kind == CumulativeKind::sum    ? A(0)
         : kind == CumulativeKind::prod ? A(1)
         : kind == CumulativeKind::max  ? low
                                        : high;
}
template <class A>
SEQNN_INLINE A carriedOn(CumulativeKind kind, A a, A b) {
  constexpr bool whole = static_cast<A>(0.5) == 0;
  switch (kind) {
    case CumulativeKind::sum:
      return whole ? wrapped<A>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)) : a + b;
    case CumulativeKind::prod:
      return whole ? wrapped<A>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b)) : a * b;
    case CumulativeKind::max:
      return b != b || a < b ? b : a;
    case CumulativeKind::min:
      return b != b || b < a ? b : a;
  }
  return a;
}

// Attrs kind sum|prod|max|min, axis, reverse, exclusive.
struct CumulativeConfig {
  AxisView view;
  CumulativeKind kind;
  bool reverse, exclusive;
};

inline CumulativeKind cumulativeKind(const Node& node) {
  const DType dtype = node.input(0).dtype;
  const char* kind = node.word("kind", "");
  if (strcmp(kind, "max") == 0) return CumulativeKind::max;
  if (strcmp(kind, "min") == 0) return CumulativeKind::min;
  if (dtype != DType::boolean && strcmp(kind, "sum") == 0) return CumulativeKind::sum;
  if (dtype != DType::boolean && strcmp(kind, "prod") == 0) return CumulativeKind::prod;
  fail("cumulative: kind \"%s\" of %s, expected sum, prod, max or min (of bool: max or min)", kind, nameOf(dtype));
}

inline CumulativeConfig cumulativeConfig(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  expectOutput(node, 0, "the output", x.dtype, view.size());
  return {view, cumulativeKind(node), node.flag("reverse"), node.flag("exclusive")};
}

// Attrs kind max|min, axis.
struct ArgReduceConfig {
  AxisView view;
  bool larger;
};

inline ArgReduceConfig argReduceConfig(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  if (view.count == 0 && view.rows() > 0) fail("argReduce: the axis has no elements");
  expectOutput(node, 0, "the output", DType::i32, view.rows());
  const char* kind = node.word("kind", "");
  const bool larger = strcmp(kind, "max") == 0;
  if (!larger && strcmp(kind, "min") != 0) fail("argReduce: kind \"%s\", expected max or min", kind);
  return {view, larger};
}

// Predictions [rows, classes] and labels [rows]; attr k.
struct TopKConfig {
  int64_t rows, classes, k;
};

inline TopKConfig topKConfig(const Node& node) {
  const Value& x = present(node, 0);
  if (x.shape.rank == 0) fail("topKHit: predictions are a scalar, expected [..., classes]");
  const int64_t classes = x.shape.dim[x.shape.rank - 1], rows = x.shape.size(0, x.shape.rank - 1);
  expectInput(node, 1, "the labels", DType::i32, rows);
  expectOutput(node, 0, "the output", DType::boolean, rows);
  return {rows, classes, node.integer("k", 1)};
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
