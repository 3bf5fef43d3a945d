#pragma once

// One sample at a time, lanes are units: for a few steps, in which the weights are read as they lie.

#include "cpu/rnn/forward.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Columns whose sums are in registers at a time.
template <class T>
constexpr int kStrip = 5 * kLanes<T>;

// Some terms of a row vector times a matrix: v [rows] with a stride, w [rows, ld].
template <class T>
struct Terms {
  const T* v;
  int64_t stride;
  const T* w;
  int64_t ld;
  int rows;

  // The same terms, from the last row to the first.
  Terms fromTheLast() const {
    const int64_t last = rows > 0 ? rows - 1 : 0;
    return {v + last * stride, -stride, w + last * ld, -ld, rows};
  }
};

// sums [N vectors] = start + terms, from `column` on; the last vector has `last` lanes. A null start is zero.
template <class T, int N>
SEQNN_INLINE void sumColumns(const Terms<T>* terms, int count, const T* start, int column, int last, Vec<T>* sums) {
  constexpr int L = kLanes<T>;
  const auto lanesOf = [&](int i) { return i == N - 1 ? last : L; };
  Vec<T> even[N], odd[N];  // two chains hide the latency of the additions
  for (int i = 0; i < N; ++i) {
    even[i] = start ? loadLanes<T>(start + column + i * L, lanesOf(i)) : splat<T>(T(0));
    odd[i] = splat<T>(T(0));
  }
  for (int t = 0; t < count; ++t) {
    const Terms<T>& part = terms[t];
    const T* w = part.w + column;
    const int64_t step = part.ld;
    int k = 0;
    for (; k + 2 <= part.rows; k += 2, w += 2 * step) {
      const Vec<T> a = splat<T>(part.v[k * part.stride]), b = splat<T>(part.v[(k + 1) * part.stride]);
      for (int i = 0; i < N; ++i) {
        even[i] = even[i] + a * loadLanes<T>(w + i * L, lanesOf(i));
        odd[i] = odd[i] + b * loadLanes<T>(w + step + i * L, lanesOf(i));
      }
    }
    if (k < part.rows) {
      const Vec<T> a = splat<T>(part.v[k * part.stride]);
      for (int i = 0; i < N; ++i) even[i] = even[i] + a * loadLanes<T>(w + i * L, lanesOf(i));
    }
  }
  for (int i = 0; i < N; ++i) sums[i] = even[i] + odd[i];
}

// f(count, column, last): strips of as many vectors as the constant count says, the last of `last` lanes.
template <class T, class F>
SEQNN_INLINE void overStrips(int columns, bool backwards, F f) {
  constexpr int L = kLanes<T>;
  const int strips = (columns + kStrip<T> - 1) / kStrip<T>;
  for (int i = 0; i < strips; ++i) {
    const int column = (backwards ? strips - 1 - i : i) * kStrip<T>;
    const int left = columns - column, vectors = (left + L - 1) / L, last = left - (vectors - 1) * L;
    switch (vectors) {
      case 1:
        f(std::integral_constant<int, 1>(), column, last);
        break;
      case 2:
        f(std::integral_constant<int, 2>(), column, last);
        break;
      case 3:
        f(std::integral_constant<int, 3>(), column, last);
        break;
      case 4:
        f(std::integral_constant<int, 4>(), column, last);
        break;
      default:
        f(std::integral_constant<int, 5>(), column, left < kStrip<T> ? last : L);
    }
  }
}

// z[0 .. columns) = bias + terms
template <class T>
void timesMatrix(const Terms<T>* terms, int count, const T* bias, T* z, int columns, bool backwards) {
  constexpr int L = kLanes<T>;
  overStrips<T>(columns, backwards, [&](auto vectors, int column, int last) SEQNN_FLAT {
    constexpr int N = decltype(vectors)::value;
    Vec<T> sums[N];
    sumColumns<T, N>(terms, count, bias, column, last, sums);
    for (int i = 0; i < N; ++i) storeLanes<T>(z + column + i * L, sums[i], i == N - 1 ? last : L);
  });
}

// The same where the last `apart` columns keep their two terms apart, the second's, with a bias of its own, behind the
// first's: one pass over the columns of all gates fills more of its vectors than one for each.
template <class T>
void timesMatrixApart(const Terms<T>& first, const Terms<T>& second, const T* bias, T* z, int columns, int apart) {
  constexpr int L = kLanes<T>;
  overStrips<T>(columns, false, [&](auto vectors, int column, int last) SEQNN_FLAT {
    constexpr int N = decltype(vectors)::value;
    Vec<T> firsts[N], seconds[N];
    sumColumns<T, N>(&first, 1, bias, column, last, firsts);
    sumColumns<T, N>(&second, 1, nullptr, column, last, seconds);
    for (int i = 0; i < N; ++i) {
      const int c = column + i * L, lanes = i == N - 1 ? last : L, joint = columns - apart - c;
      // Where a vector holds columns of both kinds, what a store writes beside its own is overwritten by a later one,
      // strips being in order.
      if (joint < lanes) {
        storeLanes<T>(z + c + apart, seconds[i] + loadLanes<T>(bias + c + apart, lanes), lanes);
        storeLanes<T>(z + c, firsts[i], lanes);
      }
      if (joint > 0) storeLanes<T>(z + c, firsts[i] + seconds[i], joint < lanes ? joint : lanes);
    }
  });
}

