#include "cpu/gemm/blocks.h"
#include "cpu/gemm/gemm.h"
#include "cpu/gemm/lanes.h"
#include "cpu/gemm/taps.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// The steps of dy whose source lies within x for one tap: source = t * stride + offset.
struct Range {
  Range(const TapGradient& p, int tap) {
    const int64_t offset = tap * p.dilation - p.padLeft;
    const StepRange steps = stepsWithin(offset, p.stride, p.sourceSteps);
    first = steps.first;
    const int64_t end = steps.end < p.steps ? steps.end : p.steps;
    count = static_cast<int>(end > first ? end - first : 0);
    source = first * p.stride + offset;
  }
  int64_t first, source;
  int count;
};

// Several taps, each too small for several threads, are shared out among them.
int tasksOf(const TapGradient& p) {
  if (gemmTasks(p.inputs, p.units, p.steps * p.lanes) > 1) return 1;
  const double rows = 1.0 * p.steps * p.lanes * p.groups, products = rows * p.taps * p.inputs * p.units;
  return lesser(tasksFor(products, rows * (p.inputs + p.units)), p.taps * p.groups);
}

}  // namespace

template <class T>
size_t tapGradientWorkspace(const TapGradient& p) {
  return alignUp(lanesOuterWorkspace<T>(p.inputs, p.units, p.steps, p.lanes)) * static_cast<size_t>(tasksOf(p));
}

template <class T>
void tapGradient(const TapGradient& p, const T* x, const T* dy, T* dw, T* dbias, ThreadPool& pool, void* workspace) {
  const int64_t lanes = p.lanes, width = static_cast<int64_t>(p.groups) * p.units;
  const int64_t stepX = p.groups * p.inputs * lanes, stepY = width * lanes;
  const auto ofTap = [&](int k, int g, void* space) {
    const Range range(p, k);
    // With no step in range only the zeros are written; the pointers then stay where they are valid.
    const T* from = range.count ? x + range.source * stepX : x;
    const T* by = range.count ? dy + range.first * stepY : dy;
    lanesOuter<T>(from + g * p.inputs * lanes, p.stride * stepX, lanes, p.inputs, by + g * p.units * lanes, stepY,
                  lanes, p.units, range.count, p.lanes, dw + k * p.inputs * width + g * p.units, width, false, pool,
                  space);
  };
  const int pairs = p.taps * p.groups, tasks = lesser(tasksOf(p), pool.threads());
  const Blocks share(pairs, tasks > 0 ? (pairs + tasks - 1) / tasks : 1);
  const size_t slice = alignUp(lanesOuterWorkspace<T>(p.inputs, p.units, p.steps, p.lanes));
  pool.parallel(share.count, [&](int task) {
    for (int pair = share.first(task); pair < share.first(task) + share.rows(task); ++pair) {
      ofTap(pair / p.groups, pair % p.groups, static_cast<char*>(workspace) + slice * static_cast<size_t>(task));
    }
  });
  if (dbias) lanesSum<T>(dy, stepY, lanes, static_cast<int>(width), p.steps, p.lanes, dbias, false);
}

#define SEQNN_TAP_GRADIENT(T)                                  \
  template size_t tapGradientWorkspace<T>(const TapGradient&); \
  template void tapGradient<T>(const TapGradient&, const T*, const T*, T*, T*, ThreadPool&, void*);
SEQNN_TAP_GRADIENT(float)
SEQNN_TAP_GRADIENT(double)
#undef SEQNN_TAP_GRADIENT

}  // namespace SEQNN_ISA
}  // namespace seqnn
