#pragma once

// What the factories of this folder share: axis views, operand checks, the choice of a dtype and of tasks.

#include "cpu/simd/vec.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// A tensor seen as [outer, count, inner] around one axis.
struct AxisView {
  int64_t outer, count, inner;
  int64_t size() const { return outer * count * inner; }
  int64_t rows() const { return outer * inner; }
};

// The attribute `axis` of a tensor of this shape; negative counts from the end.
inline int axisOf(const Node& node, const Shape& shape, int64_t fallback = -1) {
  const int64_t given = node.integer("axis", fallback);
  const int64_t axis = given < 0 ? given + shape.rank : given;
  if (axis < 0 || axis >= shape.rank) {
    fail("%s: axis %lld is outside a tensor of rank %d", node.op(), static_cast<long long>(given), shape.rank);
  }
  return static_cast<int>(axis);
}

inline AxisView viewAround(const Shape& shape, int axis) {
  return {shape.size(0, axis), shape.dim[axis], shape.size(axis + 1, shape.rank)};
}

// Operands that are there, whatever their dtype.
inline const Value& present(const Node& node, int i) {
  const Value& value = node.input(i);
  if (!value.present) fail("%s: operand %d is missing", node.op(), i);
  return value;
}
inline const Value& presentOut(const Node& node, int i) {
  const Value& value = node.output(i);
  if (!value.present) fail("%s: output %d is missing", node.op(), i);
  return value;
}

inline void expectDType(const Node& node, const char* what, const Value& value, DType dtype) {
  if (value.dtype != dtype) fail("%s: %s is %s, expected %s", node.op(), what, nameOf(value.dtype), nameOf(dtype));
}
inline void expectSize(const Node& node, const char* what, const Value& value, int64_t size) {
  if (value.shape.size() != size) {
    fail("%s: %s has %lld elements, expected %lld", node.op(), what, static_cast<long long>(value.shape.size()),
         static_cast<long long>(size));
  }
}
// A present operand or output of this dtype and number of elements.
inline void expectInput(const Node& node, int i, const char* what, DType dtype, int64_t size) {
  const Value& value = present(node, i);
  expectDType(node, what, value, dtype);
  expectSize(node, what, value, size);
}
inline void expectOutput(const Node& node, int i, const char* what, DType dtype, int64_t size) {
  const Value& value = presentOut(node, i);
  expectDType(node, what, value, dtype);
  expectSize(node, what, value, size);
}

// new K<float>(args...) or new K<double>(args...).
template <template <class> class K, class... Args>
Kernel* newFloating(const Node& node, DType dtype, const Args&... args) {
  if (dtype == DType::f32) return new K<float>(args...);
  if (dtype == DType::f64) return new K<double>(args...);
  fail("%s: %s operands, expected float32 or float64", node.op(), nameOf(dtype));
}

// new K<T>(args...) for the T of the dtype.
template <template <class> class K, class... Args>
Kernel* newTyped(DType dtype, const Args&... args) {
  switch (dtype) {
    case DType::f32:
      return new K<float>(args...);
    case DType::f64:
      return new K<double>(args...);
    case DType::i32:
      return new K<int32_t>(args...);
    case DType::boolean:
      return new K<uint8_t>(args...);
  }
  return nullptr;
}

// new K<E>(args...) for an unsigned E as wide as the dtype, which is all that moving elements takes.
template <template <class> class K, class... Args>
Kernel* newMoving(DType dtype, const Args&... args) {
  switch (bytesOf(dtype)) {
    case 1:
      return new K<uint8_t>(args...);
    case 4:
      return new K<uint32_t>(args...);
    default:
      return new K<uint64_t>(args...);
  }
}

// A fixed-length array that a factory may abandon by fail() without leaking.
template <class T>
class Owned {
 public:
  explicit Owned(int64_t count) : data_(new T[static_cast<size_t>(count)]()) {}
  ~Owned() { delete[] data_; }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  T& operator[](int64_t i) { return data_[i]; }
  const T& operator[](int64_t i) const { return data_[i]; }

 private:
  T* data_;
};

inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t most(int64_t a, int64_t b) { return a < b ? b : a; }

// How work of `units` pieces that cost `weight` elements each is cut: by shape only, so that bits do not depend
// on the number of threads. Work below about 64k elements stays in one task.
struct Split {
  int64_t units;
  int tasks;
  int64_t begin(int task) const { return units * task / tasks; }
  int64_t end(int task) const { return units * (task + 1) / tasks; }
};
inline Split splitWork(int64_t units, int64_t weight) {
  // Below, what a second thread computes costs more to fetch from its cache than it saved.
  constexpr int64_t kWorthThreads = int64_t{1} << 18;
  const int64_t elements = units * weight;
  if (elements < kWorthThreads) return {units, 1};
  const int64_t tasks = least(least(elements >> 14, 64), units);
  return {units, static_cast<int>(most(tasks, 1))};
}

// A vector whose lanes are their own numbers.
template <class T>
inline constexpr T kLaneNumbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// The first n lanes of p, the others `filler`.
template <class T>
SEQNN_INLINE Vec<T> loadLanesOr(const T* p, int n, T filler) {
  if (n == kLanes<T>) return load(p);
  const Vec<T> inside = load(kLaneNumbers<T>);
  return select(inside < splat(static_cast<T>(n)), loadPart(p, n), splat(filler));
}

// body(offset, lanes) over [begin, end) in whole vectors and one part.
template <class T, class F>
SEQNN_INLINE void eachVector(int64_t begin, int64_t end, F body) {
  constexpr int kStep = kLanes<T>;
  int64_t i = begin;
  for (; i + kStep <= end; i += kStep) body(i, kStep);
  if (i < end) body(i, static_cast<int>(end - i));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
