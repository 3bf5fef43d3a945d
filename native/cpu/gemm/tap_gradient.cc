#include "cpu/gemm/lanes.h"
#include "cpu/gemm/taps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// The steps of dy whose source lies within x for one tap: source = t * stride + offset.
struct Range {
  Range(const TapGradient& p, int tap) {
    const int64_t offset = tap * p.dilation - p.padLeft;
    first = offset < 0 ? (-offset + p.stride - 1) / p.stride : 0;
    const int64_t end = offset < p.sourceSteps ? (p.sourceSteps - 1 - offset) / p.stride + 1 : 0;
    const int64_t inside = end < p.steps ? end : p.steps;
    count = static_cast<int>(inside > first ? inside - first : 0);
    source = first * p.stride + offset;
  }
  int64_t first, source;
  int count;
};

}  // namespace

template <class T>
size_t tapGradientWorkspace(const TapGradient& p) {
  return lanesOuterWorkspace<T>(p.inputs, p.units, p.steps, p.lanes);
}

template <class T>
void tapGradient(const TapGradient& p, const T* x, const T* dy, T* dw, T* dbias, ThreadPool& pool, void* workspace) {
  const int64_t lanes = p.lanes, width = static_cast<int64_t>(p.groups) * p.units;
  const int64_t stepX = p.groups * p.inputs * lanes, stepY = width * lanes;
  for (int k = 0; k < p.taps; ++k) {
    const Range range(p, k);
    for (int g = 0; g < p.groups; ++g) {
      // With no step in range only the zeros are written; the pointers then stay where they are valid.
      const T* from = range.count ? x + range.source * stepX : x;
      const T* by = range.count ? dy + range.first * stepY : dy;
      lanesOuter<T>(from + g * p.inputs * lanes, p.stride * stepX, lanes, p.inputs, by + g * p.units * lanes, stepY,
                    lanes, p.units, range.count, p.lanes, dw + k * p.inputs * width + g * p.units, width, false, pool,
                    workspace);
    }
  }
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
