#pragma once

// The steps of `rnn` in two forms. Before either, the inputs' products of all steps are one large product into the gate
// buffer G [T, rows, H, B] (the reserve, or workspace when nothing is kept).

#include "cuda/rnn/sequence.h"

namespace seqnn {
namespace cuda {

template <class T>
struct ForwardOperands {
  const T* x;             // [T, F, B]
  const T* kernel;        // [F, columns]
  const T* recurrent;     // [H, columns]
  const T* bias;          // [columns], gruResetAfter [2, columns]; may be null, like all that follow
  const T* h0;            // [H, B]
  const T* c0;            // [H, B]
  const uint8_t* mask;    // [T, B]
  const T* dropout;       // [H, B]
  const T* peephole;      // [3, H]
  const T* normScale;     // [normed]
  const T* normShift;     // [normed]
  const T* stateDropout;  // [T, H, B] or [H, B]
  const T* zoneH;         // [T, H, B]
  const T* zoneC;         // [T, H, B]
  T* hs;                  // [T, H, B]
  T* hLast;               // [H, B]
  T* cs;                  // [T, H, B]
  T* cLast;               // [H, B]
  T* gates;               // [T, rows, H, B]
  T* normed;              // [T, normRows, B]
};

// Everything that a step's threads need, by value.
template <class T>
struct Forward {
  RnnConfig c;
  ForwardOperands<T> o;
  Cell<T> cell;

