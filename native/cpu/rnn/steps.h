#pragma once

// One time step of one cell, over a block of units and lanes: the pointwise functions behind plain pointers, so that
// the time loops are compiled once and the cells stay small.

#include "cpu/rnn/config.h"

namespace seqnn {
namespace SEQNN_ISA {

// Rows of a block: `ld` apart.
template <class T>
struct Rows {
  T* p = nullptr;  // [rows, lanes]
  int64_t ld = 0;
};

// Of the norms inside a step: the sums' blocks one after the other, then the memory's.
template <class T>
struct NormConstants {
  Norm kind;
  T epsilon;
  const T* scale;  // [normed]
  const T* shift;  // [normed], the forget gate's bias included; forward only
};

// What does not change from step to step.
template <class T>
struct CellConstants {
  CellActivation activation, recurrentActivation;
  LstmOrder order;
  const T* peephole;  // [3, H] or null
  int units;
  T clip;           // 0: none
  bool keepsValue;  // simple: the gate buffer keeps what the slope is found from
  bool keepsGates;  // the values go back to the gate buffer: a backward pass will follow
  NormConstants<T> norm;
};

// The lane layout has a row per unit and a lane per sample. The unit-inner layout (`unitInner`) has one row whose lanes
// are the units of one sample.
template <class T>
struct Block {
  int rows, lanes;
  bool unitInner;
  int64_t gateStride;  // from a gate's first row to the next gate's
  const T* keep;       // [lanes] 0 where the step is masked and the state stays; null: nowhere
  Rows<const T> hBefore, cBefore;
  Rows<const T> hUsed;  // h' times the recurrent dropout mask, or h'
};

template <class T>
struct ForwardBlock : Block<T> {
  Rows<T> gates;  // sums on entry, values afterwards
  Rows<T> h, c;
  Rows<T> reset;        // r h' for the candidate's product
  Rows<T> normed;       // with norms: the normalised values and the deviations, as in the operand
  Rows<const T> given;  // the input's part of the sums where x holds it; else null
};

template <class T>
struct BackwardBlock : Block<T> {
  Rows<const T> gates;  // what was kept of the values
  Rows<const T> normed;
  Rows<const T> h;
  Rows<const T> dhGiven, dcGiven;  // gradients of this step's outputs; null: zero
  Rows<T> dGates;                  // gateStride apart like the gates
  Rows<T> dh, dc;          // carried: in, of the state after the step; out, of the state before but for the products
  Rows<T> dReset;          // gru: in, the gradient of r h'
  Rows<T> reset;           // gru: out, r h'
  Rows<T> dGiven;          // out: the gradient of `given`; null: not wanted
  Rows<T> dScale, dShift;  // [normed] sums so far of the norms' gradients, of every lane
};

template <class T>
struct CellSteps {
  void (*forward)(const CellConstants<T>&, const ForwardBlock<T>&);
  void (*forwardReset)(const CellConstants<T>&, const ForwardBlock<T>&);  // gru: r and r h', before the candidate
  void (*backward)(const CellConstants<T>&, const BackwardBlock<T>&);
  void (*backwardReset)(const CellConstants<T>&, const BackwardBlock<T>&);  // gru: after the gradient of r h' is known
};

template <class T>
CellSteps<T> cellSteps(const RnnConfig& config);

// Marks a loop body that must be inlined at both of its calls below, so that n is a constant in the first.
#if defined(__GNUC__)
#define SEQNN_FLAT __attribute__((always_inline))
#else
#define SEQNN_FLAT
#endif

// f(row, lane, n): n lanes from `lane` on, n constant but for the last part of a row. All whole vectors are one loop,
// so that what f reads each time, like tables, is brought into registers (and what does not fit, spilled) once a block.
template <class T, class F>
SEQNN_INLINE void overBlock(int rows, int lanes, F f) {
  constexpr int kStep = kLanes<T>;
  const int whole = lanes - lanes % kStep;
  for (int row = 0, lane = 0; row < rows && whole > 0;) {
    f(row, lane, kStep);
    lane += kStep;
    if (lane == whole) lane = 0, ++row;
  }
  if (whole == lanes) return;
  for (int row = 0; row < rows; ++row) f(row, whole, lanes - whole);
}

template <class T>
SEQNN_INLINE Vec<T> loadAt(const Rows<const T>& r, int row, int lane, int n) {
  return loadLanes<T>(r.p + row * r.ld + lane, n);
}
template <class T>
SEQNN_INLINE Vec<T> loadAt(const Rows<T>& r, int row, int lane, int n) {
  return loadLanes<T>(r.p + row * r.ld + lane, n);
}
template <class T>
SEQNN_INLINE Vec<T> loadOrZero(const Rows<const T>& r, int row, int lane, int n) {
  return r.p ? loadLanes<T>(r.p + row * r.ld + lane, n) : splat<T>(T(0));
}
template <class T>
SEQNN_INLINE void storeAt(const Rows<T>& r, int row, int lane, int n, Vec<T> v) {
  storeLanes<T>(r.p + row * r.ld + lane, v, n);
}

template <class T>
SEQNN_INLINE Rows<T> gateRows(const ForwardBlock<T>& b, int gate) {
  return {b.gates.p + gate * b.gateStride, b.gates.ld};
}
template <class T>
SEQNN_INLINE Rows<const T> gateRows(const BackwardBlock<T>& b, int gate) {
  return {b.gates.p + gate * b.gateStride, b.gates.ld};
}
template <class T>
SEQNN_INLINE Rows<T> dGateRows(const BackwardBlock<T>& b, int gate) {
  return {b.dGates.p + gate * b.gateStride, b.dGates.ld};
}

// `a` where the step counts, `b` where it is masked.
template <class T>
SEQNN_INLINE Vec<T> kept(const Block<T>& block, int lane, int n, Vec<T> a, Vec<T> b) {
  if (!block.keep) return a;
  return select(loadLanes<T>(block.keep + lane, n) != splat<T>(T(0)), a, b);
}

// The pair of activations of a gated cell, as constants for the usual pair.
struct UsualPair {
  struct Gate : FixedAct<Activation::sigmoid> {
    template <class T>
    SEQNN_INLINE Vec<T> value(Vec<T> x) const {
      return vgate<T>(x);
    }
  };
  Gate gate;
  FixedAct<Activation::tanh> act;
  template <class T>
  explicit UsualPair(const CellConstants<T>&) {}
};
struct ChosenPair {
  ChosenAct gate, act;
  template <class T>
  explicit ChosenPair(const CellConstants<T>& c) : gate{c.recurrentActivation}, act{c.activation} {}
};

}  // namespace SEQNN_ISA
}  // namespace seqnn
