#pragma once

// What `rnn` and `rnnGrad` know of their layer: sizes, cell, options. T steps, B batch, F features, H units.

#include "cells/activation.h"
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
// is [T, reserve, H, B], absent where it is 0: the simple cell's slope comes from h, or from a reserve of 1).
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

// Layer normalization inside a step. state: of the recurrent product, and of the memory that an LSTM's output sees; the
// input's part of the sums is then x itself. gates: of each gate's whole sum, and of the memory that is carried on.
enum class Norm : int { none, state, gates };

// Column blocks of the LSTM's gates.
struct LstmOrder {
  int i, f, g, o;
};

struct RnnConfig {
  CellKind kind;
  CellLayout layout;
  int T, B, F, H;
  CellActivation activation, recurrentActivation;
  LstmOrder order;
  bool reverse;
  bool keepsReserve;  // a backward pass will follow
  bool lasting;       // the weights are those of the run before, most often
  double clip, forgetBias;
  Norm norm;
  double epsilon;       // of the norms
  bool zoneH, zoneC;    // masks [T, H, B]: 0 where the old state stays
  double takeH, takeC;  // without a mask, how much of the new state is taken
  bool stateDropout;    // the h that goes on is multiplied by a mask, [T, H, B] or one for all steps [H, B]
  int64_t stateDropoutStep;
  bool bias, mask, dropout, peephole;

  SEQNN_INLINE bool zonesH() const { return zoneH || takeH != 1; }
  SEQNN_INLINE bool zonesC() const { return zoneC || takeC != 1; }
  // Something happens to the states between the steps.
  bool between() const { return zonesH() || zonesC() || stateDropout; }
  // One sample's lanes are its units, in training too.
  bool alone() const { return B == 1 && norm == Norm::none && !between(); }
  // A simple cell keeps what its slope is found from: h does not tell it.
  bool keepsValue() const { return kind == CellKind::simple && layout.reserve > 0; }
  SEQNN_INLINE bool lstm() const { return kind == CellKind::lstm; }
  SEQNN_INLINE int64_t columns() const { return int64_t(layout.gates) * H; }
  // x [T, columns, B] is the input's part of the sums: neither kernel nor bias.
  SEQNN_INLINE bool given() const { return norm == Norm::state; }
  double flops() const { return 2.0 * T * B * columns() * ((given() ? 0 : F) + H); }
  // Values of a sample that a step normalises: those of the sums, then those of the memory.
  SEQNN_INLINE int normed() const { return norm == Norm::none ? 0 : static_cast<int>(columns()) + (lstm() ? H : 0); }
  // Norms of the sums, and with the memory's one.
  SEQNN_INLINE int sumNorms() const { return norm == Norm::none ? 0 : norm == Norm::gates ? layout.gates : 1; }
  // Rows of the operand `normed`: the normalised values, then 1 / deviation of each norm.
  SEQNN_INLINE int normRows() const { return norm == Norm::none ? 0 : normed() + sumNorms() + (lstm() ? 1 : 0); }
};

// Operand numbers. The first fourteen are those of both ops.
enum RnnIn {
  kX,
  kKernel,
  kRecurrent,
  kBias,
  kH0,
  kC0,
  kMask,
  kDropout,
  kPeephole,
  kNormScale,
  kNormShift,
  kStateDropout,
  kZoneH,
  kZoneC
};
enum RnnOut { kHs, kHLast, kCs, kCLast, kReserve, kNormed };
enum RnnGradIn { kGradHs = 14, kGradCs, kGradReserve, kGradNormed, kDHs, kDHLast, kDCs, kDCLast };
enum RnnGradOut { kDX, kDKernel, kDRecurrent, kDBias, kDH0, kDC0, kDPeephole, kDNormScale, kDNormShift, kDGates };

// Reads and checks what both ops share; fails on operands that do not fit.
RnnConfig rnnConfigFrom(const Node& node);
// What is written by `rnn`, and what `rnnGrad` reads and writes beside the first operands, has the right sizes.
void checkRnnOutputs(const Node& node, const RnnConfig& c, DType dtype);
void checkRnnGradOperands(const Node& node, const RnnConfig& c, DType dtype);

// fail() unless an operand that is there has these sizes.
void checkSize(const Node& node, const char* what, const Value& value, DType dtype, int64_t size);

}  // namespace SEQNN_ISA
}  // namespace seqnn
