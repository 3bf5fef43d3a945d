#pragma once

// Products too small or too flat to pay for packing: rows of B are read where they lie (contiguous along n).

#include <utility>

#include "cpu/gemm/gemm.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

constexpr int kDirectRows = 4;

template <class T, int V, bool Part, int... I>
SEQNN_INLINE void directBody(const T* a, int64_t am, int64_t ak, const T* b, int64_t bk, int K, T* c, int64_t ldc,
                             int last, bool accumulate, std::integer_sequence<int, I...>) {
  const auto read = [last](const T* p) { return Part ? loadLanes(p, last) : load(p); };
  Vec<T> acc[sizeof...(I)];
  if (accumulate) {
    ((acc[I] = read(c + (I / V) * ldc + (I % V) * kLanes<T>)), ...);
  } else {
    ((acc[I] = Vec<T>{}), ...);
  }
  for (int k = 0; k < K; ++k, a += ak, b += bk) {
    Vec<T> bs[V];
    for (int v = 0; v < V; ++v) bs[v] = read(b + v * kLanes<T>);
    ((acc[I] += splat(a[(I / V) * am]) * bs[I % V]), ...);
  }
  const auto write = [last](T* p, Vec<T> y) {
    if (Part) {
      storeLanes(p, y, last);
    } else {
      store(p, y);
    }
  };
  (write(c + (I / V) * ldc + (I % V) * kLanes<T>, acc[I]), ...);
}

template <class T, int R, int V, bool Part>
void directTile(const T* a, int64_t am, int64_t ak, const T* b, int64_t bk, int K, T* c, int64_t ldc, int last,
                bool accumulate) {
  directBody<T, V, Part>(a, am, ak, b, bk, K, c, ldc, last, accumulate, std::make_integer_sequence<int, R * V>());
}

template <class T>
using DirectFn = void (*)(const T*, int64_t, int64_t, const T*, int64_t, int, T*, int64_t, int, bool);
template <class T>
struct DirectTable {
  DirectFn<T> of[kDirectRows];  // by rows - 1
};
template <class T, int V, bool Part, int... R>
constexpr DirectTable<T> directsOf(std::integer_sequence<int, R...>) {
  return {{directTile<T, R + 1, V, Part>...}};
}

// a: [M, K] of any strides; b: [K, N], contiguous along n.
template <class T>
void directGemm(int M, int N, int K, const T* a, int64_t am, int64_t ak, const T* b, int64_t bk, T* c, int64_t ldc,
                bool accumulate) {
  constexpr auto kRows = std::make_integer_sequence<int, kDirectRows>();
  constexpr int kWide = sizeof(Vec<T>) == 64 ? 4 : 2;  // four rows of them fit the registers
  static constexpr auto kFour = directsOf<T, kWide, false>(kRows);
  static constexpr auto kOne = directsOf<T, 1, false>(kRows);
  static constexpr auto kPart = directsOf<T, 1, true>(kRows);
  constexpr int L = kLanes<T>;
  for (int m = 0; m < M; m += kDirectRows) {
    const int row = (M - m < kDirectRows ? M - m : kDirectRows) - 1;
    const T* from = a + m * am;
    T* to = c + m * ldc;
    int n = 0;
    for (; n + kWide * L <= N; n += kWide * L) kFour.of[row](from, am, ak, b + n, bk, K, to + n, ldc, L, accumulate);
    for (; n + L <= N; n += L) kOne.of[row](from, am, ak, b + n, bk, K, to + n, ldc, L, accumulate);
    if (n < N) kPart.of[row](from, am, ak, b + n, bk, K, to + n, ldc, N - n, accumulate);
  }
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
