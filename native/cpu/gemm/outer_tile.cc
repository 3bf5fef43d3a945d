#include "cpu/gemm/outer_tile.h"

#include <utility>

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// One column of the tile: its rows' accumulators share the vector of d.
template <class T, int S, int Column, int... R>
SEQNN_INLINE void addColumn(Vec<T>* acc, const Vec<T>* rows, Vec<T> column, std::integer_sequence<int, R...>) {
  ((acc[R * S + Column] += rows[R] * column), ...);
}

template <class T, int S, int... I, int... R, int... C>
SEQNN_INLINE void outerBody(Rows<T> a, Rows<T> d, int steps, int lanes, T* c, int64_t ldc, bool accumulate,
                            std::integer_sequence<int, I...>, std::integer_sequence<int, R...> ofRows,
                            std::integer_sequence<int, C...>) {
  Vec<T> acc[sizeof...(I)];
  ((acc[I] = Vec<T>{}), ...);
  const int whole = lanes / kLanes<T> * kLanes<T>;
  const int part = lanes - whole;
  // Whole vectors of all steps first: the inner loop then has nothing but loads and multiply-adds.
  for (int t = 0; t < steps; ++t) {
    const T* as = a.data + t * a.step;
    const T* ds = d.data + t * d.step;
    for (int l = 0; l < whole; l += kLanes<T>, as += kLanes<T>, ds += kLanes<T>) {
      const Vec<T> rows[] = {load(as + R * a.ld)...};
      (addColumn<T, S, C>(acc, rows, load(ds + C * d.ld), ofRows), ...);
    }
  }
  for (int t = 0; part && t < steps; ++t) {
    const T* as = a.data + t * a.step + whole;
    const T* ds = d.data + t * d.step + whole;
    const Vec<T> rows[] = {loadLanes(as + R * a.ld, part)...};
    (addColumn<T, S, C>(acc, rows, loadLanes(ds + C * d.ld, part), ofRows), ...);
  }
  const auto put = [accumulate](T* p, T sum) { *p = accumulate ? *p + sum : sum; };
  (put(c + (I / S) * ldc + I % S, sumLanes(acc[I])), ...);
}

template <class T, int R, int S>
void outerTile(Rows<T> a, Rows<T> d, int steps, int lanes, T* c, int64_t ldc, bool accumulate) {
  outerBody<T, S>(a, d, steps, lanes, c, ldc, accumulate, std::make_integer_sequence<int, R * S>(),
                  std::make_integer_sequence<int, R>(), std::make_integer_sequence<int, S>());
}

template <class T>
using OuterFn = void (*)(Rows<T>, Rows<T>, int, int, T*, int64_t, bool);
template <class T>
struct OuterTable {
  OuterFn<T> of[kOuterRows * kOuterColumns];  // by (rows - 1) * kOuterColumns + columns - 1
};
template <class T, int... I>
constexpr OuterTable<T> outersOf(std::integer_sequence<int, I...>) {
  return {{outerTile<T, I / kOuterColumns + 1, I % kOuterColumns + 1>...}};
}

}  // namespace

template <class T>
void outerTiles(Rows<T> a, int M, Rows<T> d, int N, int steps, int lanes, T* c, int64_t ldc, bool accumulate, int first,
                int last) {
  static constexpr auto kTiles = outersOf<T>(std::make_integer_sequence<int, kOuterRows * kOuterColumns>());
  const Blocks rows(M, kOuterRows), columns(N, kOuterColumns);
  for (int tile = first; tile < last; ++tile) {
    const int row = tile % rows.count, column = tile / rows.count;
    const int m = rows.first(row), n = columns.first(column);
    kTiles.of[(rows.rows(row) - 1) * kOuterColumns + columns.rows(column) - 1]({a.data + m * a.ld, a.step, a.ld},
                                                                               {d.data + n * d.ld, d.step, d.ld}, steps,
                                                                               lanes, c + m * ldc + n, ldc, accumulate);
  }
}

template void outerTiles<float>(Rows<float>, int, Rows<float>, int, int, int, float*, int64_t, bool, int, int);
template void outerTiles<double>(Rows<double>, int, Rows<double>, int, int, int, double*, int64_t, bool, int, int);

}  // namespace SEQNN_ISA
}  // namespace seqnn
