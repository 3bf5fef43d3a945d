#pragma once

// The steps of cells with layer norms (cpu/rnn/lstm_norm_steps.h, gru_norm_steps.h): a thread takes one sample, since a
// norm runs over its units.

#include "cuda/rnn/backward.h"
#include "cuda/rnn/forward.h"

namespace seqnn {
namespace cuda {

// Blocks of H rows that are normalised together; the rows of a sample lie `B` apart, the blocks `stride`.
struct NormSpan {
  int count, block[4];
};
SEQNN_INLINE NormSpan wholeSpan(CellKind kind) {
  return kind == CellKind::lstm ? NormSpan{4, {0, 1, 2, 3}} : NormSpan{3, {kUpdate, kResetGate, kRecurrentPart, 0}};
}
SEQNN_INLINE NormSpan oneBlock(int block) { return NormSpan{1, {block, 0, 0, 0}}; }

template <class T>
SEQNN_INLINE void normalizeSpan(const T* g, int64_t stride, int64_t B, const NormSpan& span, int H, T epsilon,
                                T* normed, T* rstd) {
  const T count = static_cast<T>(span.count * H);
  T mean = 0, variance = 0;
  for (int i = 0; i < span.count; ++i) {
    for (int u = 0; u < H; ++u) mean += g[span.block[i] * stride + u * B];
  }
  mean /= count;
  for (int i = 0; i < span.count; ++i) {
    for (int u = 0; u < H; ++u) {
      const T d = g[span.block[i] * stride + u * B] - mean;
      variance += d * d;
    }
  }
  *rstd = T(1) / vsqrt<T>(variance / count + epsilon);
  for (int i = 0; i < span.count; ++i) {
    for (int u = 0; u < H; ++u) normed[(i * H + u) * B] = (g[span.block[i] * stride + u * B] - mean) * *rstd;
  }
}

// The blocks of d hold the gradients of the scaled and shifted values, which `dy` gets, and become those of the values
// before the norm.
template <class T>
SEQNN_INLINE void normalizeSpanBackward(T* d, int64_t stride, int64_t B, const NormSpan& span, int H, const T* normed,
                                        T rstd, const T* scale, T* dy) {
  const T count = static_cast<T>(span.count * H);
  T mean = 0, slope = 0;
  for (int i = 0; i < span.count; ++i) {
    for (int u = 0; u < H; ++u) {
      const int k = i * H + u;
      const T v = d[span.block[i] * stride + u * B];
      dy[k * B] = v;
      mean += v * scale[k];
      slope += v * scale[k] * normed[k * B];
    }
  }
  mean /= count;
  slope /= count;
  for (int i = 0; i < span.count; ++i) {
    for (int u = 0; u < H; ++u) {
      const int k = i * H + u;
      T& v = d[span.block[i] * stride + u * B];
      v = rstd * (v * scale[k] - mean - normed[k * B] * slope);
    }
  }
}

template <class T>
struct NormStepCell {
  Forward<T> f;
  int64_t s;
  T *h, *c, *used;

  SEQNN_INLINE void operator()(int64_t b) const {
    const int H = f.c.H;
    const int64_t B = f.c.B, stride = f.state();
    T* const g = f.gatesOf(s) + b;
    T* const normed = f.o.normed + s * f.c.normRows() * B + b;
    T* const rstd = normed + f.c.normed() * B;
    const T epsilon = static_cast<T>(f.c.epsilon);
    if (f.c.given()) {
      normalizeSpan<T>(g, stride, B, wholeSpan(f.c.kind), H, epsilon, normed, rstd);
    } else {
      for (int k = 0; k < 4; ++k) {
        normalizeSpan<T>(g, stride, B, oneBlock(k), H, epsilon, normed + k * H * B, rstd + k * B);
      }
    }
    if (f.c.kind == CellKind::lstm) {
      memory(b, g, normed);
      normalizeSpan<T>(g, stride, B, oneBlock(kActiveC), H, epsilon, normed + 4 * H * B, rstd + f.c.sumNorms() * B);
    }
    for (int u = 0; u < H; ++u) {
      const int64_t at = u * B + b;
      T newH = h[at], newC = c[at];
      if (f.c.kind == CellKind::lstm) {
        output(b, u, g, normed, newH, newC);
      } else {
        gru(b, u, g, normed, newH);
      }
      f.finish(s, at, newH, newC, h, c, used);
    }
  }

