#pragma once

#include "cells/simple.h"
#include "cpu/rnn/steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

SEQNN_INLINE ChosenAct activationOf(CellActivation a, ChosenAct*) { return {a}; }
template <Activation A>
SEQNN_INLINE FixedAct<A> activationOf(CellActivation, FixedAct<A>*) {
  return {};
}

template <class T, class Act>
void simpleForwardStep(const CellConstants<T> cell, const ForwardBlock<T> b) {
  const Act act = activationOf(cell.activation, static_cast<Act*>(nullptr));
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> z = loadAt(b.gates, row, lane, n), h = cells::simpleForward<T>(act, z);
    if (cell.keepsValue) storeAt(b.gates, row, lane, n, act.template keep<T>(z, h));
    storeAt(b.h, row, lane, n, b.keep ? kept(b, lane, n, h, loadAt(b.hBefore, row, lane, n)) : h);
  });
}

template <class T, class Act>
void simpleBackwardStep(const CellConstants<T> cell, const BackwardBlock<T> b) {
  const Act act = activationOf(cell.activation, static_cast<Act*>(nullptr));
  const Vec<T> zero = splat<T>(T(0));
  const Rows<const T> values = cell.keepsValue ? b.gates : b.h;
  overBlock<T>(b.rows, b.lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> dh = loadAt(b.dh, row, lane, n) + loadOrZero(b.dhGiven, row, lane, n);
    const Vec<T> dz = cells::simpleBackward<T>(act, loadAt(values, row, lane, n), dh);
    storeAt(b.dGates, row, lane, n, kept(b, lane, n, dz, zero));
    storeAt(b.dh, row, lane, n, kept(b, lane, n, zero, dh));
  });
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
