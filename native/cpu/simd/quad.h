#pragma once

// Four elements, where the compiler has vectors; wider sets use them for what fills no vector of theirs.

#include "cpu/simd/vec.h"

#if defined(__GNUC__)
#define SEQNN_QUADS 1

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
struct Quad;
template <>
struct Quad<float> {
  using type = float __attribute__((vector_size(16)));
  using loose = float __attribute__((vector_size(16), aligned(4), may_alias));
};
template <>
struct Quad<double> {
  using type = double __attribute__((vector_size(32)));
  using loose = double __attribute__((vector_size(32), aligned(8), may_alias));
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
#endif