 private:
  SEQNN_INLINE T scaled(const T* normed, int k) const {
    return normed[int64_t(k) * f.c.B] * f.o.normScale[k] + f.o.normShift[k];
  }
  SEQNN_INLINE T given(int64_t b, int k) const {
    return f.c.given() ? f.o.x[(timeOf(f.c, s) * f.c.F + k) * f.c.B + b] : T(0);
  }
  SEQNN_INLINE T sum(int64_t b, int u, const T* normed, int gate) const {
    const int k = gate * f.c.H + u;
    return scaled(normed, k) + given(b, k);
  }

  SEQNN_INLINE void memory(int64_t b, T* g, const T* normed) const {
    const LstmOrder at = f.c.order;
    const int64_t stride = f.state();
    for (int u = 0; u < f.c.H; ++u) {
      T* const e = g + int64_t(u) * f.c.B;
      cells::LstmGates<T> z = {sum(b, u, normed, at.i), sum(b, u, normed, at.f) + static_cast<T>(f.c.forgetBias),
                               sum(b, u, normed, at.g), sum(b, u, normed, at.o)};
      e[kActiveC * stride] =
          cells::lstmMemory<T>(f.cell.gate, f.cell.act, z, c[int64_t(u) * f.c.B + b], nullptr, f.cell.clip);
      e[at.i * stride] = z.i;
      e[at.f * stride] = z.f;
      e[at.g * stride] = z.g;
      e[at.o * stride] = z.o;
    }
  }

  SEQNN_INLINE void output(int64_t b, int u, T* g, const T* normed, T& newH, T& newC) const {
    const int64_t stride = f.state();
    T* const e = g + int64_t(u) * f.c.B;
    const T seen = scaled(normed, 4 * f.c.H + u), memory = f.c.given() ? e[kActiveC * stride] : seen;
    cells::LstmGates<T> z{};
    z.o = e[f.c.order.o * stride];
    const cells::LstmState<T> out = cells::lstmOutput<T>(f.cell.gate, f.cell.act, z, memory, seen, nullptr);
    e[f.c.order.o * stride] = z.o;
    e[kActiveC * stride] = out.activeC;
    if (!f.keeps(s, b)) return;
    newH = out.h;
    newC = out.c;
  }

  SEQNN_INLINE void gru(int64_t b, int u, T* g, const T* normed, T& newH) const {
    const int64_t stride = f.state();
    T* const e = g + int64_t(u) * f.c.B;
    e[kUpdate * stride] = sum(b, u, normed, 0);
    e[kResetGate * stride] = sum(b, u, normed, 1);
    e[kCandidate * stride] = given(b, 2 * f.c.H + u);
    e[kRecurrentPart * stride] = scaled(normed, 2 * f.c.H + u);
    T none = 0;
    cellForward<T>(f.cell, e, stride, u, f.keeps(s, b), newH, none);
  }
};

// dx gets the gradients of the given sums, dy [T, normed, B] those of the scaled and shifted values.
template <class T>
struct NormStepBack {
  Backward<T> f;
  int64_t s;
  T *dh, *dc, *heldC, *dx, *dy;

