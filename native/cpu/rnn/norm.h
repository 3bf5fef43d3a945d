#pragma once

// Layer normalization (Ba, Kiros & Hinton 2016) of some blocks of H rows, in every lane for itself: the mean, then the
// variance around it, as layerNorm computes them. Sums run over the rows in an order that their number fixes.

#include "cpu/rnn/steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Blocks of a gate buffer that are normalised together.
struct NormSpan {
  int count, block[4];
};

// f(lane, n): n lanes from `lane` on, n constant but for the last ones.
template <class T, class F>
SEQNN_INLINE void overLanes(int lanes, F f) {
  constexpr int kStep = kLanes<T>;
  int lane = 0;
  for (; lane + kStep <= lanes; lane += kStep) f(lane, kStep);
  if (lane < lanes) f(lane, lanes - lane);
}

// The sum of term(block, row) over a span; four chains hide the latency of the additions.
template <class T, class F>
SEQNN_INLINE Vec<T> sumOver(const NormSpan& span, int H, F term) {
  Vec<T> a = splat<T>(T(0)), b = a, c = a, d = a;
  for (int i = 0; i < span.count; ++i) {
    int u = 0;
    for (; u + 4 <= H; u += 4) {
      a = a + term(i, u);
      b = b + term(i, u + 1);
      c = c + term(i, u + 2);
      d = d + term(i, u + 3);
    }
    for (; u < H; ++u) a = a + term(i, u);
  }
  return (a + b) + (c + d);
}

// The normalised values of a span into `normed` [count * H, lanes], 1 / deviation into `rstd` [lanes].
template <class T>
void normalizeSpan(const Rows<T> gates, int64_t gateStride, const NormSpan span, int H, int lanes, T epsilon,
                   const Rows<T> normed, T* rstd) {
  const Vec<T> count = splat<T>(static_cast<T>(span.count * H));
  overLanes<T>(lanes, [&](int lane, int n) SEQNN_FLAT {
    const auto at = [&](int i, int u) SEQNN_FLAT {
      return loadLanes<T>(gates.p + span.block[i] * gateStride + u * gates.ld + lane, n);
    };
    const Vec<T> mean = sumOver<T>(span, H, at) / count;
    const Vec<T> variance = sumOver<T>(span, H,
                                       [&](int i, int u) SEQNN_FLAT {
                                         const Vec<T> d = at(i, u) - mean;
                                         return d * d;
                                       }) /
                            count;
    const Vec<T> scale = splat<T>(T(1)) / vsqrt<T>(variance + splat<T>(epsilon));
    storeLanes<T>(rstd + lane, scale, n);
    T* to = normed.p + lane;
    for (int i = 0; i < span.count; ++i) {
      for (int u = 0; u < H; ++u, to += normed.ld) storeLanes<T>(to, (at(i, u) - mean) * scale, n);
    }
  });
}

// What a span's backward pass reads beside the gradients.
template <class T>
struct NormedSpan {
  Rows<const T> normed;    // [count * H, lanes]
  const T* rstd;           // [lanes]
  const T* scale;          // [count * H]
  Rows<T> dScale, dShift;  // [count * H, lanes], to be added to
};

// The blocks of `d` hold the gradients of the scaled and shifted values and get those of the values before the norm.
template <class T>
void normalizeSpanBackward(const Rows<T> d, int64_t gateStride, const NormSpan span, int H, int lanes,
                           const NormedSpan<T> s) {
  const Vec<T> count = splat<T>(static_cast<T>(span.count * H));
  overLanes<T>(lanes, [&](int lane, int n) SEQNN_FLAT {
    // The mean gradient, and the mean of its product with the normalised values.
    Vec<T> sum[2] = {splat<T>(T(0)), splat<T>(T(0))}, withNormed[2] = {sum[0], sum[0]};
    const T *normed = s.normed.p + lane, *scale = s.scale;
    T *dScale = s.dScale.p + lane, *dShift = s.dShift.p + lane;
    for (int i = 0; i < span.count; ++i) {
      const T* from = d.p + span.block[i] * gateStride + lane;
      for (int u = 0; u < H; ++u) {
        const Vec<T> dy = loadLanes<T>(from, n), product = dy * loadLanes<T>(normed, n), factor = splat<T>(*scale);
        storeLanes<T>(dScale, loadLanes<T>(dScale, n) + product, n);
        storeLanes<T>(dShift, loadLanes<T>(dShift, n) + dy, n);
        sum[u & 1] = sum[u & 1] + dy * factor;
        withNormed[u & 1] = withNormed[u & 1] + product * factor;
        from += d.ld, normed += s.normed.ld, dScale += s.dScale.ld, dShift += s.dShift.ld, ++scale;
      }
    }
    const Vec<T> rstd = loadLanes<T>(s.rstd + lane, n);
    const Vec<T> mean = rstd * (sum[0] + sum[1]) / count, slope = rstd * (withNormed[0] + withNormed[1]) / count;
    normed = s.normed.p + lane, scale = s.scale;
    for (int i = 0; i < span.count; ++i) {
      T* to = d.p + span.block[i] * gateStride + lane;
      for (int u = 0; u < H; ++u, to += d.ld, normed += s.normed.ld, ++scale) {
        storeLanes<T>(to, loadLanes<T>(to, n) * (rstd * splat<T>(*scale)) - mean - loadLanes<T>(normed, n) * slope, n);
      }
    }
  });
}

// Of a cell's buffers, the part of the values from number `first` on that are normalised as norm number `norm`.
template <class T>
NormedSpan<T> normedSpan(const CellConstants<T>& cell, const BackwardBlock<T>& b, int normed, int first, int norm) {
  const auto rows = [&](const Rows<T>& r) { return Rows<T>{r.p + first * r.ld, r.ld}; };
  return {{b.normed.p + first * b.normed.ld, b.normed.ld},
          b.normed.p + (normed + norm) * b.normed.ld,
          cell.norm.scale + first,
          rows(b.dScale),
          rows(b.dShift)};
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
