#pragma once

// Rows along one axis of [outer, count, inner], vector by vector. With inner == 1 a row is dense and sums go across
// lanes; otherwise every lane is a row of its own. Kernels are written once over Line<T, across>.

#include "cpu/ops/operands.h"
#include "cpu/simd/basic.h"

namespace seqnn {
namespace SEQNN_ISA {

template <class T, bool across>
struct Line {
  int64_t steps;   // vectors of one row (across) or elements of each of the lanes' rows
  int64_t stride;  // elements between steps
  int lanes;       // of the last step (across) or of every step

  SEQNN_INLINE int lanesAt(int64_t k) const { return !across || k + 1 == steps ? lanes : kLanes<T>; }
  SEQNN_INLINE Vec<T> load(const T* p, int64_t k, Vec<T> filler) const {
    const int n = lanesAt(k);
    if (n == kLanes<T>) return SEQNN_ISA::load(p + k * stride);
    if (!across) return loadPart(p + k * stride, n);  // unused rows may hold anything
    return select(SEQNN_ISA::load(kLaneNumbers<T>) < splat(static_cast<T>(n)), loadPart(p + k * stride, n), filler);
  }
  SEQNN_INLINE Vec<T> load(const T* p, int64_t k) const { return loadLanes(p + k * stride, lanesAt(k)); }
  SEQNN_INLINE void store(T* p, int64_t k, Vec<T> v) const { storeLanes(p + k * stride, v, lanesAt(k)); }
  // A parameter with one value per position of the axis.
  SEQNN_INLINE Vec<T> parameter(const T* p, int64_t k) const { return across ? load(p, k) : splat(p[k]); }

  static SEQNN_INLINE Vec<T> total(Vec<T> v) {
    return across ? joinLanes<T>(v, [](Vec<T> a, Vec<T> b) { return a + b; }) : v;
  }
  static SEQNN_INLINE Vec<T> greatest(Vec<T> v) { return across ? joinLanes<T>(v, nanMax<T>) : v; }
  // One value per row: a scalar of its own, or one lane each.
  SEQNN_INLINE Vec<T> loadRow(const T* p) const { return across ? splat(*p) : loadLanes(p, lanes); }
  SEQNN_INLINE void storeRow(T* p, Vec<T> v) const { storeLanes(p, v, across ? 1 : lanes); }
};

// How the rows of a view are grouped: one row, or one vector of neighbouring rows, at a time.
template <class T>
struct Lines {
  AxisView view;
  int64_t tiles;  // groups per outer index
  Split split;

  explicit Lines(const AxisView& v)
      : view(v),
        tiles(v.inner == 1 ? 1 : (v.inner + kLanes<T> - 1) / kLanes<T>),
        split(splitWork(v.outer * tiles, v.count * (v.inner == 1 ? 1 : kLanes<T>))) {}

  // body(line, offset of the row in the tensor, offset in a tensor of one value per row)
  template <class F>
  SEQNN_INLINE void each(int task, F body) const {
    for (int64_t unit = split.begin(task); unit < split.end(task); ++unit) {
      if (view.inner == 1) {
        const int64_t steps = (view.count + kLanes<T> - 1) / kLanes<T>;
        const int last = static_cast<int>(view.count - (steps - 1) * kLanes<T>);
        body(Line<T, true>{steps, kLanes<T>, last}, unit * view.count, unit);
      } else {
        const int64_t o = unit / tiles, i = unit % tiles * kLanes<T>;
        const int lanes = static_cast<int>(least(kLanes<T>, view.inner - i));
        body(Line<T, false>{view.count, view.inner, lanes}, o * view.count * view.inner + i, o * view.inner + i);
      }
    }
  }
  template <class F>
  void run(ThreadPool& pool, F body) const {
    if (view.size() == 0) return;
    pool.parallel(split.tasks, [&](int task) { each(task, body); });
  }
};

}  // namespace SEQNN_ISA
}  // namespace seqnn