  SEQNN_INLINE int64_t state() const { return int64_t(c.H) * c.B; }
  SEQNN_INLINE T* gatesOf(int64_t s) const { return o.gates + s * c.layout.rows * state(); }
  // What is added to the recurrent part of row m of a product: the input's part, or the second bias.
  SEQNN_INLINE T base(const Product& p, const T* g, int m, int64_t at) const {
    if (p.x) return g[at];
    return o.bias ? o.bias[int64_t(c.layout.gates) * c.H + p.column * c.H + m] : T(0);
  }
  // What a zone leaves of a new state.
  SEQNN_INLINE T zoned(const T* zone, double take, int64_t s, int64_t at, T old, T now) const {
    if (zone) return zone[s * state() + at] != T(0) ? now : old;
    return take == 1 ? now : old + static_cast<T>(take) * (now - old);
  }
  // The end of step s at one element: from the old states and what the cell made of them to what goes on.
  SEQNN_INLINE void finish(int64_t s, int64_t at, T newH, T newC, T* h, T* cs, T* used) const {
    newH = zoned(o.zoneH, c.takeH, s, at, h[at], newH);
    newC = zoned(o.zoneC, c.takeC, s, at, cs[at], newC);
    if (o.hs) o.hs[s * state() + at] = newH;
    if (o.cs) o.cs[s * state() + at] = newC;
    const T on = o.stateDropout ? newH * o.stateDropout[s * c.stateDropoutStep + at] : newH;
    h[at] = on;
    cs[at] = newC;
    used[at] = o.dropout ? on * o.dropout[at] : on;
    if (s + 1 < c.T) return;
    if (o.hLast) o.hLast[at] = on;
    if (o.cLast) o.cLast[at] = newC;
  }
  SEQNN_INLINE bool keeps(int64_t s, int64_t b) const { return !o.mask || o.mask[timeOf(c, s) * c.B + b] != 0; }
};

// G's blocks that x reaches, for all steps: bias and forget bias included.
template <class T>
struct InputProjection {
  Forward<T> f;
  __device__ T left(int, int64_t m, int64_t k) const { return f.o.kernel[k * f.c.layout.gates * f.c.H + m]; }
  __device__ T right(int, int64_t k, int64_t n) const {
    const int64_t s = n / f.c.B, b = n % f.c.B;
    return f.o.x[(timeOf(f.c, s) * f.c.F + k) * f.c.B + b];
  }
  __device__ void store(int, int64_t m, int64_t n, T sum) const {
    const int64_t s = n / f.c.B, b = n % f.c.B, gate = m / f.c.H;
    T v = f.o.bias ? sum + f.o.bias[m] : sum;
    if (f.c.kind == CellKind::gruResetAfter && gate < 2 && f.o.bias) v += f.o.bias[int64_t(3) * f.c.H + m];
    if (f.c.kind == CellKind::lstm && f.c.norm == Norm::none && gate == f.c.order.f)
      v += static_cast<T>(f.c.forgetBias);
    f.gatesOf(s)[m * f.c.B + b] = v;
  }
  bool plain(PlainProduct<T>& as) const {
    const RnnConfig& c = f.c;
    as = {c.columns(),
          c.B,
          c.F,
          c.T,
          {f.o.kernel, 1, c.columns(), 0},
          stepsOf(c, f.o.x, c.F),
          {f.o.gates, c.B, 1, c.layout.rows * f.state()},
          false,
          f.o.bias || c.kind == CellKind::lstm};
    return true;
  }
};

inline ProductShape projectionShape(const RnnConfig& c) {
  return {c.columns(), int64_t(c.T) * c.B, c.F, 1, false, false};
}

// Form "persistent": a block takes some samples through all steps; weights and states lie in shared memory.
inline size_t persistentForwardShared(const RnnConfig& c, size_t bytes) {
  // weights (a column of padding against bank conflicts), h, c, h' with dropout, r h'; the last two as products take
  // them
  return (static_cast<size_t>(c.H) * (c.columns() + 1) + 4 * static_cast<size_t>(c.H) * lanesOfBlock(c)) * bytes;
}

template <class T>
__global__ void persistentForward(Forward<T> f, Rounding rounded, int lanes) {
  const RnnConfig& c = f.c;
  const int H = c.H, columns = c.layout.gates * H, ld = columns + 1, tid = threadIdx.x, threads = blockDim.x;
  const int64_t B = c.B, stride = f.state();
  T* const weights = sharedMemory<T>();    // [H, ld]
  T* const h = weights + int64_t(H) * ld;  // [H, lanes], like the next
  T *const cs = h + H * lanes, *const used = cs + H * lanes, *const reset = used + H * lanes;
  const int64_t first = int64_t(blockIdx.x) * lanes;
  const auto dropped = [&](T now, int64_t at) { return f.o.dropout ? now * f.o.dropout[at] : now; };
  for (int i = tid; i < H * columns; i += threads) weights[i / columns * ld + i % columns] = rounded(f.o.recurrent[i]);
  for (int i = tid; i < H * lanes; i += threads) {
    const int64_t b = first + i % lanes, at = i / lanes * B + b;
    h[i] = b < B && f.o.h0 ? f.o.h0[at] : T(0);
    cs[i] = b < B && f.o.c0 ? f.o.c0[at] : T(0);
    used[i] = b < B ? rounded(dropped(h[i], at)) : T(0);
    reset[i] = T(0);
  }
  __syncthreads();
  for (int64_t s = 0; s < c.T; ++s) {
    T* const g = f.gatesOf(s);
    for (int p = 0; p < c.layout.products; ++p) {
      const Product q = c.layout.product[p];
      if (q.state == StateOperand::none) continue;
      const T* from = used;
      if (q.state == StateOperand::reset) {
        for (int i = tid; i < H * lanes; i += threads) {
          const int64_t b = first + i % lanes, at = i / lanes * B + b;
          if (b < B) reset[i] = rounded(cellReset<T>(f.cell, g + at, stride, dropped(h[i], at)));
        }
        __syncthreads();
        from = reset;
      }
      for (int i = tid; i < q.gates * H * lanes; i += threads) {
        const int m = i / lanes, lane = i % lanes;
        if (first + lane >= B) continue;
        const int64_t at = (int64_t(q.row) * H + m) * B + first + lane;
        T sum = f.base(q, g, m, at);
        const T* w = weights + q.column * H + m;
        for (int k = 0; k < H; ++k) sum += w[int64_t(k) * ld] * from[k * lanes + lane];
        g[at] = sum;
      }
      __syncthreads();
    }
    for (int i = tid; i < H * lanes; i += threads) {
      const int u = i / lanes;
      const int64_t b = first + i % lanes, at = u * B + b;
      if (b >= B) continue;
      cellForward<T>(f.cell, g + at, stride, u, f.keeps(s, b), h[i], cs[i]);
      used[i] = rounded(dropped(h[i], at));
      if (f.o.hs) f.o.hs[s * stride + at] = h[i];
      if (f.o.cs) f.o.cs[s * stride + at] = cs[i];
    }
    __syncthreads();
  }
  for (int i = tid; i < H * lanes; i += threads) {
    const int64_t b = first + i % lanes, at = i / lanes * B + b;
    if (b >= B) continue;
    if (f.o.hLast) f.o.hLast[at] = h[i];
    if (f.o.cLast) f.o.cLast[at] = cs[i];
  }
}

// Form "steps": per step one product for every product of the cell, and one pointwise kernel. The states walk through
// `h`, `c` and `used` [H, B].
template <class T>
struct StepProduct {
  Forward<T> f;
  Product q;
  const T* from;  // [H, B]
  int64_t s;
  __device__ T left(int, int64_t m, int64_t k) const {
    return f.o.recurrent[k * f.c.layout.gates * f.c.H + q.column * f.c.H + m];
  }
  __device__ T right(int, int64_t k, int64_t n) const { return from[k * f.c.B + n]; }
  __device__ void store(int, int64_t m, int64_t n, T sum) const {
    T* g = f.gatesOf(s);
    const int64_t at = (int64_t(q.row) * f.c.H + m) * f.c.B + n;
    g[at] = f.base(q, g, static_cast<int>(m), at) + sum;
  }
  bool plain(PlainProduct<T>& as) const {
    const int64_t H = f.c.H, B = f.c.B;
    as = {q.gates * H,
          B,
          H,
          1,
          {f.o.recurrent + q.column * H, 1, f.c.columns(), 0},
          {from, B, 1, 0},
          {f.gatesOf(s) + q.row * f.state(), B, 1, 0},
          q.x,
          !q.x};
    return true;
  }
};

template <class T>
struct StartStates {
  Forward<T> f;
  T *h, *c, *used;
  SEQNN_INLINE void operator()(int64_t at) const {
    h[at] = f.o.h0 ? f.o.h0[at] : T(0);
    c[at] = f.o.c0 ? f.o.c0[at] : T(0);
    used[at] = f.o.dropout ? h[at] * f.o.dropout[at] : h[at];
  }
};
template <class T>
struct StepReset {
  Forward<T> f;
  int64_t s;
  const T* used;
  T* reset;
  SEQNN_INLINE void operator()(int64_t at) const {
    reset[at] = cellReset<T>(f.cell, f.gatesOf(s) + at, f.state(), used[at]);
  }
};
template <class T>
struct StepCell {
  Forward<T> f;
  int64_t s;
  T *h, *c, *used;
  SEQNN_INLINE void operator()(int64_t at) const {
    const int64_t b = at % f.c.B;
    T newH = h[at], newC = c[at];
    cellForward<T>(f.cell, f.gatesOf(s) + at, f.state(), static_cast<int>(at / f.c.B), f.keeps(s, b), newH, newC);
    f.finish(s, at, newH, newC, h, c, used);
  }
};

}  // namespace cuda
}  // namespace seqnn