template <class T>
class ForwardUnits {
 public:
  explicit ForwardUnits(const RnnConfig& config) : c_(config), steps_(cellSteps<T>(config)) {
    Places places;
    bias_ = places.take(size_t(c_.layout.rows) * c_.H * sizeof(T));
    // two alternating h and c, h' with dropout, the dropout mask, r h', peepholes, gates
    scratch_ = places.take(size_t(2 + 2 + 1 + 1 + 1 + 3 + c_.layout.rows) * padded() * sizeof(T));
    workspace = places.used();
  }

  void run(const ForwardOperands<T>& o, char* space) const {
    gatherBias(c_, o.bias, reinterpret_cast<T*>(space + bias_));
    // Whatever lay behind the last unit would take the slow ways of the activations.
    std::memset(space + scratch_, 0, workspace - scratch_);
    for (int sample = 0; sample < c_.B; ++sample) sequence(o, space, sample);
  }

  size_t workspace;

 private:
  // Steps write whole vectors, as a load does not get its value from a masked store before that has reached the cache.
  // What lies behind the last unit is never read by a product.
  int padded() const { return paddedBatch<T>(c_.H); }

  void gather(const T* from, int sample, T* to) const { gatherSample(from, 0, c_.H, c_.B, sample, to); }
  void scatter(const T* from, T* to, int sample) const { scatterSample(from, 0, c_.H, c_.B, sample, to); }

  void sequence(const ForwardOperands<T>& o, char* space, int sample) const {
    const int H = c_.H;
    const int64_t state = int64_t(H) * c_.B;
    T* next = reinterpret_cast<T*>(space + scratch_);
    const auto take = [&](int rows = 1) {
      T* const first = next;
      next += rows * padded();
      return first;
    };
    T* hs[2] = {take(), take()};
    T* cs[2] = {take(), take()};
    T* used = take();
    T* dropout = take();
    T* reset = take();
    T* peephole = take(3);
    T* gates = take(c_.layout.rows);
    gather(o.h0, sample, hs[1]);
    gather(o.c0, sample, cs[1]);
    if (o.dropout) gather(o.dropout, sample, dropout);
    if (o.peephole) copyRows<T>({o.peephole, H}, {peephole, padded()}, 3, H);
    CellConstants<T> constants = cellConstants<T>(c_, o.peephole ? peephole : nullptr);
    constants.units = padded();

    ForwardBlock<T> b;
    b.rows = 1;
    b.lanes = padded();
    b.unitInner = true;
    b.keep = nullptr;
    b.gateStride = H;
    b.gates = {gates, 0};
    b.reset = {reset, 0};
    for (int s = 0; s < c_.T; ++s) {
      const int64_t time = timeOf(c_, s);
      const int now = s & 1, before = now ^ 1;
      b.hBefore = {hs[before], 0};
      b.cBefore = {cs[before], 0};
      b.h = {hs[now], 0};
      b.c = {cs[now], 0};
      b.hUsed = b.hBefore;
      if (o.dropout) {
        multiplyRows<T>(b.hBefore, {dropout, 0}, {used, 0}, 1, H);
        b.hUsed = {used, 0};
      }
      if (o.mask && !o.mask[time * c_.B + sample]) {
        copyRows<T>(b.hBefore, b.h, 1, H);
        copyRows<T>(b.cBefore, b.c, 1, H);
      } else {
        step(o, space, constants, b, o.x + time * c_.F * c_.B + sample, sweepsBackwards(s));
      }
      if (o.hs) scatter(hs[now], o.hs + s * state, sample);
      if (o.cs) scatter(cs[now], o.cs + s * state, sample);
    }
    const int last = (c_.T & 1) ^ 1;
    scatter(hs[last], o.hLast, sample);
    scatter(cs[last], o.cLast, sample);
  }

  void step(const ForwardOperands<T>& o, char* space, const CellConstants<T>& constants, const ForwardBlock<T>& b,
            const T* x, bool backwards) const {
    const T* bias = reinterpret_cast<const T*>(space + bias_);
    const int64_t columns = c_.columns();
    if (c_.kind == CellKind::gruResetAfter) {
      const Terms<T> ofX = {x, c_.B, o.kernel, columns, c_.F}, ofH = {b.hUsed.p, 1, o.recurrent, columns, c_.H};
      timesMatrixApart<T>(ofX, ofH, bias, b.gates.p, columns, c_.H);
      return steps_.forward(constants, b);
    }
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      const int first = product.column * c_.H;
      if (product.state == StateOperand::reset) steps_.forwardReset(constants, b);
      Terms<T> terms[2];
      int count = 0;
      if (product.x) terms[count++] = {x, c_.B, o.kernel + first, columns, c_.F};
      if (product.state != StateOperand::none) {
        const T* h = product.state == StateOperand::reset ? b.reset.p : b.hUsed.p;
        const Terms<T> ofH = {h, 1, o.recurrent + first, columns, c_.H};
        terms[count++] = backwards ? ofH.fromTheLast() : ofH;
      }
      const int row = product.row * c_.H;
      timesMatrix<T>(terms, count, bias + row, b.gates.p + row, product.gates * c_.H, backwards);
    }
    steps_.forward(constants, b);
  }

  RnnConfig c_;
  CellSteps<T> steps_;
  size_t bias_, scratch_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
