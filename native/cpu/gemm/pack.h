#pragma once

// Panels of a factor: [k][width], the layout both sides of the register tile read.

#include "cpu/gemm/gemm.h"
#include "cpu/simd/quad.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// to[k][i] = from[i][k] for 4 x 4 elements.
template <class T>
SEQNN_INLINE void transpose4(const T* from, int64_t ldFrom, T* to, int64_t ldTo) {
#if defined(SEQNN_QUADS)
  using V = typename Quad<T>::type;
  using Loose = typename Quad<T>::loose;
  const V r0 = *reinterpret_cast<const Loose*>(from), r1 = *reinterpret_cast<const Loose*>(from + ldFrom),
          r2 = *reinterpret_cast<const Loose*>(from + 2 * ldFrom),
          r3 = *reinterpret_cast<const Loose*>(from + 3 * ldFrom);
  const V a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r0, r1, 2, 6, 3, 7),
          c = __builtin_shufflevector(r2, r3, 0, 4, 1, 5), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *reinterpret_cast<Loose*>(to) = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  *reinterpret_cast<Loose*>(to + ldTo) = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  *reinterpret_cast<Loose*>(to + 2 * ldTo) = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  *reinterpret_cast<Loose*>(to + 3 * ldTo) = __builtin_shufflevector(b, d, 2, 3, 6, 7);
#else
  for (int k = 0; k < 4; ++k) {
    for (int i = 0; i < 4; ++i) to[k * ldTo + i] = from[i * ldFrom + k];
  }
#endif
}

// `count` own indices and `n` consecutive k of one run of the inner index.
template <class T>
void packRun(const T* from, int64_t own, int64_t stepK, int count, int n, T* to, int width) {
  int i = 0;
  if (stepK == 1) {
    for (; i + 4 <= count; i += 4) {
      int k = 0;
      for (; k + 4 <= n; k += 4) transpose4(from + i * own + k, own, to + static_cast<int64_t>(k) * width + i, width);
      for (; k < n; ++k) {
        for (int j = i; j < i + 4; ++j) to[static_cast<int64_t>(k) * width + j] = from[j * own + k];
      }
    }
  }
  if (i == count) return;
  for (int k = 0; k < n; ++k, from += stepK, to += width) {
    if (own == 1) {
      int j = i;
      for (; j + kLanes<T> <= count; j += kLanes<T>) store(to + j, load(from + j));
      if (j < count) storeLanes(to + j, loadLanes(from + j, count - j), count - j);
    } else {
      for (int j = i; j < count; ++j) to[j] = from[j * own];
    }
  }
}

// Own indices [first, first + count), summed indices [k0, k0 + n) of a factor.
template <class T>
void packPanel(const Factor<T>& factor, int first, int count, int k0, int n, T* to, int width) {
  const T* base = factor.data + first * factor.own;
  if (factor.inner == 1) return packRun(base + k0 * factor.step, factor.own, factor.step, count, n, to, width);
  for (int k = k0; k < k0 + n;) {
    const int rest = k % factor.inner;
    const int left = k0 + n - k;
    const int run = factor.inner - rest < left ? factor.inner - rest : left;
    packRun(base + (k / factor.inner) * factor.step + rest * factor.k, factor.own, factor.k, count, run, to, width);
    to += static_cast<int64_t>(run) * width;
    k += run;
  }
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
