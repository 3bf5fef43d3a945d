#include "cpu/ops/taps_kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// dy [T2, O, B], w [K, F/groups, O]; out dx [T, F, B]: tap k of step t reads dy at (t + padLeft - k*dilation) / stride.
Kernel* create_conv1dGradX(const Node& node) {
  const DType dtype = node.floating();
  const Value& dy = node.need(0, dtype);
  const Value& w = node.need(1, dtype);
  const Value& dx = presentOut(node, 0);
  expectRank(node, "dy", dy, 3);
  expectRank(node, "w", w, 3);
  expectRank(node, "dx", dx, 3);
  const ConvOptions options(node);
  const int64_t units = dy.shape.dim[1];

  Taps taps;
  taps.rows = groupSize(node, "features", dx.shape.dim[1], options.groups);
  taps.columns = groupSize(node, "filters", units, options.groups);
  taps.taps = asSize(node, w.shape.dim[0]);
  taps.groups = asSize(node, options.groups);
  taps.steps = asSize(node, dx.shape.dim[0]);
  taps.sourceSteps = asSize(node, dy.shape.dim[0]);
  taps.lanes = asSize(node, dy.shape.dim[2]);
  expectShape(node, "w", w, taps.taps, taps.rows, units);
  expectShape(node, "dx", dx, taps.steps, dx.shape.dim[1], taps.lanes);
  expectDType(node, "dx", dx, dtype);
  taps.wTap = taps.rows * units;
  taps.wGroup = taps.columns;
  taps.wRow = units;
  taps.wColumn = 1;
  taps.advance = -options.dilation;
  taps.shift = options.padLeft;
  taps.divisor = options.stride;
  return newTaps<TapsKernel>(node, dtype, taps, false, node.fixed(1));
}

// x [T, F, B], dy [T2, O, B]; outputs dw [K, F/groups, O], dbias [O] optional.
Kernel* create_conv1dGradW(const Node& node) {
  const DType dtype = node.floating();
  const Value& x = node.need(0, dtype);
  const Value& dy = node.need(1, dtype);
  const Value& dw = presentOut(node, 0);
  expectRank(node, "x", x, 3);
  expectRank(node, "dy", dy, 3);
  expectRank(node, "dw", dw, 3);
  const ConvOptions options(node);
  const int64_t units = dy.shape.dim[1];

  TapGradient taps;
  taps.inputs = groupSize(node, "features", x.shape.dim[1], options.groups);
  taps.units = groupSize(node, "filters", units, options.groups);
  taps.taps = asSize(node, dw.shape.dim[0]);
  taps.groups = asSize(node, options.groups);
  taps.steps = asSize(node, dy.shape.dim[0]);
  taps.sourceSteps = asSize(node, x.shape.dim[0]);
  taps.lanes = asSize(node, x.shape.dim[2]);
  asSize(node, dy.shape.dim[0] * dy.shape.dim[2]);
  expectShape(node, "dw", dw, taps.taps, taps.inputs, units);
  expectShape(node, "dy", dy, taps.steps, units, taps.lanes);
  expectDType(node, "dw", dw, dtype);
  const bool biased = node.output(1).present;
  if (biased) expectOutput(node, 1, "dbias", dtype, units);
  taps.stride = options.stride;
  taps.dilation = options.dilation;
  taps.padLeft = options.padLeft;
  return newTaps<TapGradientKernel>(node, dtype, taps, biased);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
