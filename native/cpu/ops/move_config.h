#pragma once

// What the ops that only move elements read from their nodes: transpose, slice, unslice, pad, concat, copy, assign and
// oneHot.

#include <string.h>

#include "cpu/ops/walk.h"

namespace seqnn {
namespace SEQNN_ISA {

// The output of a transpose through its input (attr perm: dimension i of the output is dimension perm[i] of the input).
inline Walk transposeWalk(const Node& node) {
  const Value& source = present(node, 0);
  expectDType(node, "the output", presentOut(node, 0), source.dtype);
  const Shape &x = source.shape, &y = node.output(0).shape;
  int count = 0;
  const double* perm = node.attr("perm", &count);
  if (count != x.rank || y.rank != x.rank) {
    fail("transpose: perm has %d entries and the output rank %d, expected rank %d", count, y.rank, x.rank);
  }
  bool seen[kMaxRank] = {};
  Walk walk;
  for (int d = 0; d < y.rank; ++d) {
    const int from = perm[d] >= 0 && perm[d] < x.rank ? static_cast<int>(perm[d]) : -1;
    if (from < 0 || seen[from]) fail("transpose: perm[%d] = %g, expected each of 0..%d once", d, perm[d], x.rank - 1);
    seen[from] = true;
    if (y.dim[d] != x.dim[from]) fail("transpose: dimension %d of the output does not match perm", d);
    walk.add(y.dim[d], x.size(from + 1, x.rank));
  }
  return walk;
}

// The value of an axis in a list attribute; an absent list means `fallback` everywhere.
inline int64_t listed(const Node& node, const char* name, int axis, int rank, int64_t fallback) {
  int count = 0;
  const double* values = node.attr(name, &count);
  if (!values) return fallback;
  if (count != rank) fail("%s: %s has %d entries, expected %d", node.op(), name, count, rank);
  return static_cast<int64_t>(values[axis]);
}

// A rectangle's elements through the large tensor (attrs beginName, step per axis).
inline Walk windowWalk(const Node& node, const Shape& small, const Shape& large, const char* beginName) {
  if (small.rank != large.rank) fail("%s: ranks %d and %d, expected equal ones", node.op(), small.rank, large.rank);
  Walk walk;
  for (int d = 0; d < small.rank; ++d) {
    const int64_t begin = listed(node, beginName, d, small.rank, 0), step = listed(node, "step", d, small.rank, 1);
    const int64_t last = begin + (small.dim[d] - 1) * step, unit = large.size(d + 1, large.rank);
    const bool inside = begin >= 0 && begin < large.dim[d] && last >= 0 && last < large.dim[d];
    if (small.dim[d] > 0 && !inside) {
      fail("%s: axis %d runs from %lld to %lld, expected within [0, %lld)", node.op(), d, static_cast<long long>(begin),
           static_cast<long long>(last), static_cast<long long>(large.dim[d]));
    }
    walk.base += begin * unit;
    walk.add(small.dim[d], step * unit);
  }
  return walk;
}

// The output of a slice through its input.
inline Walk sliceWalk(const Node& node) {
  const Value &x = present(node, 0), &y = presentOut(node, 0);
  expectDType(node, "the output", y, x.dtype);
  return windowWalk(node, y.shape, x.shape, "begin");
}

template <class E, class T>
E bitsAs(T value) {
  E bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// An input's elements in an output of otherwise one value.
template <class E>
struct Placement {
  Walk walk;            // of the input through the output
  int64_t size, whole;  // elements of the input, and of the output
  E around;             // the bits of the value
};

// new K<E>(placement)
template <template <class> class K>
Kernel* newPlacing(const Node& node, const char* beginName, double around) {
  const Value &x = present(node, 0), &y = presentOut(node, 0);
  expectDType(node, "the output", y, x.dtype);
  const Walk walk = windowWalk(node, x.shape, y.shape, beginName);
  const auto made = [&](auto bits) -> Kernel* {
    using E = decltype(bits);
    return new K<E>(Placement<E>{walk, x.shape.size(), y.shape.size(), bits});
  };
  switch (x.dtype) {
    case DType::f32:
      return made(bitsAs<uint32_t>(static_cast<float>(around)));
    case DType::i32:
      return made(bitsAs<uint32_t>(static_cast<int32_t>(around)));
    case DType::f64:
      return made(bitsAs<uint64_t>(around));
    case DType::boolean:
      return made(static_cast<uint8_t>(around != 0));
  }
  return nullptr;
}

// Operands that are joined along one axis (attr axis).
struct ConcatConfig {
  int count;               // of operands
  int64_t outer, row = 0;  // rows of the output, and bytes of one
  Owned<int64_t> bytes;    // of each operand within a row

  explicit ConcatConfig(const Node& node) : count(node.inputs()), bytes(count) {
    const Value& result = presentOut(node, 0);
    const int axis = axisOf(node, result.shape);
    const AxisView view = viewAround(result.shape, axis);
    const int64_t unit = view.inner * static_cast<int64_t>(bytesOf(result.dtype));
    int64_t sum = 0;
    for (int i = 0; i < count; ++i) {
      const Value& part = present(node, i);
      expectDType(node, "an operand", part, result.dtype);
      bool fits = part.shape.rank == result.shape.rank;
      for (int d = 0; fits && d < result.shape.rank; ++d) fits = d == axis || part.shape.dim[d] == result.shape.dim[d];
      if (!fits) fail("concat: operand %d does not match the output outside axis %d", i, axis);
      bytes[i] = part.shape.dim[axis] * unit;
      sum += part.shape.dim[axis];
    }
    if (sum != view.count) {
      fail("concat: operands hold %lld along axis %d, the output %lld", static_cast<long long>(sum), axis,
           static_cast<long long>(view.count));
    }
    outer = view.outer;
    row = sum * unit;
  }
};

// Bytes of a copy's operand, which its output has, too.
inline size_t copiedBytes(const Node& node) {
  const Value& x = present(node, 0);
  expectOutput(node, 0, "the output", x.dtype, x.shape.size());
  return bytesOf(x);
}

// The output of a oneHot, whose indices are its rows.
inline AxisView oneHotView(const Node& node) {
  const Value& y = presentOut(node, 0);
  const AxisView view = viewAround(y.shape, axisOf(node, y.shape));
  expectInput(node, 0, "the indices", DType::i32, view.rows());
  return view;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
