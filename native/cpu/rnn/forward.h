#pragma once

// The operands of `rnn` and what its two paths share.

#include "cpu/rnn/workspace.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
struct ForwardOperands {
  const T* x;             // [T, F, B]
  const T* kernel;        // [F, columns]; null where x is given as the sums' part
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
  T* reserve;             // [T, reserve, H, B]
  T* normed;              // [T, normRows, B]
  ThreadPool& pool;
  Packs* packs;  // there where the weights last
};

// One bias per row of the gate buffer: with both halves of a gruResetAfter bias, and the forget bias added.
template <class T>
void gatherBias(const RnnConfig& c, const T* bias, T* rows) {
  const int H = c.H;
  for (int p = 0; p < c.layout.products; ++p) {
    const Product& product = c.layout.product[p];
    for (int i = 0; i < product.gates * H; ++i) {
      const int column = product.column * H + i;
      T sum = 0;
      if (bias && product.x) sum += bias[column];
      if (bias && c.kind == CellKind::gruResetAfter && product.state == StateOperand::before) {
        sum += bias[c.columns() + column];
      }
      rows[product.row * H + i] = sum;
    }
  }
  if (!c.lstm() || c.norm != Norm::none) return;
  for (int u = 0; u < H; ++u) rows[c.order.f * H + u] += static_cast<T>(c.forgetBias);
}

// What the norms add to the values they scaled; the forget bias comes behind them.
template <class T>
void gatherShift(const RnnConfig& c, const T* shift, T* to) {
  for (int k = 0; k < c.normed(); ++k) to[k] = shift[k];
  if (!c.lstm() || c.norm == Norm::none) return;
  for (int u = 0; u < c.H; ++u) to[c.order.f * c.H + u] += static_cast<T>(c.forgetBias);
}

// Units of one sample, of [H, B] into a contiguous vector, or zeros where there is none; and back, where it is wanted.
template <class T>
void gatherSample(const T* from, int unit, int units, int B, int sample, T* to) {
  for (int u = unit; u < unit + units; ++u) to[u] = from ? from[int64_t(u) * B + sample] : T(0);
}
template <class T>
void scatterSample(const T* from, int unit, int units, int B, int sample, T* to) {
  if (!to) return;
  if (B == 1) {
    overBlock<T>(1, units, [&](int, int lane, int n) SEQNN_FLAT {
      storeLanes<T>(to + unit + lane, loadLanes<T>(from + unit + lane, n), n);
    });
  } else {
    for (int u = unit; u < unit + units; ++u) to[int64_t(u) * B + sample] = from[u];
  }
}

// Step s of the computation reads this step of x and of the mask.
inline int64_t timeOf(const RnnConfig& c, int s) { return c.reverse ? c.T - 1 - s : s; }

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
