#pragma once

// What `rnn` and `rnnGrad` know of their layer: sizes, cell, options. T steps, B batch, F features, H units.

#include "cpu/simd/activation.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

enum class CellKind : int { simple, lstm, gru, gruResetAfter };

// One product of a step: `gates` blocks of H rows of the gate buffer, from the weights' column block `column` on.
enum class StateOperand { none, before, reset };  // nothing; h'; r h', the state after the reset gate
struct Product {
  int row, gates, column;
  bool x;
  StateOperand state;
};

// rows: blocks of H in the gate buffer; reserve: blocks of H that training keeps per step (the operand `reserve`
// is [T, reserve, H, B], absent where it is 0: the simple cell's derivative comes from h alone).
struct CellLayout {
  const char* name;
  int gates, rows, reserve, products;
  Product product[3];
};
constexpr CellLayout kCellLayouts[] = {
    {"simple", 1, 1, 0, 1, {{0, 1, 0, true, StateOperand::before}}},
    {"lstm", 4, 5, 5, 1, {{0, 4, 0, true, StateOperand::before}}},
    {"gru", 3, 3, 3, 2, {{0, 2, 0, true, StateOperand::before}, {2, 1, 2, true, StateOperand::reset}}},
    {"gruResetAfter",
     3,
     4,
     4,
     3,
     {{0, 2, 0, true, StateOperand::before},
      {2, 1, 2, true, StateOperand::none},
      {3, 1, 2, false, StateOperand::before}}},
};

// Column blocks of the LSTM's gates.
struct LstmOrder {
  int i, f, g, o;
};

struct RnnConfig {
  CellKind kind;
  CellLayout layout;
  int T, B, F, H;
  Activation activation, recurrentActivation;
  LstmOrder order;
  bool reverse;
  bool keepsReserve;  // a backward pass will follow
  double clip, forgetBias;
  bool bias, mask, dropout, peephole;

  bool lstm() const { return kind == CellKind::lstm; }
  int64_t columns() const { return int64_t(layout.gates) * H; }
  double flops() const { return 2.0 * T * B * columns() * (F + H); }
};

// Operand numbers. The first nine are those of both ops.
enum RnnIn { kX, kKernel, kRecurrent, kBias, kH0, kC0, kMask, kDropout, kPeephole };
enum RnnOut { kHs, kHLast, kCs, kCLast, kReserve };
enum RnnGradIn { kGradHs = 9, kGradCs, kGradReserve, kDHs, kDHLast, kDCs, kDCLast };
enum RnnGradOut { kDX, kDKernel, kDRecurrent, kDBias, kDH0, kDC0, kDPeephole };

// Reads and checks what both ops share; fails on operands that do not fit.
RnnConfig rnnConfigFrom(const Node& node);

// fail() unless an operand that is there has these sizes.
void checkSize(const Node& node, const char* what, const Value& value, DType dtype, int64_t size);

}  // namespace SEQNN_ISA
}  // namespace seqnn
