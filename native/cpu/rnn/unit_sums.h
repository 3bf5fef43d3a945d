#pragma once

// Sums of a few samples with the units as lanes: those of all gates of a few vectors of units, a block, stay in
// registers. Its weights are packed, [K][gates][units of the block].

#include <utility>

#include "cpu/gemm/blocks.h"
#include "cpu/gemm/tile.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Vectors of sums in a block, at most.
constexpr int kUnitSums = kRegisters == 32 ? 8 : 4;
constexpr int unitVectors(int gates) { return kUnitSums / gates; }

// Vectors times a packed block: z[r] = start[r] + sum over k of x[r][k] w[k], for as many r as the function was made
// for.
template <class T>
struct UnitOperands {
  const T* w;
  int K;
  const T* x;
  int64_t xRow, xStep;  // of r and of k
  const T* start;       // [gates, units], gates `ld` apart
  T* z;                 // likewise
  int64_t ld, startRow, zRow;
  bool backwards;  // from the last k to the first
};

// Each step reads its weights in the other direction than the one before, which has left the last ones that it read in
// the first-level cache.
inline bool sweepsBackwards(int step) { return step % 2 != 0; }

template <class T, int First, int... I>
SEQNN_INLINE void addUnits(Vec<T>* sums, const T* w, T x, std::integer_sequence<int, I...>) {
  const Vec<T> a = splat(x);
  ((sums[First + I] += a * load(w + I * kLanes<T>)), ...);
}

// Where a walk over k begins, and its steps.
template <class T>
struct UnitWalk {
  UnitWalk(const UnitOperands<T>& o, int64_t width) : w(o.w), x(o.x), ofW(width), ofX(o.xStep) {
    if (!o.backwards) return;
    w += int64_t(o.K - 1) * ofW, x += int64_t(o.K - 1) * ofX;
    ofW = -ofW, ofX = -ofX;
  }
  const T *w, *x;
  int64_t ofW, ofX;
};

// A single row. Few sums are found in several chains, which hide the latency of the additions.
template <class T, int Vectors, int... I, int... C>
SEQNN_INLINE void unitsOfRow(const UnitOperands<T>& o, std::integer_sequence<int, I...> all,
                             std::integer_sequence<int, C...>) {
  constexpr int N = sizeof...(I), kChains = sizeof...(C), L = kLanes<T>;
  Vec<T> sums[kChains * N];
  ((sums[I] = load(o.start + (I / Vectors) * o.ld + (I % Vectors) * L)), ...);
  for (int i = N; i < kChains * N; ++i) sums[i] = Vec<T>{};
  auto [w, x, ofW, ofX] = UnitWalk<T>(o, N * L);
  int k = 0;
  for (; k + kChains <= o.K; k += kChains, w += kChains * ofW, x += kChains * ofX) {
    (addUnits<T, C * N>(sums, w + C * ofW, x[C * ofX], all), ...);
  }
  for (; k < o.K; ++k, w += ofW, x += ofX) addUnits<T, 0>(sums, w, *x, all);
  for (int c = 1; c < kChains; ++c) ((sums[I] += sums[c * N + I]), ...);
  (store(o.z + (I / Vectors) * o.ld + (I % Vectors) * L, sums[I]), ...);
}

// Several rows, which read the weights together.
template <class T, int Vectors, int... I, int... R>
SEQNN_INLINE void unitsOfRows(const UnitOperands<T>& o, std::integer_sequence<int, I...> all,
                              std::integer_sequence<int, R...>) {
  constexpr int N = sizeof...(I), kRows = sizeof...(R), L = kLanes<T>;
  Vec<T> sums[kRows * N];
  for (int r = 0; r < kRows; ++r) {
    ((sums[r * N + I] = load(o.start + r * o.startRow + (I / Vectors) * o.ld + (I % Vectors) * L)), ...);
  }
  auto [w, x, ofW, ofX] = UnitWalk<T>(o, N * L);
  for (int k = 0; k < o.K; ++k, w += ofW, x += ofX) (addUnits<T, R * N>(sums, w, x[R * o.xRow], all), ...);
  for (int r = 0; r < kRows; ++r) {
    (store(o.z + r * o.zRow + (I / Vectors) * o.ld + (I % Vectors) * L, sums[r * N + I]), ...);
  }
}

// The functions of a block of so many gates and vectors of units.
template <class T>
struct UnitSums {
  void (*row)(const UnitOperands<T>&);
  void (*pair)(const UnitOperands<T>&);
  void (*rows)(const UnitOperands<T>&);
  int count;  // rows of the latter
};

template <class T, int Gates, int Vectors>
struct UnitKernels {
  static constexpr int N = Gates * Vectors;
  static constexpr int kChains = N >= 4 ? 2 : (N >= 2 ? 4 : 8);
  static constexpr int kRows = lesser(3 * kUnitSums / N, 6);
  static void row(const UnitOperands<T>& o) {
    unitsOfRow<T, Vectors>(o, std::make_integer_sequence<int, N>(), std::make_integer_sequence<int, kChains>());
  }
  static void pair(const UnitOperands<T>& o) {
    unitsOfRows<T, Vectors>(o, std::make_integer_sequence<int, N>(), std::make_integer_sequence<int, 2>());
  }
  static void rows(const UnitOperands<T>& o) {
    unitsOfRows<T, Vectors>(o, std::make_integer_sequence<int, N>(), std::make_integer_sequence<int, kRows>());
  }
};

template <class T, int Gates, int... V>
const UnitSums<T>& unitSumsOf(int vectors, std::integer_sequence<int, V...>) {
  static constexpr UnitSums<T> kAll[] = {{UnitKernels<T, Gates, V + 1>::row, UnitKernels<T, Gates, V + 1>::pair,
                                          UnitKernels<T, Gates, V + 1>::rows, UnitKernels<T, Gates, V + 1>::kRows}...};
  return kAll[vectors - 1];
}
// gates: 1, 2 or 4
template <class T>
const UnitSums<T>& unitSumsOf(int gates, int vectors) {
  if (gates == 1) return unitSumsOf<T, 1>(vectors, std::make_integer_sequence<int, unitVectors(1)>());
  if (gates == 2) return unitSumsOf<T, 2>(vectors, std::make_integer_sequence<int, unitVectors(2)>());
  return unitSumsOf<T, 4>(vectors, std::make_integer_sequence<int, unitVectors(4)>());
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
