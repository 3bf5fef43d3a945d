#pragma once

// The operands of `rnnGrad` and the places of its workspace, shared by the walk back in time and the sums after it.

#include "cpu/rnn/workspace.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
struct BackwardOperands {
  const T* x;             // [T, F, B]
  const T* kernel;        // [F, columns]
  const T* recurrent;     // [H, columns]
  const T* h0;            // [H, B]; may be null, like all that follow but hs
  const T* c0;            // [H, B]
  const uint8_t* mask;    // [T, B]
  const T* dropout;       // [H, B]
  const T* peephole;      // [3, H]
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
  T* dx;                  // [T, F, B]
  T* dKernel;             // [F, columns]
  T* dRecurrent;          // [H, columns]
  T* dBias;               // as bias
  T* dh0;                 // [H, B]
  T* dc0;                 // [H, B]
  T* dPeephole;           // [3, H]
  T* dNormScale;          // [normed]
  T* dNormShift;          // [normed]
  ThreadPool& pool;
};

// Blocks of H in the gradients of the sums: as many as the reserve has, so that they can be written over it, step by
// step. A step reads what was kept of an element before it writes there.
inline int gradRows(const RnnConfig& c) { return c.layout.reserve > 0 ? c.layout.reserve : c.layout.rows; }

// What the walk leaves behind for the sums over time.
template <class T>
struct Kept {
  T* dGates;  // [steps, gradRows, H, B] from step `firstGrad` on; with all steps, may be the reserve
  int firstGrad;
  T* used;    // [T, H, B] h' as the products saw it; null where it is the outputs before
  T* reset;   // [T, H, B] r h'; null but for gru
  T* zeros;   // [paddedBatch]
  T* dScale;  // [normed, paddedBatch] sums over the steps
  T* dShift;  // as dScale
};

template <class T>
T* gradsOf(const RnnConfig& c, const Kept<T>& kept, int s) {
  return kept.dGates + int64_t(s - kept.firstGrad) * gradRows(c) * c.H * c.B;
}

inline int64_t timeOf(const RnnConfig& c, int s) { return c.reverse ? c.T - 1 - s : s; }

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
