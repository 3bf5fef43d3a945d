#pragma once

// Products of a sequence with taps of weights: dense layers (one tap), convolutions and their input gradients.

#include <cstddef>

#include "cpu/simd/activation.h"
#include "runtime/thread_pool.h"

namespace seqnn {
namespace SEQNN_ISA {

// out[t][g*rows + m][lane] = activation(bias[g*rows + m] + sum over taps k, f of
//     w[k*wTap + g*wGroup + m*wRow + f*wColumn] * source[s][g*columns + f][lane])
// with s = (t*scale + k*advance + shift) / divisor; a tap with a remainder or with s outside the source adds nothing.
struct Taps {
  int steps = 0, sourceSteps = 0;
  int lanes = 0;
  int taps = 1, groups = 1;
  int rows = 0, columns = 0;  // of one group
  int64_t wTap = 0, wGroup = 0, wRow = 0, wColumn = 0;
  int64_t scale = 1, advance = 0, shift = 0, divisor = 1;
  Activation activation = Activation::linear;

  double products() const { return 1.0 * steps * lanes * taps * groups * rows * columns; }
  // The source step that tap k of step t reads, or -1.
  int64_t source(int64_t t, int64_t k) const {
    const int64_t at = t * scale + k * advance + shift;
    return at < 0 || at % divisor != 0 || at / divisor >= sourceSteps ? -1 : at / divisor;
  }
};

// The steps t, from `first` to `end`, whose source t * scale + offset is one of so many.
struct StepRange {
  int64_t first, end;
};
inline StepRange stepsWithin(int64_t offset, int64_t scale, int64_t sourceSteps) {
  const int64_t first = offset < 0 ? (-offset + scale - 1) / scale : 0;
  const int64_t end = offset < sourceSteps ? (sourceSteps - 1 - offset) / scale + 1 : 0;
  return {first, end > first ? end : first};
}

template <class T>
size_t tapsWorkspace(const Taps& taps);

// Weights that stay the same for many products: bytes of their packing, 0 where there is none; and the packing.
template <class T>
size_t tapsPackedBytes(const Taps& taps);
template <class T>
void tapsPack(const Taps& taps, const T* w, void* packed);

// source: [sourceSteps, groups*columns, lanes]; packed: what tapsPack wrote, or null; bias: [groups*rows] or null; out:
// [steps, groups*rows, lanes]
template <class T>
void tapsProduct(const Taps& taps, const T* source, const T* w, const void* packed, const T* bias, T* out,
                 ThreadPool& pool, void* workspace);

// The gradient of the weights: dw[k][f][o] = sum over t, lane of x[t*stride + k*dilation - padLeft][f][lane] *
// dy[t][o][lane].
struct TapGradient {
  int steps = 0, sourceSteps = 0;  // of dy and of x
  int lanes = 0;
  int taps = 1, groups = 1;
  int inputs = 0, units = 0;  // of one group
  int64_t stride = 1, dilation = 1, padLeft = 0;
};

template <class T>
size_t tapGradientWorkspace(const TapGradient& taps);

// x: [sourceSteps, groups*inputs, lanes]; dy: [steps, groups*units, lanes]; dw: [taps, inputs, groups*units]; dbias:
// [groups*units] or null
template <class T>
void tapGradient(const TapGradient& taps, const T* x, const T* dy, T* dw, T* dbias, ThreadPool& pool, void* workspace);

}  // namespace SEQNN_ISA
}  // namespace seqnn
