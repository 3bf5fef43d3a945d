#include "cpu/ops/taps_kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// x [T, F, B], w [K, F/groups, O], bias [O] optional; out [T2, O, B]. Tap k of step t reads x at
// t*stride + k*dilation - padLeft; what lies outside of x is zero.
Kernel* create_conv1d(const Node& node) {
  const DType dtype = node.floating();
  const Value& x = node.need(0, dtype);
  const Value& w = node.need(1, dtype);
  const Value& y = presentOut(node, 0);
  expectRank(node, "x", x, 3);
  expectRank(node, "w", w, 3);
  expectRank(node, "out", y, 3);
  const ConvOptions options(node);
  const int64_t inputs = groupSize(node, "features", x.shape.dim[1], options.groups), units = w.shape.dim[2];

  Taps taps;
  taps.rows = groupSize(node, "filters", units, options.groups);
  taps.columns = asSize(node, inputs);
  taps.taps = asSize(node, w.shape.dim[0]);
  taps.groups = asSize(node, options.groups);
  taps.steps = asSize(node, y.shape.dim[0]);
  taps.sourceSteps = asSize(node, x.shape.dim[0]);
  taps.lanes = asSize(node, x.shape.dim[2]);
  expectShape(node, "w", w, taps.taps, inputs, units);
  expectShape(node, "out", y, taps.steps, units, taps.lanes);
  expectDType(node, "out", y, dtype);
  const bool biased = node.input(2).present;
  if (biased) expectInput(node, 2, "bias", dtype, units);
  taps.wTap = inputs * units;
  taps.wGroup = taps.rows;
  taps.wRow = 1;
  taps.wColumn = units;
  taps.scale = options.stride;
  taps.advance = options.dilation;
  taps.shift = -options.padLeft;
  taps.activation = activationFrom(node.word("activation", "linear"));
  return newTaps<TapsKernel>(node, dtype, taps, biased, node.fixed(1));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
