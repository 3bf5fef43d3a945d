#pragma once

// One sample at a time, lanes are units: for predictions of one or a few sequences. In a few steps the weights are read
// as they lie. For more, those of the state are packed, so that each step reads them in one stretch, and the input's
// part of the sums is found for many steps at once.

#include "cpu/gemm/gemm.h"
#include "cpu/rnn/forward.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Columns whose sums are in registers at a time.
template <class T>
constexpr int kStrip = 5 * kLanes<T>;

// Some terms of a row vector times a matrix: v [rows] with a stride, w [rows, ld], or w packed: strip after strip of
// kStrip columns, each [rows, columns of the strip].
template <class T>
struct Terms {
  const T* v;
  int64_t stride;
  const T* w;
  int64_t ld;
  int rows;
  bool packed;

  // The strip that begins at a column, and the distance of its rows.
  const T* strip(int column) const { return w + (packed ? int64_t(column) * rows : column); }
  int64_t rowStep(int columns) const { return packed ? columns : ld; }
};

template <class T>
void packStrips(const T* w, int64_t ld, int rows, int columns, T* packed) {
  for (int column = 0; column < columns; column += kStrip<T>) {
    const int width = columns - column < kStrip<T> ? columns - column : kStrip<T>;
    for (int k = 0; k < rows; ++k, packed += width) {
      std::memcpy(packed, w + k * ld + column, static_cast<size_t>(width) * sizeof(T));
    }
  }
}

