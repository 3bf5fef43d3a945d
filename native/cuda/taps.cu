// Products of a sequence with taps of weights (cpu/gemm/taps.h) on the device: dense layers, convolutions, their
// gradients.

#include "cpu/gemm/taps.h"
#include "cuda/product.h"
#include "cuda/sums.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
struct TapOperands {
  Taps t;
  const T *source, *w, *bias;
  T* out;

  __device__ T left(int g, int64_t m, int64_t k) const {
    return w[k / t.columns * t.wTap + g * t.wGroup + m * t.wRow + k % t.columns * t.wColumn];
  }
  __device__ T right(int g, int64_t k, int64_t n) const {
    const int64_t step = n / t.lanes, lane = n % t.lanes, tap = k / t.columns, f = k % t.columns;
    const int64_t at = step * t.scale + tap * t.advance + t.shift;
    if (at < 0 || at % t.divisor != 0 || at / t.divisor >= t.sourceSteps) return T(0);
    return source[(at / t.divisor * t.groups * t.columns + int64_t(g) * t.columns + f) * t.lanes + lane];
  }
  __device__ void store(int g, int64_t m, int64_t n, T sum) const {
    const int64_t row = int64_t(g) * t.rows + m;
    const T v = bias ? sum + bias[row] : sum;
    out[(n / t.lanes * t.groups * t.rows + row) * t.lanes + n % t.lanes] = activate<T>(t.activation, v);
  }
  // A dense layer: one product where features lie innermost, else one for every step.
  bool plain(PlainProduct<T>& as) const {
    if (t.taps != 1 || t.groups != 1 || t.scale != 1 || t.shift != 0 || t.divisor != 1 || t.sourceSteps < t.steps)
      return false;
    const int64_t rows = t.rows, columns = t.columns, lanes = t.lanes;
    as.M = rows;
    as.K = columns;
    as.a = {w, t.wRow, t.wColumn, 0};
    if (lanes == 1) {
      as.N = t.steps;
      as.count = 1;
      as.b = {source, 1, columns, 0};
      as.c = {out, 1, rows, 0};
    } else {
      as.N = lanes;
      as.count = t.steps;
      as.b = {source, lanes, 1, columns * lanes};
      as.c = {out, lanes, 1, rows * lanes};
    }
    as.storesAgain = bias || t.activation != Activation::linear;
    return true;
  }
};

ProductShape shapeOf(const Taps& t) {
  return {t.rows,   int64_t(t.steps) * t.lanes,    int64_t(t.taps) * t.columns,
          t.groups, t.wColumn == 1 && t.wRow != 1, t.lanes == 1};
}

template <class T>
struct TapGradientOperands {
  TapGradient t;
  const T *x, *dy;
  T* dw;

  // z is a tap of a group.
  __device__ T left(int z, int64_t m, int64_t k) const {
    const int64_t tap = z / t.groups, g = z % t.groups, step = k / t.lanes, lane = k % t.lanes;
    const int64_t at = step * t.stride + tap * t.dilation - t.padLeft;
    if (at < 0 || at >= t.sourceSteps) return T(0);
    return x[(at * t.groups * t.inputs + g * t.inputs + m) * t.lanes + lane];
  }
  __device__ T right(int z, int64_t k, int64_t n) const {
    const int64_t g = z % t.groups, step = k / t.lanes, lane = k % t.lanes;
    return dy[(step * t.groups * t.units + g * t.units + n) * t.lanes + lane];
  }
  __device__ void store(int z, int64_t m, int64_t n, T sum) const {
    const int64_t tap = z / t.groups, g = z % t.groups;
    dw[(tap * t.inputs + m) * t.groups * t.units + g * t.units + n] = sum;
  }
  // Of a dense layer: one product, or the sum of those of all steps.
  bool plain(PlainProduct<T>& as) const {
    if (t.taps != 1 || t.groups != 1 || t.stride != 1 || t.padLeft != 0 || t.sourceSteps < t.steps) return false;
    const int64_t inputs = t.inputs, units = t.units, lanes = t.lanes;
    as.M = inputs;
    as.N = units;
    as.c = {dw, units, 1, 0};
    if (lanes == 1) {
      as.K = t.steps;
      as.count = 1;
      as.a = {x, 1, inputs, 0};
      as.b = {dy, units, 1, 0};
    } else {
      as.K = lanes;
      as.count = t.steps;
      as.a = {x, lanes, 1, inputs * lanes};
      as.b = {dy, 1, lanes, units * lanes};
    }
    return true;
  }
};

ProductShape shapeOf(const TapGradient& t) {
  return {t.inputs, t.units, int64_t(t.steps) * t.lanes, t.taps * t.groups, t.lanes > 1, t.lanes > 1};
}

}  // namespace

template <class T>
size_t tapsWorkspace(const Taps& taps) {
  return productWorkspace<T>(shapeOf(taps));
}

// The products read the weights as they are.
template <class T>
size_t tapsPackedBytes(const Taps&) {
  return 0;
}
template <class T>
void tapsPack(const Taps&, const T*, void*) {}

template <class T>
void tapsProduct(const Taps& taps, const T* source, const T* w, const void*, const T* bias, T* out, ThreadPool& pool,
                 void* workspace) {
  product<T>(queueOf(pool), shapeOf(taps), TapOperands<T>{taps, source, w, bias, out}, workspace);
}

template <class T>
size_t tapGradientWorkspace(const TapGradient& taps) {
  return productWorkspace<T>(shapeOf(taps));
}

template <class T>
void tapGradient(const TapGradient& taps, const T* x, const T* dy, T* dw, T* dbias, ThreadPool& pool, void* workspace) {
  Queue& queue = queueOf(pool);
  product<T>(queue, shapeOf(taps), TapGradientOperands<T>{taps, x, dy, dw}, workspace);
  const int64_t width = int64_t(taps.groups) * taps.units, lanes = taps.lanes;
  if (dbias) sumTerms<T>(queue, width, taps.steps * lanes, StepTerm<T>{dy, width * lanes, lanes}, dbias);
}

#define SEQNN_TAPS(T)                                                                                           \
  template size_t tapsWorkspace<T>(const Taps&);                                                                \
  template size_t tapsPackedBytes<T>(const Taps&);                                                              \
  template void tapsPack<T>(const Taps&, const T*, void*);                                                      \
  template void tapsProduct<T>(const Taps&, const T*, const T*, const void*, const T*, T*, ThreadPool&, void*); \
  template size_t tapGradientWorkspace<T>(const TapGradient&);                                                  \
  template void tapGradient<T>(const TapGradient&, const T*, const T*, T*, T*, ThreadPool&, void*);
SEQNN_TAPS(float)
SEQNN_TAPS(double)
#undef SEQNN_TAPS

}  // namespace cuda
}  // namespace seqnn
