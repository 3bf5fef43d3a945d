#pragma once

// The walk back in time of `rnnGrad`, in the forms of forward.h. It leaves the gradients of all sums behind,
// dG [T, rows, H, B], from which large products make those of the input and of the weights.

#include "cuda/rnn/sequence.h"

namespace seqnn {
namespace cuda {

template <class T>
struct BackwardOperands {
  const T* x;             // [T, F, B]
  const T* kernel;        // [F, columns]
  const T* recurrent;     // [H, columns]
  const T* h0;            // [H, B]; may be null, like all that follow but hs
  const T* c0;            // [H, B]
  const uint8_t* mask;    // [T, B]
  const T* dropout;       // [H, B]
  const T* normScale;     // [normed]
  const T* stateDropout;  // [T, H, B] or [H, B]
  const T* zoneH;         // [T, H, B]
  const T* zoneC;         // [T, H, B]
  const T* hs;            // [T, H, B]
  const T* cs;            // [T, H, B]
  const T* reserve;       // [T, reserve, H, B]
  const T* normed;        // [T, normRows, B]
  const T* dhs;           // [T, H, B]
  const T* dhLast;        // [H, B]
  const T* dcs;           // [T, H, B]
  const T* dcLast;        // [H, B]
  T* dh0;                 // [H, B]
  T* dc0;                 // [H, B]
  T* dGates;              // [T, dRows, H, B]
  T* reset;               // [T, H, B] r h'; gru only
};

template <class T>
struct Backward {
  RnnConfig c;
  BackwardOperands<T> o;
  Cell<T> cell;
  int dRows;