  SEQNN_INLINE void operator()(int64_t b) const {
    const int H = f.c.H;
    const int64_t B = f.c.B, stride = f.state();
    T* const d = f.dGatesOf(s) + b;
    T* const to = dy + s * f.c.normed() * B + b;
    const T* const normed = f.o.normed + s * f.c.normRows() * B + b;
    const T* const rstd = normed + f.c.normed() * B;
    if (f.c.kind == CellKind::lstm) {
      output(b, d);
      normalizeSpanBackward<T>(d, stride, B, oneBlock(f.c.order.g), H, normed + 4 * H * B, rstd[f.c.sumNorms() * B],
                               f.o.normScale + 4 * H, to + 4 * H * B);
      memory(b, d);
    } else {
      for (int u = 0; u < H; ++u) f.step(s, u * B + b, dh[u * B + b], dc[u * B + b]);
    }
    if (f.c.given()) {
      for (int k = 0; dx && k < f.c.layout.gates * H; ++k) {
        dx[(timeOf(f.c, s) * f.c.F + k) * B + b] = d[int64_t(k) * B];
      }
      normalizeSpanBackward<T>(d, stride, B, wholeSpan(f.c.kind), H, normed, rstd[0], f.o.normScale, to);
      return;
    }
    for (int k = 0; k < 4; ++k) {
      normalizeSpanBackward<T>(d, stride, B, oneBlock(k), H, normed + k * H * B, rstd[k * B], f.o.normScale + k * H,
                               to + k * H * B);
    }
  }

 private:
  // The gradients of o's sums and, in the candidate's block, of what the memory's norm gave.
  SEQNN_INLINE void output(int64_t b, T* d) const {
    const LstmOrder at = f.c.order;
    const int64_t stride = f.state();
    for (int u = 0; u < f.c.H; ++u) {
      const int64_t i = int64_t(u) * f.c.B + b;
      const StepValues<T> v = f.values(s, i);
      T heldH = 0;
      f.arrive(s, i, dh[i], dc[i], heldH, heldC[i]);
      const cells::LstmOutputGrad<T> out =
          cells::lstmOutputBackward<T>(f.cell.gate, f.cell.act, v.g[at.o * stride], v.g[kActiveC * stride], dh[i]);
      T* const e = d + int64_t(u) * f.c.B;
      e[at.o * stride] = v.keep ? out.o : T(0);
      e[at.g * stride] = v.keep ? (f.c.given() ? out.seen : out.seen + dc[i]) : T(0);
      dh[i] = (v.keep ? T(0) : dh[i]) + heldH;
    }
  }
  SEQNN_INLINE void memory(int64_t b, T* d) const {
    const LstmOrder at = f.c.order;
    const int64_t stride = f.state();
    for (int u = 0; u < f.c.H; ++u) {
      const int64_t i = int64_t(u) * f.c.B + b;
      const StepValues<T> v = f.values(s, i);
      const cells::LstmGates<T> kept = {v.g[at.i * stride], v.g[at.f * stride], v.g[at.g * stride], v.g[at.o * stride]};
      T* const e = d + int64_t(u) * f.c.B;
      T through = f.c.given() ? e[at.g * stride] + dc[i] : e[at.g * stride];
      cells::LstmGates<T> out{};
      cells::lstmMemoryBackward<T>(f.cell.gate, f.cell.act, kept, v.cBefore, nullptr, f.cell.clip, through, out);
      e[at.i * stride] = v.keep ? out.i : T(0);
      e[at.f * stride] = v.keep ? out.f : T(0);
      e[at.g * stride] = v.keep ? out.g : T(0);
      dc[i] = (v.keep ? through : dc[i]) + heldC[i];
    }
  }
};

// Of the gradient of a norm's scale; without `normed`, of its shift.
template <class T>
struct NormTerm {
  const T *dy, *normed;
  int64_t rows, normRows, B;
  SEQNN_INLINE T operator()(int64_t row, int64_t i) const {
    const T d = dy[(i / B * rows + row) * B + i % B];
    return normed ? d * normed[(i / B * normRows + row) * B + i % B] : d;
  }
};

}  // namespace cuda
}  // namespace seqnn
