#pragma once

// A recurrent layer as NVIDIA's documentation of cuDNN has it, in plain loops: what emulate/dnn.cc computes.
//   RELU, TANH  h = act(W x + R h' + bW + bR)
//   LSTM        gates 0..3 are i, f, g, o:  c = f c' + i g,  h = o tanh(c)
//   GRU         gates 0..2 are r, u, n:  n = tanh(W x + bW + r (R h' + bR)),  h = (1 - u) n + u h'

#include <cmath>
#include <vector>

#include "cuda/dnn.h"
#include "runtime/error.h"

namespace seqnn {
namespace cuda {
namespace emulate {

struct DnnSizes {
  DnnCell cell;
  int64_t T, B, F, H;
  int gates() const { return cell == DnnCell::lstm ? 4 : cell == DnnCell::gru ? 3 : 1; }

  // The space of weights, in elements: last matrix first, each behind its bias, with an unused element between.
  int64_t rowOf(int m) const { return m < gates() ? F : H; }
  int64_t biasAt(int m) const {
    int64_t at = 0;
    for (int k = 2 * gates() - 1; k > m; --k) at += H + H * rowOf(k) + 1;
    return at;
  }
  int64_t matrixAt(int m) const { return biasAt(m) + H; }
  int64_t weights() const { return biasAt(-1); }

  // The reserve, in elements: which function may come next, then per step and sample five rows of H. They are the
  // gates, the memory of an LSTM last, fourth a GRU's R h' + bR of its candidate; then the gradients of the gates'
  // sums.
  enum Next { kBackwardData = 1, kBackwardWeights = 2 };
  int64_t row(int64_t s, int64_t b, int r) const { return 1 + ((s * B + b) * 5 + r) * H; }
  int64_t reserve() const { return row(T, 0, 0); }
};

// The operands that the three functions have in common; null where there is none.
template <class T>
struct DnnData {
  DnnSizes n;
  const T *x, *h0, *c0;  // [T, B, F], [B, H], [B, H]
  T* y;                  // [T, B, H]
  const T* weights;
  T* reserve;

