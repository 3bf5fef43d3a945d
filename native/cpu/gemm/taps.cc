#include "cpu/gemm/taps.h"

#include "cpu/gemm/blocks.h"
#include "cpu/gemm/gemm.h"
#include "cpu/gemm/lanes.h"
#include "cpu/gemm/taps_by_rows.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T, class F>
void activateRun(const F& f, T* y, int64_t count) {
  for (int64_t i = 0; i < count; i += kLanes<T>) {
    const int n = lesser(count - i, kLanes<T>);
    storeLanes(y + i, f.template value<T>(loadLanes(y + i, n)), n);
  }
}

// y: [rows, count], rows ld apart
template <class T>
void activateRows(Activation activation, T* y, int rows, int64_t ld, int count) {
  if (activation == Activation::linear) return;
  withActivation(activation, [=](const auto& f) {
    if (ld == count) return activateRun<T>(f, y, ld * rows);
    for (int row = 0; row < rows; ++row) activateRun<T>(f, y + row * ld, count);
  });
}

// ---- Lanes as vectors: all taps accumulate in registers.

template <class T>
bool fillsVectors(const Taps& p) {
  return p.lanes * 2 >= kLanes<T>;
}

template <class T>
size_t packedBytes(const Taps& p) {
  return alignUp(sizeof(T) * static_cast<size_t>(p.groups) * packedLanesSize<T>(p.rows, p.taps * p.columns));
}

// The rows that the taps of step t read, adjacent ones joined; returns their number.
template <class T>
int segmentsOf(const Taps& p, const T* source, int group, int64_t t, int64_t lane, Segment<T>* segments) {
  const int64_t step = static_cast<int64_t>(p.groups) * p.columns * p.lanes;
  int count = 0;
  for (int k = 0; k < p.taps; ++k) {
    const int64_t s = p.source(t, k);
    const T* x = s < 0 ? nullptr : source + s * step + static_cast<int64_t>(group) * p.columns * p.lanes + lane;
    Segment<T>* const last = count ? segments + count - 1 : nullptr;
    if (last && (x ? last->x && last->x + static_cast<int64_t>(last->rows) * p.lanes == x : !last->x)) {
      last->rows += p.columns;
    } else {
      segments[count++] = {x, p.lanes, p.columns};
    }
  }
  return count;
}

int tasksOf(const Taps& p) { return tasksFor(p.products(), 1.0 * p.steps * p.lanes * p.groups * (p.rows + p.columns)); }

template <class T>
void byLanes(const Taps& p, const T* source, const T* packed, const T* bias, T* out, ThreadPool& pool,
             Segment<T>* segments) {
  const int depth = p.taps * p.columns;
  const int64_t ofGroup = static_cast<int64_t>(p.rows) * depth;
  const int tasks = lesser(tasksOf(p), pool.threads());
  // Steps are shared out where there are enough of them, else pairs of vectors of lanes.
  const bool bySteps = p.steps >= tasks;
  const int unit = bySteps ? 1 : 2 * kLanes<T>;
  const int units = ((bySteps ? p.steps : p.lanes) + unit - 1) / unit;
  const Blocks share(units, (units + tasks - 1) / tasks);
  const int64_t outStep = static_cast<int64_t>(p.groups) * p.rows * p.lanes;
  pool.parallel(share.count, [&](int task) {
    const int first = share.first(task) * unit, size = share.rows(task) * unit;
    const int t0 = bySteps ? first : 0, t1 = bySteps ? first + size : p.steps;
    const int lane = bySteps ? 0 : first, lanes = bySteps ? p.lanes : lesser(p.lanes - first, size);
    Segment<T>* const own = segments + static_cast<int64_t>(task) * p.taps;
    for (int t = t0; t < t1; ++t) {
      T* const c = out + t * outStep + lane;
      for (int g = 0; g < p.groups; ++g) {
        const int count = segmentsOf(p, source, g, t, lane, own);
        lanesGemm(packed + g * ofGroup, p.rows, depth, own, count, bias ? bias + g * p.rows : nullptr,
                  c + static_cast<int64_t>(g) * p.rows * p.lanes, p.lanes, lanes, false);
      }
      activateRows(p.activation, c, p.groups * p.rows, p.lanes, lanes);
    }
  });
}

// ---- Few lanes: each is a row-major product over the steps, vectors run over the units.

template <class T>
size_t rowWorkspace(const Taps& p) {
  return TapsByRows<T>::takes(p) ? TapsByRows<T>(p, tasksOf(p)).workspace()
                                 : gemmWorkspace<T>(p.steps, p.rows, p.columns);
}

template <class T>
size_t rowBytes(const Taps& p) {
  return p.lanes == 1 ? 0 : alignUp(sizeof(T) * static_cast<size_t>(p.steps) * static_cast<size_t>(p.groups * p.rows));
}

template <class T>
void startRows(T* y, int64_t steps, int width, const T* bias) {
  for (int64_t t = 0; t < steps; ++t, y += width) {
    for (int m = 0; m < width; ++m) y[m] = bias ? bias[m] : T(0);
  }
}

