#include "cpu/ops/taps_kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// x [outer, F, inner] around `axis`, w [F, U] (with `transposed` [U, F], read as its transpose), bias [U] optional.
Kernel* create_dense(const Node& node) {
  const DType dtype = node.floating();
  const Value& x = node.need(0, dtype);
  const Value& w = node.need(1, dtype);
  const int axis = axisOf(node, x.shape);
  const AxisView view = viewAround(x.shape, axis);
  expectRank(node, "w", w, 2);
  const bool transposed = node.flag("transposed");
  const int64_t features = w.shape.dim[transposed ? 1 : 0], units = w.shape.dim[transposed ? 0 : 1];
  if (features != view.count) {
    fail("dense: axis %d of x has %lld features, w expects %lld", axis, static_cast<long long>(view.count),
         static_cast<long long>(features));
  }
  expectOutput(node, 0, "out", dtype, view.outer * units * view.inner);
  const bool biased = node.input(2).present;
  if (biased) expectInput(node, 2, "bias", dtype, units);

  Taps taps;
  taps.steps = taps.sourceSteps = asSize(node, view.outer);
  taps.lanes = asSize(node, view.inner);
  taps.rows = asSize(node, units);
  taps.columns = asSize(node, features);
  taps.wRow = transposed ? features : 1;
  taps.wColumn = transposed ? 1 : units;
  taps.activation = activationFrom(node.word("activation", "linear"));
  return newTaps<TapsKernel>(node, dtype, taps, biased, node.fixed(1));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