// z[column .. column + N vectors) = bias + terms; the last vector has `last` lanes.
template <class T, int N>
SEQNN_INLINE void timesColumns(const Terms<T>* terms, int count, const T* bias, T* z, int column, int last) {
  constexpr int L = kLanes<T>;
  const auto lanesOf = [&](int i) { return i == N - 1 ? last : L; };
  Vec<T> even[N], odd[N];  // two chains hide the latency of the additions
  for (int i = 0; i < N; ++i) {
    even[i] = loadLanes<T>(bias + column + i * L, lanesOf(i));
    odd[i] = splat<T>(T(0));
  }
  for (int t = 0; t < count; ++t) {
    const Terms<T>& part = terms[t];
    const T* w = part.strip(column);
    const int64_t step = part.rowStep((N - 1) * L + last);
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
  for (int i = 0; i < N; ++i) storeLanes<T>(z + column + i * L, even[i] + odd[i], lanesOf(i));
}

// z[0 .. columns) = bias + terms. Backwards, the strips that the call before read last come first: they may still be in
// the first-level cache.
template <class T>
void timesMatrix(const Terms<T>* terms, int count, const T* bias, T* z, int columns, bool backwards) {
  constexpr int L = kLanes<T>;
  const int strips = (columns + kStrip<T> - 1) / kStrip<T>;
  for (int i = 0; i < strips; ++i) {
    const int column = (backwards ? strips - 1 - i : i) * kStrip<T>;
    const int left = columns - column, vectors = (left + L - 1) / L, last = left - (vectors - 1) * L;
    switch (vectors) {
      case 1:
        timesColumns<T, 1>(terms, count, bias, z, column, last);
        break;
      case 2:
        timesColumns<T, 2>(terms, count, bias, z, column, last);
        break;
      case 3:
        timesColumns<T, 3>(terms, count, bias, z, column, last);
        break;
      case 4:
        timesColumns<T, 4>(terms, count, bias, z, column, last);
        break;
      default:
        timesColumns<T, 5>(terms, count, bias, z, column, left < kStrip<T> ? last : L);
    }
  }
}

template <class T>
class ForwardUnits {
 public:
  explicit ForwardUnits(const RnnConfig& config) : c_(config), steps_(cellSteps<T>(config)), packs_(packs(config)) {
    Places places;
    bias_ = places.take(size_t(c_.layout.rows) * c_.H * sizeof(T));
    if (packs_) {
      const int columns = static_cast<int>(c_.columns()), ahead = stepsAhead(0);
      packed_ = places.take(size_t(c_.H) * columns * sizeof(T));
      sums_ = places.take(size_t(ahead) * columns * sizeof(T));
      product_ = places.take(gemmSerialWorkspace<T>(ahead, columns, c_.F));
    }
    // gates, h' with dropout, the dropout mask, r h', two alternating h and c
    scratch_ = places.take(size_t(c_.layout.rows + 7) * padded() * sizeof(T));
    workspace = places.used();
  }

  void run(const ForwardOperands<T>& o, char* space) const {
    gatherBias(c_, o.bias, reinterpret_cast<T*>(space + bias_));
    if (packs_) {
      for (int p = 0; p < c_.layout.products; ++p) pack(o, c_.layout.product[p], space);
    }
    for (int sample = 0; sample < c_.B; ++sample) sequence(o, space, sample);
  }

  size_t workspace;

 private:
  static constexpr int kStepsAhead = 48;

  // Weights that stay in the first cache are as good as they lie.
  static bool packs(const RnnConfig& c) {
    constexpr int kManySteps = 8;
    constexpr int64_t kBytes = 32 * 1024;
    return c.T * c.B >= kManySteps && (c.F + c.H) * c.columns() * int64_t(sizeof(T)) > kBytes;
  }
  void pack(const ForwardOperands<T>& o, const Product& p, char* space) const {
    const int64_t columns = c_.columns();
    if (p.state == StateOperand::none) return;
    packStrips<T>(o.recurrent + p.column * c_.H, columns, c_.H, p.gates * c_.H, packedRecurrent(p, space));
  }
  // Each product's part lies behind those of the columns before it.
  T* packedRecurrent(const Product& p, char* space) const {
    return reinterpret_cast<T*>(space + packed_) + int64_t(p.column) * c_.H * c_.H;
  }

  int stepsAhead(int s) const { return lesser(c_.T - s, kStepsAhead); }
  // [steps, columns] bias and input's part of the sums of the steps from s on.
  void sumInputs(const ForwardOperands<T>& o, char* space, int sample, int s) const {
    const int steps = stepsAhead(s), columns = static_cast<int>(c_.columns());
    T* const sums = reinterpret_cast<T*>(space + sums_);
    for (int i = 0; i < steps; ++i) std::memcpy(sums + int64_t(i) * columns, space + bias_, columns * sizeof(T));
    const int64_t step = int64_t(c_.F) * c_.B;
    const T* x = o.x + timeOf(c_, s) * step + sample;
    gemmSerial<T>(steps, columns, c_.F, matrix<T>(x, c_.reverse ? -step : step, c_.B, c_.F),
                  matrix<T>(o.kernel, 1, columns, c_.F), sums, columns, true, space + product_);
  }

  int64_t padded() const { return paddedBatch<T>(c_.H); }

  // Column `sample` of [H, B] into a contiguous vector, or zeros; and back.
  void gather(const T* from, int sample, T* to) const {
    for (int u = 0; u < c_.H; ++u) to[u] = from ? from[int64_t(u) * c_.B + sample] : T(0);
  }
  void scatter(const T* from, T* to, int sample) const {
    if (!to) return;
    for (int u = 0; u < c_.H; ++u) to[int64_t(u) * c_.B + sample] = from[u];
  }

  void sequence(const ForwardOperands<T>& o, char* space, int sample) const {
    const int H = c_.H;
    const int64_t state = int64_t(H) * c_.B;
    T* next = reinterpret_cast<T*>(space + scratch_);
    const auto take = [&] {
      T* row = next;
      next += padded();
      return row;
    };
    T* hs[2] = {take(), take()};
    T* cs[2] = {take(), take()};
    T* used = take();
    T* dropout = take();
    T* reset = take();
    T* gates = next;
    gather(o.h0, sample, hs[1]);
    gather(o.c0, sample, cs[1]);
    if (o.dropout) gather(o.dropout, sample, dropout);
    const CellConstants<T> constants = cellConstants<T>(c_, o.peephole);

    ForwardBlock<T> b;
    b.rows = 1;
    b.lanes = H;
    b.unitInner = true;
    b.keep = nullptr;
    b.gateStride = H;
    b.gates = {gates, 0};
    b.reset = {reset, 0};
    for (int s = 0; s < c_.T; ++s) {
      if (packs_ && s % kStepsAhead == 0) sumInputs(o, space, sample, s);
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
        step(o, space, constants, b, o.x + time * c_.F * c_.B + sample, s);
      }
      if (o.hs) scatter(hs[now], o.hs + s * state, sample);
      if (o.cs) scatter(cs[now], o.cs + s * state, sample);
    }
    const int last = (c_.T & 1) ^ 1;
    scatter(hs[last], o.hLast, sample);
    scatter(cs[last], o.cLast, sample);
  }

  void step(const ForwardOperands<T>& o, char* space, const CellConstants<T>& constants, const ForwardBlock<T>& b,
            const T* x, int s) const {
    const T* bias = reinterpret_cast<const T*>(space + bias_);
    const int64_t columns = c_.columns();
    const T* sums = packs_ ? reinterpret_cast<const T*>(space + sums_) + (s % kStepsAhead) * columns : nullptr;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& product = c_.layout.product[p];
      const int first = product.column * c_.H;
      if (product.state == StateOperand::reset) steps_.forwardReset(constants, b);
      Terms<T> terms[2];
      int count = 0;
      if (product.x && !packs_) terms[count++] = {x, c_.B, o.kernel + first, columns, c_.F, false};
      if (product.state != StateOperand::none) {
        const T* h = product.state == StateOperand::reset ? b.reset.p : b.hUsed.p;
        terms[count++] = {h, 1, packs_ ? packedRecurrent(product, space) : o.recurrent + first, columns, c_.H, packs_};
      }
      const int row = product.row * c_.H;
      timesMatrix<T>(terms, count, sums && product.x ? sums + first : bias + row, b.gates.p + row, product.gates * c_.H,
                     packs_ && s % 2 == 1);
    }
    steps_.forward(constants, b);
  }

  RnnConfig c_;
  CellSteps<T> steps_;
  bool packs_;
  size_t bias_, packed_ = 0, sums_ = 0, product_ = 0, scratch_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