template <class T>
void addTap(const Taps& p, const T* source, const T* w, int g, int k, int lane, T* y, ThreadPool& pool,
            void* workspace) {
  int64_t first = 0, last = p.steps - 1;  // steps with a source; in between every `apart`-th has one
  while (first <= last && p.source(first, k) < 0) ++first;
  while (last >= first && p.source(last, k) < 0) --last;
  if (first > last) return;
  const int64_t apart = p.divisor, sourceStep = static_cast<int64_t>(p.groups) * p.columns * p.lanes;
  const int width = p.groups * p.rows;
  const T* x = source + p.source(first, k) * sourceStep + static_cast<int64_t>(g) * p.columns * p.lanes + lane;
  const Factor<T> a = matrix<T>(x, p.scale * sourceStep, p.lanes, p.columns);
  const Factor<T> b = matrix<T>(w + k * p.wTap + g * p.wGroup, p.wRow, p.wColumn, p.columns);
  gemm<T>(static_cast<int>((last - first) / apart + 1), p.rows, p.columns, a, b, y + first * width + g * p.rows,
          apart * width, true, pool, workspace);
}

template <class T>
void byProducts(const Taps& p, const T* source, const T* w, const T* bias, int lane, T* y, ThreadPool& pool,
                void* workspace) {
  startRows(y, p.steps, p.groups * p.rows, bias);
  for (int g = 0; g < p.groups; ++g) {
    for (int k = 0; k < p.taps; ++k) addTap(p, source, w, g, k, lane, y, pool, workspace);
  }
}

template <class T>
void byRows(const Taps& p, const T* source, const T* w, const T* bias, T* out, ThreadPool& pool, void* workspace) {
  void* const space = static_cast<char*>(workspace) + rowBytes<T>(p);
  const int width = p.groups * p.rows;
  const bool tiled = TapsByRows<T>::takes(p);
  const TapsByRows<T> rows(p, tasksOf(p));
  const RowWeights<T> weights = tiled ? rows.rowsInnermost(w, space) : RowWeights<T>{};
  for (int lane = 0; lane < p.lanes; ++lane) {
    T* const y = p.lanes == 1 ? out : static_cast<T*>(workspace);
    if (tiled) {
      rows.run(source, weights, bias, lane, y, pool, space);
    } else {
      byProducts(p, source, w, bias, lane, y, pool, space);
    }
    activateRows(p.activation, y, p.steps, width, width);
    if (p.lanes == 1) continue;
    const int64_t count = static_cast<int64_t>(p.steps) * width;
    for (int64_t i = 0; i < count; ++i) out[i * p.lanes + lane] = y[i];
  }
}

}  // namespace

template <class T>
size_t tapsWorkspace(const Taps& p) {
  if (fillsVectors<T>(p)) {
    return packedBytes<T>(p) +
           alignUp(sizeof(Segment<T>) * static_cast<size_t>(p.taps) * static_cast<size_t>(tasksOf(p)));
  }
  return rowBytes<T>(p) + rowWorkspace<T>(p);
}

template <class T>
size_t tapsPackedBytes(const Taps& p) {
  return fillsVectors<T>(p) ? packedBytes<T>(p) : 0;
}

template <class T>
void tapsPack(const Taps& p, const T* w, void* packed) {
  const int depth = p.taps * p.columns;
  for (int g = 0; g < p.groups; ++g) {
    T* const ofGroup = static_cast<T*>(packed) + static_cast<int64_t>(g) * p.rows * depth;
    for (int k = 0; k < p.taps; ++k) {
      packLanes(w + k * p.wTap + g * p.wGroup, p.wRow, p.wColumn, p.rows, p.columns, ofGroup, k * p.columns, depth);
    }
  }
}

template <class T>
void tapsProduct(const Taps& p, const T* source, const T* w, const void* packed, const T* bias, T* out,
                 ThreadPool& pool, void* workspace) {
  if (p.steps == 0 || p.lanes == 0 || p.rows == 0) return;
  if (!fillsVectors<T>(p)) return byRows(p, source, w, bias, out, pool, workspace);
  if (!packed) {
    tapsPack(p, w, workspace);
    packed = workspace;
  }
  auto* const segments = reinterpret_cast<Segment<T>*>(static_cast<char*>(workspace) + packedBytes<T>(p));
  byLanes(p, source, static_cast<const T*>(packed), bias, out, pool, segments);
}

#define SEQNN_TAPS(T)                                      \
  template size_t tapsWorkspace<T>(const Taps&);           \
  template size_t tapsPackedBytes<T>(const Taps&);         \
  template void tapsPack<T>(const Taps&, const T*, void*); \
  template void tapsProduct<T>(const Taps&, const T*, const T*, const void*, const T*, T*, ThreadPool&, void*);
SEQNN_TAPS(float)
SEQNN_TAPS(double)
#undef SEQNN_TAPS

}  // namespace SEQNN_ISA
}  // namespace seqnn
