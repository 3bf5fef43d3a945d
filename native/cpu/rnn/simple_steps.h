#pragma once

#include "cells/simple.h"
#include "cpu/rnn/steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

SEQNN_INLINE Chosen activationOf(Activation a, Chosen*) { return {a}; }
template <Activation A>
SEQNN_INLINE Fixed<A> activationOf(Activation, Fixed<A>*) {
  return {};
}

template <class T, class Act>
void simpleForwardStep(const CellConstants<T>& cell, const ForwardBlock<T>& b) {
  const Act act = activationOf(cell.activation, static_cast<Act*>(nullptr));
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> h = cells::simpleForward<T>(act, loadAt(b.gates, row, lane, n));
    storeAt(b.h, row, lane, n, b.keep ? kept(b, lane, n, h, loadAt(b.hBefore, row, lane, n)) : h);
  });
}

template <class T, class Act>
void simpleBackwardStep(const CellConstants<T>& cell, const BackwardBlock<T>& b) {
  const Act act = activationOf(cell.activation, static_cast<Act*>(nullptr));
  const Vec<T> zero = splat<T>(T(0));
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> dh = loadAt(b.dh, row, lane, n) + loadOrZero(b.dhGiven, row, lane, n);
    const Vec<T> dz = cells::simpleBackward<T>(act, loadAt(b.h, row, lane, n), dh);
    storeAt(b.dGates, row, lane, n, kept(b, lane, n, dz, zero));
    storeAt(b.dh, row, lane, n, kept(b, lane, n, zero, dh));
  });
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