  T before(int64_t s, int64_t b, int64_t h) const {
    return s > 0 ? y[((s - 1) * n.B + b) * n.H + h] : h0 ? h0[b * n.H + h] : T(0);
  }
  T memoryBefore(int64_t s, int64_t b, int64_t h) const {
    return s > 0 ? reserve[n.row(s - 1, b, 4) + h] : c0 ? c0[b * n.H + h] : T(0);
  }
};

template <class T>
T dnnSigmoid(T v) {
  return T(1) / (T(1) + std::exp(-v));
}

// `reserve` is memory even where nothing shall be kept.
template <class T>
void dnnForward(const DnnData<T>& d, T* hLast, T* cLast) {
  const DnnSizes& n = d.n;
  const int G = n.gates();
  for (int64_t i = 0; i < n.T * n.B * n.H; ++i) {
    const int64_t h = i % n.H, b = i / n.H % n.B, s = i / n.H / n.B;
    const auto product = [&](int m) {
      T sum = d.weights[n.biasAt(m) + h];
      for (int64_t k = 0; k < n.rowOf(m); ++k) {
        const T operand = m < G ? d.x[(s * n.B + b) * n.F + k] : d.before(s, b, k);
        sum += d.weights[n.matrixAt(m) + h * n.rowOf(m) + k] * operand;
      }
      return sum;
    };
    const auto keep = [&](int r, T value) { return d.reserve[n.row(s, b, r) + h] = value; };
    const auto sum = [&](int g) { return product(g) + product(G + g); };
    T& y = d.y[i];
    if (n.cell == DnnCell::lstm) {
      const T in = keep(0, dnnSigmoid(sum(0))), forget = keep(1, dnnSigmoid(sum(1)));
      const T candidate = keep(2, std::tanh(sum(2))), out = keep(3, dnnSigmoid(sum(3)));
      y = out * std::tanh(keep(4, forget * d.memoryBefore(s, b, h) + in * candidate));
    } else if (n.cell == DnnCell::gru) {
      const T reset = keep(0, dnnSigmoid(sum(0))), update = keep(1, dnnSigmoid(sum(1)));
      const T candidate = keep(2, std::tanh(product(2) + reset * keep(3, product(5))));
      y = (T(1) - update) * candidate + update * d.before(s, b, h);
    } else {
      const T v = sum(0);
      y = n.cell == DnnCell::tanh ? std::tanh(v) : v > T(0) ? v : T(0);
    }
    if (s < n.T - 1) continue;
    if (hLast) hLast[b * n.H + h] = y;
    if (cLast) cLast[b * n.H + h] = d.reserve[n.row(s, b, 4) + h];
  }
  d.reserve[0] = T(DnnSizes::kBackwardData);
}

inline void dnnExpect(double found, DnnSizes::Next wanted) {
  if (found != wanted) fail("emulation: cuDNN's reserve is not from the call that must come before this one");
}

// The row of the reserve that has the gradient of what matrix m makes.
inline int dnnGradientRow(const DnnSizes& n, int m) { return n.cell == DnnCell::gru && m == 5 ? 3 : m % n.gates(); }

template <class T>
void dnnBackwardData(const DnnData<T>& d, const T* dy, const T* dhLast, const T* dcLast, T* dx, T* dh0, T* dc0) {
  const DnnSizes& n = d.n;
  dnnExpect(static_cast<double>(d.reserve[0]), DnnSizes::kBackwardData);
  d.reserve[0] = T(DnnSizes::kBackwardWeights);
  std::vector<T> dh(static_cast<size_t>(n.B * n.H)), dc(dh.size()), through(dh.size());
  for (size_t i = 0; i < dh.size(); ++i) {
    dh[i] = dhLast ? dhLast[i] : T(0);
    dc[i] = dcLast ? dcLast[i] : T(0);
  }
  for (int64_t s = n.T - 1; s >= 0; --s) {
    for (int64_t i = 0; i < n.B * n.H; ++i) {
      const int64_t b = i / n.H, h = i % n.H;
      T* const row = d.reserve + n.row(s, b, 0) + h;
      T &r0 = row[0], &r1 = row[n.H], &r2 = row[2 * n.H], &r3 = row[3 * n.H];
      const size_t at = static_cast<size_t>(i);
      const T g = dh[at] + dy[s * n.B * n.H + i], y = d.y[s * n.B * n.H + i];
      through[at] = 0;
      if (n.cell == DnnCell::lstm) {
        const T tanhC = std::tanh(row[4 * n.H]), memory = dc[at] + g * r3 * (T(1) - tanhC * tanhC);
        dc[at] = memory * r1;
        r3 = g * tanhC * r3 * (T(1) - r3);
        r1 = memory * d.memoryBefore(s, b, h) * r1 * (T(1) - r1);
        const T in = r0;
        r0 = memory * r2 * in * (T(1) - in);
        r2 = memory * in * (T(1) - r2 * r2);
      } else if (n.cell == DnnCell::gru) {
        const T sum = g * (T(1) - r1) * (T(1) - r2 * r2);
        through[at] = g * r1;
        r1 = g * (d.before(s, b, h) - r2) * r1 * (T(1) - r1);
        r2 = sum;
        const T reset = r0;
        r0 = sum * r3 * reset * (T(1) - reset);
        r3 = sum * reset;
      } else {
        r0 = n.cell == DnnCell::tanh ? g * (T(1) - y * y) : y > T(0) ? g : T(0);
      }
    }
    // What went into the products gets the matrices, turned, times the gradients of what came out.
    for (int64_t b = 0; b < n.B; ++b) {
      for (int m = 0; m < 2 * n.gates(); ++m) {
        const int64_t size = n.rowOf(m);
        const T* const out = d.reserve + n.row(s, b, dnnGradientRow(n, m));
        for (int64_t k = 0; k < size; ++k) {
          T& to = m < n.gates() ? dx[(s * n.B + b) * n.F + k] : through[static_cast<size_t>(b * n.H + k)];
          T sum = m == 0 ? T(0) : to;
          for (int64_t h = 0; h < n.H; ++h) sum += d.weights[n.matrixAt(m) + h * size + k] * out[h];
          to = sum;
        }
      }
    }
    dh = through;
  }
  for (size_t i = 0; i < dh.size(); ++i) {
    if (dh0) dh0[i] = dh[i];
    if (dc0) dc0[i] = dc[i];
  }
}

template <class T>
void dnnBackwardWeights(const DnnData<T>& d, T* dWeights) {
  const DnnSizes& n = d.n;
  dnnExpect(static_cast<double>(d.reserve[0]), DnnSizes::kBackwardWeights);
  for (int m = 0; m < 2 * n.gates(); ++m) {
    for (int64_t i = 0; i < n.T * n.B * n.H; ++i) {
      const int64_t h = i % n.H, b = i / n.H % n.B, s = i / n.H / n.B;
      const T out = d.reserve[n.row(s, b, dnnGradientRow(n, m)) + h];
      dWeights[n.biasAt(m) + h] += out;
      for (int64_t k = 0; k < n.rowOf(m); ++k) {
        const T operand = m < n.gates() ? d.x[(s * n.B + b) * n.F + k] : d.before(s, b, k);
        dWeights[n.matrixAt(m) + h * n.rowOf(m) + k] += out * operand;
      }
    }
  }
}

}  // namespace emulate
}  // namespace cuda
}  // namespace seqnn
