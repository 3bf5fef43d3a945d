#pragma once

// What the reductions of all backends are: what they join elements by, the passes over a node's axes, and the kinds
// that a dtype has.

#include <math.h>
#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

// V is a vector or one element.
struct Add {
  static constexpr double start = 0;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return a + b;
  }
};
struct Multiply {
  static constexpr double start = 1;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return a * b;
  }
};
struct Larger {
  static constexpr double start = -HUGE_VAL;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return select(b == b, select(a < b, b, a), b);  // a NaN wins
  }
};
struct Smaller {
  static constexpr double start = HUGE_VAL;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return select(b == b, select(b < a, b, a), b);
  }
};

// The start as an element; infinities become the ends of an integer's range, or false and true.
template <class T, class Op>
SEQNN_INLINE T startOf() {
  constexpr bool floating = static_cast<T>(0.5) != 0;
  if constexpr (floating || (Op::start >= 0 && Op::start <= 1)) {
    return static_cast<T>(Op::start);
  } else {
    constexpr bool isSigned = static_cast<T>(-1) < static_cast<T>(1);
    constexpr uint64_t top = sizeof(T) == 1 ? 1 : (uint64_t{1} << (8 * sizeof(T) - (isSigned ? 1 : 0))) - 1;
    if (Op::start > 0) return static_cast<T>(top);
    return isSigned ? static_cast<T>(-static_cast<int64_t>(top) - 1) : static_cast<T>(0);
  }
}

// [outer, count, inner] -> [outer, chunks, inner]
struct ReducePass {
  int64_t outer, count, inner, chunk, chunks;
  int64_t size() const { return outer * chunks * inner; }
};

// Axes are reduced innermost first; a long one in chunks whose results are reduced in turn.
struct ReducePlan {
  static constexpr int kMaxPasses = 64;
  int64_t size, outSize;  // elements of the operand and of the output
  int count = 0;          // of passes
  ReducePass pass[kMaxPasses];
  int64_t room[2] = {};  // elements of the two buffers between passes

  // The longest chunks of an innermost axis, and of another.
  ReducePlan(const Node& node, int64_t runChunk, int64_t columnChunk)
      : size(node.input(0).shape.size()), outSize(node.output(0).shape.size()) {
    addPasses(node, node.input(0).shape, runChunk, columnChunk);
    if (size == 0) count = 0;
    const int64_t kept = count ? pass[count - 1].size() : size;
    if (size > 0 && kept != outSize) {
      fail("reduce: the output has %lld elements, expected %lld", static_cast<long long>(outSize),
           static_cast<long long>(kept));
    }
    for (int p = 0; p + 1 < count; ++p) room[p % 2] = most(room[p % 2], pass[p].size());
  }

  // Elements that become one; for a mean.
  int64_t folded() const { return outSize == 0 ? 1 : size / outSize; }
  size_t workspace(size_t bytes) const { return alignUp(roomBytes(0, bytes)) + roomBytes(1, bytes); }
  // Where a pass leaves its results.
  template <class T>
  T* target(int p, char* workspace, T* y) const {
    if (p + 1 == count) return y;
    return reinterpret_cast<T*>(workspace + (p % 2 ? alignUp(roomBytes(0, sizeof(T))) : 0));
  }

 private:
  size_t roomBytes(int which, size_t bytes) const { return static_cast<size_t>(room[which]) * bytes; }

  void addPasses(const Node& node, const Shape& shape, int64_t runChunk, int64_t columnChunk) {
    int axisCount = 0;
    const double* axes = node.attr("axes", &axisCount);
    bool reduced[kMaxRank] = {};
    for (int i = 0; i < axisCount; ++i) {
      const int64_t axis = static_cast<int64_t>(axes[i]) + (axes[i] < 0 ? shape.rank : 0);
      if (axis < 0 || axis >= shape.rank) fail("reduce: axis %g is outside a tensor of rank %d", axes[i], shape.rank);
      reduced[axis] = true;
    }
    // Neighbouring axes of one fate are one group.
    int64_t dim[kMaxRank];
    bool gone[kMaxRank];
    int groups = 0;
    for (int d = 0; d < shape.rank; ++d) {
      if (shape.dim[d] == 1) continue;
      if (groups > 0 && gone[groups - 1] == reduced[d]) {
        dim[groups - 1] *= shape.dim[d];
      } else {
        dim[groups] = shape.dim[d];
        gone[groups++] = reduced[d];
      }
    }
    for (int g = groups - 1; g >= 0; --g) {
      while (gone[g] && dim[g] > 1) {
        ReducePass& next = pass[count++];
        next.outer = next.inner = 1;
        for (int d = 0; d < g; ++d) next.outer *= dim[d];
        for (int d = g + 1; d < groups; ++d) next.inner *= dim[d];
        next.count = dim[g];
        next.chunk = next.inner == 1 ? runChunk : columnChunk;
        next.chunks = dim[g] = (next.count + next.chunk - 1) / next.chunk;
      }
    }
  }
};

// new K<T, Op>(node, mean): a sum or product, or an extreme; null when the kind is none of them.
template <template <class, class> class K, class T>
Kernel* newSum(const Node& node, const char* kind) {
  if (strcmp(kind, "sum") == 0) return new K<T, Add>(node, false);
  if (strcmp(kind, "prod") == 0) return new K<T, Multiply>(node, false);
  return nullptr;
}
template <template <class, class> class K, class T>
Kernel* newExtreme(const Node& node, const char* kind) {
  if (strcmp(kind, "max") == 0) return new K<T, Larger>(node, false);
  if (strcmp(kind, "min") == 0) return new K<T, Smaller>(node, false);
  return nullptr;
}
template <template <class, class> class K, class T>
Kernel* newFloatReduce(const Node& node, const char* kind) {
  if (strcmp(kind, "mean") == 0) return new K<T, Add>(node, true);
  Kernel* made = newSum<K, T>(node, kind);
  return made ? made : newExtreme<K, T>(node, kind);
}

// null when the dtype has no such kind
template <template <class, class> class K>
Kernel* newReduceOf(const Node& node, const char* kind) {
  Kernel* made = nullptr;
  switch (node.input(0).dtype) {
    case DType::f32:
      return newFloatReduce<K, float>(node, kind);
    case DType::f64:
      return newFloatReduce<K, double>(node, kind);
    case DType::i32:
      made = newSum<K, uint32_t>(node, kind);  // unsigned: wraps around
      return made ? made : newExtreme<K, int32_t>(node, kind);
    case DType::boolean:
      if (strcmp(kind, "any") == 0) return new K<uint8_t, Larger>(node, false);
      if (strcmp(kind, "all") == 0) return new K<uint8_t, Smaller>(node, false);
      return newExtreme<K, uint8_t>(node, kind);
  }
  return nullptr;
}

template <template <class, class> class K>
Kernel* newReduce(const Node& node) {
  const Value& x = present(node, 0);
  expectDType(node, "the output", presentOut(node, 0), x.dtype);
  const char* kind = node.word("kind", "");
  Kernel* kernel = newReduceOf<K>(node, kind);
  if (!kernel) {
    fail("reduce: kind \"%s\" of %s, expected sum, mean, max, min or prod of numbers, any or all of bool", kind,
         nameOf(x.dtype));
  }
  return kernel;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
