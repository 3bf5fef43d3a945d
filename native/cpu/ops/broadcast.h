#pragma once

// How an operand of any dtype is spread over a larger shape, block by block.

#include "cpu/ops/walk.h"

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
SEQNN_INLINE T readOne(const void* p, DType dtype) {
  switch (dtype) {
    case DType::f32:
      return static_cast<T>(*static_cast<const float*>(p));
    case DType::f64:
      return static_cast<T>(*static_cast<const double*>(p));
    case DType::i32:
      return static_cast<T>(*static_cast<const int32_t*>(p));
    case DType::boolean:
      return static_cast<T>(*static_cast<const uint8_t*>(p));
  }
  return 0;
}

// Saturating; NaN becomes 0 (a plain conversion of either is undefined).
template <class T>
SEQNN_INLINE int32_t toInteger(T v) {
  if (v != v) return 0;
  const double d = static_cast<double>(v);
  return d >= 2147483647.0 ? INT32_MAX : d <= -2147483648.0 ? INT32_MIN : static_cast<int32_t>(d);
}

// Stores n values at element `start` of an operand of another dtype.
template <class T>
void storeAs(const T* from, DType dtype, void* to, int64_t start, int64_t n) {
  switch (dtype) {
    case DType::f32: {
      float* p = static_cast<float*>(to) + start;
      for (int64_t i = 0; i < n; ++i) p[i] = static_cast<float>(from[i]);
      break;
    }
    case DType::f64: {
      double* p = static_cast<double*>(to) + start;
      for (int64_t i = 0; i < n; ++i) p[i] = static_cast<double>(from[i]);
      break;
    }
    case DType::i32: {
      int32_t* p = static_cast<int32_t*>(to) + start;
      for (int64_t i = 0; i < n; ++i) p[i] = toInteger(from[i]);
      break;
    }
    case DType::boolean: {
      uint8_t* p = static_cast<uint8_t*>(to) + start;
      for (int64_t i = 0; i < n; ++i) p[i] = from[i] != 0;
      break;
    }
  }
}

// The larger shape's elements through the operand.
struct Broadcast : Walk {
  DType dtype = DType::f32;

  bool scalar() const { return rank == 0 || (rank == 1 && step[0] == 0); }
  bool plain() const { return rank == 1 && step[0] == 1; }

  // Elements [start, start + n) of the larger shape, as T.
  template <class T>
  void expand(const void* p, int64_t start, int64_t n, T* to) const {
    switch (dtype) {
      case DType::f32:
        expandAs(static_cast<const float*>(p), start, n, to);
        break;
      case DType::f64:
        expandAs(static_cast<const double*>(p), start, n, to);
        break;
      case DType::i32:
        expandAs(static_cast<const int32_t*>(p), start, n, to);
        break;
      case DType::boolean:
        expandAs(static_cast<const uint8_t*>(p), start, n, to);
        break;
    }
  }

 private:
  template <class S, class T>
  static SEQNN_INLINE void copyAs(const S* from, int64_t n, T* to) {
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(from[i]);
  }
  template <class T>
  static SEQNN_INLINE void copyAs(const T* from, int64_t n, T* to) {
    eachVector<T>(0, n, [&](int64_t i, int lanes) { storeLanes(to + i, loadLanes(from + i, lanes), lanes); });
  }

  template <class S, class T>
  void expandAs(const S* p, int64_t start, int64_t n, T* to) const {
    int64_t at[kMaxRank], offset = 0, rest = start;
    for (int d = rank - 1; d >= 0; --d) {
      at[d] = rest % dim[d];
      rest /= dim[d];
      offset += at[d] * step[d];
    }
    const int last = rank - 1;
    while (n > 0) {
      const int64_t run = least(dim[last] - at[last], n);
      if (step[last] == 0) {
        const Vec<T> value = splat(static_cast<T>(p[offset]));
        eachVector<T>(0, run, [&](int64_t i, int lanes) { storeLanes(to + i, value, lanes); });
      } else {
        const S* from = p + offset;  // merged and dense: the innermost step is 1
        copyAs(from, run, to);
      }
      to += run;
      n -= run;
      offset += (dim[last] - at[last]) * step[last];
      at[last] = 0;
      for (int d = last - 1; d >= 0; --d) {
        offset += step[d] - (d + 1 <= last ? dim[d + 1] * step[d + 1] : 0);
        if (++at[d] < dim[d]) break;
        at[d] = 0;
      }
    }
  }
};

// numpy's rule: dimensions are matched from the right, and a 1 is repeated.
inline Broadcast broadcastTo(const Node& node, const Value& value, int operand, const Shape& shape) {
  Broadcast b;
  b.dtype = value.dtype;
  const int missing = shape.rank - value.shape.rank;
  bool fits = missing >= 0;
  int64_t step[kMaxRank] = {}, dense = 1;
  for (int d = shape.rank - 1; fits && d >= missing; --d) {
    const int64_t own = value.shape.dim[d - missing];
    fits = own == shape.dim[d] || own == 1;
    step[d] = own == 1 ? 0 : dense;
    dense *= own;
  }
  if (!fits) fail("%s: operand %d does not broadcast to the shape of the outputs", node.op(), operand);
  for (int d = 0; d < shape.rank; ++d) b.add(shape.dim[d], step[d]);
  return b;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
