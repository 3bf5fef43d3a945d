#pragma once

#include <cstdint>

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {

// Operands of one micro-op over a block. A mask of -1 walks along the operand; a mask of 0 reads the one
// vector at its start again and again, which is how scalars take part.
template <class T>
struct MicroCall {
  const T* a;  // [n] or [lanes]
  const T* b;
  const T* c;
  int64_t maskA, maskB, maskC;
  T* out;  // [n]; may be a, b or c
  int64_t n;
};

template <class T>
struct MicroOp {
  const char* name;
  int arity;
  void (*run)(const MicroCall<T>& call);
};

// The op of this name, or null. One table per lane type, each compiled in a file of its own.
template <class T>
const MicroOp<T>* findMicroOp(const char* name);
template <>
const MicroOp<float>* findMicroOp<float>(const char* name);
template <>
const MicroOp<double>* findMicroOp<double>(const char* name);

}  // namespace SEQNN_ISA
}  // namespace seqnn
