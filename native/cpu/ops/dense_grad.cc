#include "cpu/ops/taps_kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// x [outer, F, inner] around `axis`, dy [outer, U, inner]; outputs dW [F, U], dbias [U] optional.
Kernel* create_denseGradW(const Node& node) {
  const DType dtype = node.floating();
  const Value& x = node.need(0, dtype);
  const Value& dy = node.need(1, dtype);
  const int axis = axisOf(node, x.shape);
  const AxisView view = viewAround(x.shape, axis);
  const Value& dw = presentOut(node, 0);
  expectRank(node, "dW", dw, 2);
  const int64_t units = dw.shape.dim[1];
  expectOutput(node, 0, "dW", dtype, view.count * units);
  expectSize(node, "dy", dy, view.outer * units * view.inner);
  const bool biased = node.output(1).present;
  if (biased) expectOutput(node, 1, "dbias", dtype, units);

  TapGradient taps;
  taps.steps = taps.sourceSteps = asSize(node, view.outer);
  taps.lanes = asSize(node, view.inner);
  taps.inputs = asSize(node, view.count);
  taps.units = asSize(node, units);
  asSize(node, view.outer * view.inner);
  return newTaps<TapGradientKernel>(node, dtype, taps, biased);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
