#pragma once

// The register tile whose lanes are units: sums of one sample at several steps, from weights as they lie.

#include <type_traits>
#include <utility>

#include "cpu/gemm/blocks.h"
#include "cpu/gemm/tile.h"
#include "cpu/simd/quad.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

constexpr int kRowsAtOnce = kRegisters == 32 ? 8 : 4;  // of two vectors each

template <class T>
struct TapOperands {
  const T* x;
  const T* w;
};

// y[row][unit] = bias[unit] + sum over taps, k of tap.x[row * xRow + k * xColumn] * tap.w[k * wColumn + unit]
template <class T>
struct RowOperands {
  const TapOperands<T>* taps;
  int count, columns;
  int64_t xRow, xColumn, wColumn;
  const T* bias;  // or null
  T* y;
  int64_t yRow;
};

// What is left of a row behind its whole vectors: nothing, four units, or a vector's first few.
struct NothingLeft {
  struct V {};
  template <class T>
  static V read(const T*, int) {
    return {};
  }
  template <class T>
  static void write(T*, V, int) {}
  template <class T>
  static void add(V&, T, V) {}
};
template <class T>
struct PartLeft {
  using V = Vec<T>;
  SEQNN_INLINE static V read(const T* p, int n) { return loadLanes(p, n); }
  SEQNN_INLINE static void write(T* p, V v, int n) { storeLanes(p, v, n); }
  SEQNN_INLINE static void add(V& sum, T x, V w) { sum += splat(x) * w; }
};
#if defined(SEQNN_QUADS)
template <class T>
struct FourLeft {
  using V = typename Quad<T>::type;
  using Loose = typename Quad<T>::loose;
  SEQNN_INLINE static V read(const T* p, int) { return *reinterpret_cast<const Loose*>(p); }
  SEQNN_INLINE static void write(T* p, V v, int) { *reinterpret_cast<Loose*>(p) = v; }
  SEQNN_INLINE static void add(V& sum, T x, V w) { sum += (x - V{}) * w; }
};
#endif

template <class T, class Left, int First, int... I>
SEQNN_INLINE void addRow([[maybe_unused]] Vec<T>* sums, typename Left::V& left, T x, [[maybe_unused]] const Vec<T>* w,
                         typename Left::V wLeft, std::integer_sequence<int, I...>) {
  ((sums[First + I] += splat(x) * w[I]), ...);
  Left::add(left, x, wLeft);
}

template <class T, int First, int... I>
SEQNN_INLINE void startRow([[maybe_unused]] Vec<T>* sums, [[maybe_unused]] const T* bias,
                           std::integer_sequence<int, I...>) {
  ((sums[First + I] = bias ? load(bias + I * kLanes<T>) : Vec<T>{}), ...);
}
template <class T, int First, int... I>
SEQNN_INLINE void storeRow([[maybe_unused]] T* y, [[maybe_unused]] const Vec<T>* sums,
                           std::integer_sequence<int, I...>) {
  (store(y + I * kLanes<T>, sums[First + I]), ...);
}

// The units from `unit` on, V vectors of them and what is left, of the rows from `row` on.
template <class T, int V, class Left, int... R>
SEQNN_INLINE void sumsOfRows(const RowOperands<T>& o, int row, int unit, int left, std::integer_sequence<int, R...>) {
  constexpr int kRows = sizeof...(R), L = kLanes<T>;
  constexpr auto kAll = std::make_integer_sequence<int, V>();
  Vec<T> sums[kRows * V + 1];
  typename Left::V rest[kRows] = {};
  const T* const bias = o.bias ? o.bias + unit : nullptr;
  (startRow<T, R * V>(sums, bias, kAll), ...);
  if (bias) ((rest[R] = Left::read(bias + V * L, left)), ...);
  for (int tap = 0; tap < o.count; ++tap) {
    const T* x = o.taps[tap].x + row * o.xRow;
    const T* w = o.taps[tap].w + unit;
    for (int k = 0; k < o.columns; ++k, x += o.xColumn, w += o.wColumn) {
      Vec<T> ws[V + 1];
      for (int v = 0; v < V; ++v) ws[v] = load(w + v * L);
      const typename Left::V wLeft = Left::read(w + V * L, left);
      (addRow<T, Left, R * V>(sums, rest[R], x[R * o.xRow], ws, wLeft, kAll), ...);
    }
  }
  T* const y = o.y + row * o.yRow + unit;
  (storeRow<T, R * V>(y + R * o.yRow, sums, kAll), ...);
  (Left::write(y + R * o.yRow + V * L, rest[R], left), ...);
}

#if defined(SEQNN_QUADS)
template <class T>
using FourOf = std::conditional_t<(kLanes<T> > 4), FourLeft<T>, PartLeft<T>>;
#else
template <class T>
using FourOf = PartLeft<T>;
#endif

template <class T>
using RowTileFn = void (*)(const RowOperands<T>&, int row, int unit, int left);

template <class T, int V, class Left, int R>
void rowTile(const RowOperands<T>& o, int row, int unit, int left) {
  sumsOfRows<T, V, Left>(o, row, unit, left, std::make_integer_sequence<int, R>());
}
template <class T>
struct RowTiles {
  RowTileFn<T> of[kRowsAtOnce];  // by rows - 1
};
template <class T, int V, class Left, int... R>
constexpr RowTiles<T> rowTilesOf(std::integer_sequence<int, R...>) {
  return {{rowTile<T, V, Left, R + 1>...}};
}

// All units of so many rows.
template <class T>
void sumRows(const RowOperands<T>& o, int rows, int units) {
  constexpr auto kAll = std::make_integer_sequence<int, kRowsAtOnce>();
  static constexpr RowTiles<T> kTwo = rowTilesOf<T, 2, NothingLeft>(kAll);
  static constexpr RowTiles<T> kLast[][2] = {
      {rowTilesOf<T, 0, PartLeft<T>>(kAll), rowTilesOf<T, 0, FourOf<T>>(kAll)},
      {rowTilesOf<T, 1, PartLeft<T>>(kAll), rowTilesOf<T, 1, FourOf<T>>(kAll)},
  };
  static constexpr RowTiles<T> kOne = rowTilesOf<T, 1, NothingLeft>(kAll);
  constexpr int L = kLanes<T>;
  const Blocks blocks(rows, kRowsAtOnce);
  for (int block = 0; block < blocks.count; ++block) {
    const int row = blocks.first(block), tile = blocks.rows(block) - 1;
    int unit = 0;
    for (; unit + 2 * L <= units; unit += 2 * L) kTwo.of[tile](o, row, unit, 0);
    const int left = (units - unit) % L;
    const RowTiles<T>& last = left ? kLast[(units - unit) / L][left == 4] : kOne;
    if (unit < units) last.of[tile](o, row, unit, left);
  }
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