  SEQNN_INLINE int64_t state() const { return int64_t(c.H) * c.B; }
  SEQNN_INLINE T* dGatesOf(int64_t s) const { return o.dGates + s * dRows * state(); }
  SEQNN_INLINE T hBefore(int64_t s, int64_t at) const {
    if (s == 0) return o.h0 ? o.h0[at] : T(0);
    const T h = o.hs[(s - 1) * state() + at];
    return o.stateDropout ? h * o.stateDropout[(s - 1) * c.stateDropoutStep + at] : h;
  }
  SEQNN_INLINE T hUsed(int64_t s, int64_t at) const {
    return o.dropout ? hBefore(s, at) * o.dropout[at] : hBefore(s, at);
  }
  SEQNN_INLINE T cBefore(int64_t s, int64_t at) const {
    return !o.cs ? T(0) : s > 0 ? o.cs[(s - 1) * state() + at] : o.c0 ? o.c0[at] : T(0);
  }
  SEQNN_INLINE StepValues<T> values(int64_t s, int64_t at) const {
    return {o.reserve ? o.reserve + s * c.layout.reserve * state() + at : nullptr,
            state(),
            o.hs[s * state() + at],
            hBefore(s, at),
            cBefore(s, at),
            !o.mask || o.mask[timeOf(c, s) * c.B + at % c.B] != 0};
  }
  // Takes from d what a zone holds of it for the old state.
  SEQNN_INLINE T held(const T* zone, double take, int64_t s, int64_t at, T& d) const {
    const T all = d;
    if (zone) {
      d = zone[s * state() + at] != T(0) ? all : T(0);
    } else if (take != 1) {
      d = all * static_cast<T>(take);
    }
    return all - d;
  }
  // From the gradients of the states that went on after step s to those of what the cell made; the rest is held.
  SEQNN_INLINE void arrive(int64_t s, int64_t at, T& dh, T& dc, T& heldH, T& heldC) const {
    if (o.stateDropout) dh *= o.stateDropout[s * c.stateDropoutStep + at];
    if (o.dhs) dh += o.dhs[s * state() + at];
    if (o.dcs) dc += o.dcs[s * state() + at];
    heldH = held(o.zoneH, c.takeH, s, at, dh);
    heldC = held(o.zoneC, c.takeC, s, at, dc);
  }
  // The pointwise part of step s at one element; dh and dc as cellBackward has them.
  SEQNN_INLINE void step(int64_t s, int64_t at, T& dh, T& dc) const {
    T heldH, heldC;
    arrive(s, at, dh, dc, heldH, heldC);
    cellBackward<T>(cell, values(s, at), dGatesOf(s) + at, static_cast<int>(at / c.B), dh, dc);
    dh += heldH;
    dc += heldC;
  }
  // GRU: from the gradient of r h' to that of h'.
  SEQNN_INLINE T resetStep(int64_t s, int64_t at, T dReset) const {
    return cellBackwardReset<T>(cell, values(s, at), dGatesOf(s) + at, hUsed(s, at), dReset, o.reset[s * state() + at]);
  }
  // dh gets what came through the products; the dropout mask scaled their operand.
  SEQNN_INLINE T throughDropout(int64_t at, T v) const { return o.dropout ? v * o.dropout[at] : v; }
};

// Form "persistent": weights, dh, dc and the products' gradients of one block's samples lie in shared memory.
inline size_t persistentBackwardShared(const RnnConfig& c, size_t bytes) {
  return (static_cast<size_t>(c.H) * (c.columns() + 1) + 3 * static_cast<size_t>(c.H) * lanesOfBlock(c)) * bytes;
}

// The sum over the columns of one product, for unit k of the state.
template <class T>
__device__ T columnSum(const Product& q, const T* weights, const T* d, int H, int64_t B, const Rounding& rounded) {
  T sum = 0;
  for (int m = 0; m < q.gates * H; ++m) sum += weights[q.column * H + m] * rounded(d[(int64_t(q.row) * H + m) * B]);
  return sum;
}

template <class T>
__global__ void persistentBackward(Backward<T> f, Rounding rounded, int lanes) {
  const RnnConfig& c = f.c;
  const int H = c.H, columns = c.layout.gates * H, ld = columns + 1, tid = threadIdx.x, threads = blockDim.x;
  const int64_t B = c.B, first = int64_t(blockIdx.x) * lanes;
  T* const weights = sharedMemory<T>();     // [H, ld]
  T* const dh = weights + int64_t(H) * ld;  // [H, lanes], like the next
  T *const dc = dh + H * lanes, *const through = dc + H * lanes;
  for (int i = tid; i < H * columns; i += threads) weights[i / columns * ld + i % columns] = rounded(f.o.recurrent[i]);
  for (int i = tid; i < H * lanes; i += threads) {
    const int64_t b = first + i % lanes, at = i / lanes * B + b;
    dh[i] = b < B && f.o.dhLast ? f.o.dhLast[at] : T(0);
    dc[i] = b < B && f.o.dcLast ? f.o.dcLast[at] : T(0);
  }
  __syncthreads();
  for (int64_t s = c.T - 1; s >= 0; --s) {
    const T* d = f.dGatesOf(s);
    for (int i = tid; i < H * lanes; i += threads) {
      const int64_t b = first + i % lanes;
      through[i] = T(0);
      if (b < B) f.step(s, i / lanes * B + b, dh[i], dc[i]);
    }
    __syncthreads();
    if (c.kind == CellKind::gru) {
      for (int i = tid; i < H * lanes; i += threads) {
        const int64_t b = first + i % lanes;
        if (b >= B) continue;
        const T dReset = columnSum<T>(c.layout.product[1], weights + int64_t(i / lanes) * ld, d + b, H, B, rounded);
        through[i] = f.resetStep(s, i / lanes * B + b, dReset);
      }
      __syncthreads();
    }
    for (int i = tid; i < H * lanes; i += threads) {
      const int k = i / lanes;
      const int64_t b = first + i % lanes;
      if (b >= B) continue;
      T sum = through[i];
      for (int p = 0; p < c.layout.products; ++p) {
        const Product q = c.layout.product[p];
        if (q.state == StateOperand::before) sum += columnSum<T>(q, weights + int64_t(k) * ld, d + b, H, B, rounded);
      }
      dh[i] += f.throughDropout(k * B + b, sum);
    }
    __syncthreads();
  }
  for (int i = tid; i < H * lanes; i += threads) {
    const int64_t b = first + i % lanes, at = i / lanes * B + b;
    if (b >= B) continue;
    if (f.o.dh0) f.o.dh0[at] = dh[i];
    if (f.o.dc0) f.o.dc0[at] = dc[i];
  }
}

// Form "steps": dh, dc and `through` [H, B] walk through memory.
template <class T>
struct StartGradients {
  Backward<T> f;
  T *dh, *dc;
  SEQNN_INLINE void operator()(int64_t at) const {
    dh[at] = f.o.dhLast ? f.o.dhLast[at] : T(0);
    dc[at] = f.o.dcLast ? f.o.dcLast[at] : T(0);
  }
};
template <class T>
struct StepBack {
  Backward<T> f;
  int64_t s;
  T *dh, *dc;
  SEQNN_INLINE void operator()(int64_t at) const {
    T h = dh[at], c = dc[at];
    f.step(s, at, h, c);
    dh[at] = h;
    dc[at] = c;
  }
};
template <class T>
struct StepResetBack {
  Backward<T> f;
  int64_t s;
  T* through;
  SEQNN_INLINE void operator()(int64_t at) const { through[at] = f.resetStep(s, at, through[at]); }
};
// through[k][b] (+)= the recurrent weights of unit k times the gradients of one product's sums.
template <class T>
struct StepThrough {
  Backward<T> f;
  Product q;
  int64_t s;
  T* through;
  bool adds;
  __device__ T left(int, int64_t m, int64_t k) const {
    return f.o.recurrent[m * f.c.layout.gates * f.c.H + q.column * f.c.H + k];
  }
  __device__ T right(int, int64_t k, int64_t n) const {
    return f.dGatesOf(s)[(int64_t(q.row) * f.c.H + k) * f.c.B + n];
  }
  __device__ void store(int, int64_t m, int64_t n, T sum) const {
    T& to = through[m * f.c.B + n];
    to = adds ? to + sum : sum;
  }
  bool plain(PlainProduct<T>& as) const {
    const int64_t H = f.c.H, B = f.c.B;
    as = {H,
          B,
          q.gates * H,
          1,
          {f.o.recurrent + q.column * H, f.c.columns(), 1, 0},
          {f.dGatesOf(s) + q.row * f.state(), B, 1, 0},
          {through, B, 1, 0},
          adds,
          false};
    return true;
  }
};
template <class T>
struct AddThrough {
  Backward<T> f;
  const T* through;
  T* dh;
  SEQNN_INLINE void operator()(int64_t at) const { dh[at] += f.throughDropout(at, through[at]); }
};

// Behind the walk.

template <class T>
struct InputGradient {  // dx[t][f][b]
  Backward<T> f;
  T* dx;
  __device__ T left(int, int64_t m, int64_t k) const { return f.o.kernel[m * f.c.layout.gates * f.c.H + k]; }
  __device__ T right(int, int64_t k, int64_t n) const { return f.dGatesOf(n / f.c.B)[k * f.c.B + n % f.c.B]; }
  __device__ void store(int, int64_t m, int64_t n, T sum) const {
    dx[(timeOf(f.c, n / f.c.B) * f.c.F + m) * f.c.B + n % f.c.B] = sum;
  }
  bool plain(PlainProduct<T>& as) const {
    const RnnConfig& c = f.c;
    as = {c.F,
          c.B,
          c.columns(),
          c.T,
          {f.o.kernel, c.columns(), 1, 0},
          {f.o.dGates, c.B, 1, f.dRows * f.state()},
          stepsOf(c, dx, c.F),
          false,
          false};
    return true;
  }
};
template <class T>
struct KernelGradient {  // dkernel[f][column]
  Backward<T> f;
  T* to;
  __device__ T left(int, int64_t m, int64_t k) const {
    return f.o.x[(timeOf(f.c, k / f.c.B) * f.c.F + m) * f.c.B + k % f.c.B];
  }
  __device__ T right(int, int64_t k, int64_t n) const { return f.dGatesOf(k / f.c.B)[n * f.c.B + k % f.c.B]; }
  __device__ void store(int, int64_t m, int64_t n, T sum) const { to[m * f.c.layout.gates * f.c.H + n] = sum; }
  bool plain(PlainProduct<T>& as) const {
    const RnnConfig& c = f.c;
    as = {c.F,
          c.columns(),
          c.B,
          c.T,
          stepsOf(c, f.o.x, c.F),
          {f.o.dGates, 1, c.B, f.dRows * f.state()},
          {to, c.columns(), 1, 0},
          false,
          false};
    return true;
  }
};
template <class T>
struct RecurrentGradient {  // drecurrent[k][column], of one product
  Backward<T> f;
  Product q;
  T* to;
  const T* used;  // [T, H, B] the states that the steps multiplied; null: they are made as they are read
  __device__ T left(int, int64_t m, int64_t k) const {
    const int64_t s = k / f.c.B, at = m * f.c.B + k % f.c.B;
    if (q.state == StateOperand::reset) return f.o.reset[s * f.state() + at];
    return used ? used[s * f.state() + at] : f.hUsed(s, at);
  }
  __device__ T right(int, int64_t k, int64_t n) const {
    return f.dGatesOf(k / f.c.B)[(int64_t(q.row) * f.c.H + n) * f.c.B + k % f.c.B];
  }
  __device__ void store(int, int64_t m, int64_t n, T sum) const {
    to[m * f.c.layout.gates * f.c.H + q.column * f.c.H + n] = sum;
  }
  bool plain(PlainProduct<T>& as) const {
    const int64_t H = f.c.H, B = f.c.B;
    const T* const states = q.state == StateOperand::reset ? f.o.reset : used;
    as = {H,
          q.gates * H,
          B,
          f.c.T,
          {states, B, 1, f.state()},
          {f.o.dGates + q.row * f.state(), 1, B, f.dRows * f.state()},
          {to + q.column * H, f.c.columns(), 1, 0},
          false,
          false};
    return states != nullptr;
  }
};
template <class T>
struct UsedStates {
  Backward<T> f;
  T* used;
  SEQNN_INLINE void operator()(int64_t i) const { used[i] = f.hUsed(i / f.state(), i % f.state()); }
};
// Rows i and f of the peepholes saw the cell state before the step, row o the one after it.
template <class T>
struct PeepholeTerm {
  Backward<T> f;
  SEQNN_INLINE T operator()(int64_t row, int64_t i) const {
    const int64_t gate = row / f.c.H, s = i / f.c.B, at = row % f.c.H * f.c.B + i % f.c.B;
    const int block = gate == 0 ? f.c.order.i : gate == 1 ? f.c.order.f : f.c.order.o;
    const T c = gate == 2 ? f.o.cs[s * f.state() + at] : f.cBefore(s, at);
    return f.dGatesOf(s)[block * f.state() + at] * c;
  }
};

}  // namespace cuda
}  // namespace seqnn
