#pragma once

// The operands of `rnn` and what its two paths share.

#include "cpu/rnn/workspace.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
struct ForwardOperands {
  const T* x;           // [T, F, B]
  const T* kernel;      // [F, columns]
  const T* recurrent;   // [H, columns]
  const T* bias;        // [columns], gruResetAfter [2, columns]; may be null, like all that follow
  const T* h0;          // [H, B]
  const T* c0;          // [H, B]
  const uint8_t* mask;  // [T, B]
  const T* dropout;     // [H, B]
  const T* peephole;    // [3, H]
  T* hs;                // [T, H, B]
  T* hLast;             // [H, B]
  T* cs;                // [T, H, B]
  T* cLast;             // [H, B]
  T* reserve;           // [T, reserve, H, B]
  ThreadPool& pool;
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
  if (!c.lstm()) return;
  for (int u = 0; u < H; ++u) rows[c.order.f * H + u] += static_cast<T>(c.forgetBias);
}

// Step s of the computation reads this step of x and of the mask.
inline int64_t timeOf(const RnnConfig& c, int s) { return c.reverse ? c.T - 1 - s : s; }

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
