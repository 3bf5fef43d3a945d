#pragma once

// Products too small or too flat to pay for packing: rows of B are read where they lie (contiguous along n).

#include <utility>

#include "cpu/gemm/gemm.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

constexpr int kDirectRows = 4;
constexpr int kDirectVecs = sizeof(Vec<float>) == 64 ? 4 : 2;  // four rows of them fit the registers

// With Part, the last vector of a row has `last` lanes.
template <class T, int V, bool Part, int... I>
SEQNN_INLINE void directBody(const T* a, int64_t am, int64_t ak, const T* b, int64_t bk, int K, T* c, int64_t ldc,
                             int last, bool accumulate, std::integer_sequence<int, I...>) {
  const auto read = [last](const T* p, int v) { return Part && v == V - 1 ? loadLanes(p, last) : load(p); };
  Vec<T> acc[sizeof...(I)];
  if (accumulate) {
    ((acc[I] = read(c + (I / V) * ldc + (I % V) * kLanes<T>, I % V)), ...);
  } else {
    ((acc[I] = Vec<T>{}), ...);
  }
  for (int k = 0; k < K; ++k, a += ak, b += bk) {
    Vec<T> bs[V];
    for (int v = 0; v < V; ++v) bs[v] = read(b + v * kLanes<T>, v);
    ((acc[I] += splat(a[(I / V) * am]) * bs[I % V]), ...);
  }
  const auto write = [last](T* p, Vec<T> y, int v) {
    if (Part && v == V - 1) {
      storeLanes(p, y, last);
    } else {
      store(p, y);
    }
  };
  (write(c + (I / V) * ldc + (I % V) * kLanes<T>, acc[I], I % V), ...);
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
  DirectFn<T> of[kDirectRows * kDirectVecs];  // by (rows - 1) * kDirectVecs + vectors - 1
};
template <class T, bool Part, int... I>
constexpr DirectTable<T> directsOf(std::integer_sequence<int, I...>) {
  return {{directTile<T, I / kDirectVecs + 1, I % kDirectVecs + 1, Part>...}};
}

// a: [M, K] of any strides; b: [K, N], contiguous along n.
template <class T>
void directGemm(int M, int N, int K, const T* a, int64_t am, int64_t ak, const T* b, int64_t bk, T* c, int64_t ldc,
                bool accumulate) {
  constexpr auto kAll = std::make_integer_sequence<int, kDirectRows * kDirectVecs>();
  static constexpr auto kWhole = directsOf<T, false>(kAll);
  static constexpr auto kPart = directsOf<T, true>(kAll);
  constexpr int L = kLanes<T>, kWide = kDirectVecs * L;
  for (int m = 0; m < M; m += kDirectRows) {
    const int row = ((M - m < kDirectRows ? M - m : kDirectRows) - 1) * kDirectVecs;
    const T* from = a + m * am;
    T* to = c + m * ldc;
    for (int n = 0; n < N; n += kWide) {
      const int columns = N - n < kWide ? N - n : kWide, vecs = (columns + L - 1) / L;
      const auto& tiles = columns == vecs * L ? kWhole : kPart;
      tiles.of[row + vecs - 1](from, am, ak, b + n, bk, K, to + n, ldc, columns - (vecs - 1) * L, accumulate);
    }
  }
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
