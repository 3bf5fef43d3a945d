#include "cpu/gemm/tile.h"

#include <utility>

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Accumulators are indexed by constants only (pack expansions, not loops), which keeps them in registers.
constexpr int kWideRows = kRegisters == 32 ? 12 : 6;  // rows of a tile two vectors wide

template <class T, int V, bool Part, int... I>
SEQNN_INLINE void tileBody(const T* w, int ldw, const Segment<T>* segments, int count, int lane, const T* bias, T* c,
                           int64_t ldc, int last, bool accumulate, std::integer_sequence<int, I...>) {
  const auto read = [last](const T* p, int v) { return Part && v == V - 1 ? loadLanes(p, last) : load(p); };
  Vec<T> acc[sizeof...(I)];
  if (accumulate) {
    ((acc[I] = read(c + (I / V) * ldc + (I % V) * kLanes<T>, I % V)), ...);
  } else if (bias) {
    ((acc[I] = splat(bias[I / V])), ...);
  } else {
    ((acc[I] = Vec<T>{}), ...);
  }
  for (int s = 0; s < count; ++s) {
    const int rows = segments[s].rows;
    const int64_t ld = segments[s].ld;
    if (!segments[s].x) {
      w += static_cast<int64_t>(rows) * ldw;
      continue;
    }
    const T* x = segments[s].x + lane;
    for (int k = 0; k < rows; ++k) {
#if defined(__GNUC__)
      // Beside one vector the loads are what limits; there is none to spare.
      if constexpr (V > 1) __builtin_prefetch(reinterpret_cast<const char*>(w) + kPrefetchBytes);
#endif
      Vec<T> xs[V];
      for (int v = 0; v < V; ++v) xs[v] = read(x + v * kLanes<T>, v);
      ((acc[I] += splat(w[I / V]) * xs[I % V]), ...);
      w += ldw;
      x += ld;
    }
  }
  const auto write = [last](T* p, Vec<T> y, int v) {
    if (Part && v == V - 1) {
      storeLanes(p, y, last);
    } else {
      store(p, y);
    }
  };
#if defined(__GNUC__)
  __asm__("" : "+r"(c));  // or the rows' addresses are found, and spilled, before the loop
#endif
  (write(c + (I / V) * ldc + (I % V) * kLanes<T>, acc[I], I % V), ...);
}

// c: [R, V vectors] of an output whose rows are ldc apart; w: packed [k][ldw]; with Part the last vector has `last`
// lanes.
template <class T, int R, int V, bool Part>
void tile(const T* w, int ldw, const Segment<T>* segments, int count, int lane, const T* bias, T* c, int64_t ldc,
          int last, bool accumulate) {
  tileBody<T, V, Part>(w, ldw, segments, count, lane, bias, c, ldc, last, accumulate,
                       std::make_integer_sequence<int, R * V>());
}

template <class T>
using TileFn = void (*)(const T*, int, const Segment<T>*, int, int, const T*, T*, int64_t, int, bool);

template <class T, int Max>
struct TileTable {
  TileFn<T> of[Max];  // by rows - 1
};
template <class T, int V, bool Part, int... R>
constexpr TileTable<T, sizeof...(R)> tilesOf(std::integer_sequence<int, R...>) {
  return {{tile<T, R + 1, V, Part>...}};
}

}  // namespace

template <class T>
void tileRow(const T* w, int rows, const Segment<T>* segments, int count, int lane, const T* bias, T* c, int64_t ldc,
             int lanes, bool accumulate) {
  static constexpr auto kWide = tilesOf<T, 2, false>(std::make_integer_sequence<int, kWideRows>());
  static constexpr auto kOne = tilesOf<T, 1, false>(std::make_integer_sequence<int, kTallRows>());
  static constexpr auto kPart = tilesOf<T, 1, true>(std::make_integer_sequence<int, kTallRows>());
  constexpr int L = kLanes<T>;
  int l = 0;
  for (; l + 2 * L <= lanes; l += 2 * L) {
    const int parts = rows > kWideRows ? 2 : 1;
    for (int part = 0, r = 0; part < parts; ++part) {
      const int n = part + 1 == parts ? rows - r : (rows + 1) / 2;
      kWide.of[n - 1](w + r, rows, segments, count, lane + l, bias ? bias + r : nullptr, c + r * ldc + l, ldc, L,
                      accumulate);
      r += n;
    }
  }
  for (; l + L <= lanes; l += L) kOne.of[rows - 1](w, rows, segments, count, lane + l, bias, c + l, ldc, L, accumulate);
  if (l < lanes) kPart.of[rows - 1](w, rows, segments, count, lane + l, bias, c + l, ldc, lanes - l, accumulate);
}

template void tileRow<float>(const float*, int, const Segment<float>*, int, int, const float*, float*, int64_t, int,
                             bool);
template void tileRow<double>(const double*, int, const Segment<double>*, int, int, const double*, double*, int64_t,
                              int, bool);

}  // namespace SEQNN_ISA
}  // namespace seqnn
