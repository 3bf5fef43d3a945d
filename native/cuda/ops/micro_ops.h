#pragma once

// cpu/ops/micro_ops.def as device code: one switch over the vocabulary.

#include <string.h>

#include "cpu/simd/basic.h"

namespace seqnn {
namespace cuda {

struct MicroName {
  const char* name;
  int arity, number;
};

enum MicroNumber : int {
#define MICRO(op, arity, value) micro_##op,
#include "cpu/ops/micro_ops.def"
#undef MICRO
};

inline const MicroName* findMicroOp(const char* name) {
  static const MicroName names[] = {
#define MICRO(op, arity, value) {#op, arity, micro_##op},
#include "cpu/ops/micro_ops.def"
#undef MICRO
  };
  for (const MicroName& op : names) {
    if (strcmp(op.name, name) == 0) return &op;
  }
  return nullptr;
}

template <class T>
SEQNN_INLINE T zero() {
  return T(0);
}
template <class T>
SEQNN_INLINE T flag(bool mask) {
  return mask ? T(1) : T(0);
}
template <class T, class F>
SEQNN_INLINE T perLane(T a, F f) {
  return static_cast<T>(f(static_cast<double>(a)));
}
template <class T, class F>
SEQNN_INLINE T perLane(T a, T b, F f) {
  return static_cast<T>(f(static_cast<double>(a), static_cast<double>(b)));
}

// Python's % and //: the remainder has the sign of the divisor.
SEQNN_INLINE double moduloOf(double a, double b) {
  const double r = ::fmod(a, b);
  if (r == 0) return ::copysign(0.0, b);
  return (r < 0) != (b < 0) ? r + b : r;
}
struct FloorModulo {
  SEQNN_INLINE double operator()(double a, double b) const { return moduloOf(a, b); }
};
struct FloorDivide {
  SEQNN_INLINE double operator()(double a, double b) const {
    return b == 0 ? a / b : ::nearbyint((a - moduloOf(a, b)) / b);
  }
};

template <class T>
SEQNN_INLINE T logAddExp(T a, T b) {
  const T apart = nanMax<T>(a, b) + vlog1p<T>(vexp<T>(-vabs<T>(a - b)));
  return a == b ? a + static_cast<T>(0.69314718055994530942) : apart;  // equal infinities
}

template <class T>
SEQNN_INLINE T microOp(int op, T a, T b, T c) {
  // The names that the list uses for functions of two.
  constexpr FloorModulo floorModulo{};
  constexpr FloorDivide floorDivide{};
  switch (op) {
#define MICRO(op, arity, value) \
  case micro_##op:              \
    return value;
#include "cpu/ops/micro_ops.def"
#undef MICRO
  }
  return a;
}

}  // namespace cuda
}  // namespace seqnn
