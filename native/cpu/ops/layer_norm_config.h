#pragma once

// The operands of layerNorm and of its gradient, around one axis of [O, C, I].

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

// Attrs axis, epsilon; flag rms: no mean is taken away.
//   x, gamma [C]?, beta [C]? -> y, mean [O, I]?, rstd [O, I]?
struct LayerNormConfig {
  AxisView view;
  double epsilon;
  bool rms, gamma, beta, mean, rstd;
};

inline LayerNormConfig layerNormConfig(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  const LayerNormConfig config{view,
                               node.number("epsilon", 1e-3),
                               node.flag("rms"),
                               node.input(1).present,
                               node.input(2).present,
                               node.output(1).present,
                               node.output(2).present};
  if (config.rms && config.beta) fail("layerNorm: beta is given, expected none with rms");
  if (config.gamma) expectInput(node, 1, "gamma", x.dtype, view.count);
  if (config.beta) expectInput(node, 2, "beta", x.dtype, view.count);
  expectOutput(node, 0, "the output", x.dtype, view.size());
  if (config.mean) expectOutput(node, 1, "mean", x.dtype, view.rows());
  if (config.rstd) expectOutput(node, 2, "rstd", x.dtype, view.rows());
  return config;
}

// x, gamma?, mean [O, I] (absent with rms), rstd [O, I], dy -> dx?, dgamma [C]?, dbeta [C]?
struct LayerNormGradConfig {
  AxisView view;
  bool rms, gamma, mean, dx, dgamma, dbeta;
};

inline LayerNormGradConfig layerNormGradConfig(const Node& node) {
  const Value& x = present(node, 0);
  const AxisView view = viewAround(x.shape, axisOf(node, x.shape));
  const LayerNormGradConfig config{view,
                                   node.flag("rms"),
                                   node.input(1).present,
                                   !node.flag("rms"),
                                   node.output(0).present,
                                   node.output(1).present,
                                   node.output(2).present};
  if (config.gamma) expectInput(node, 1, "gamma", x.dtype, view.count);
  if (config.mean) expectInput(node, 2, "mean", x.dtype, view.rows());
  expectInput(node, 3, "rstd", x.dtype, view.rows());
  expectInput(node, 4, "dy", x.dtype, view.size());
  if (config.dx) expectOutput(node, 0, "dx", x.dtype, view.size());
  if (config.dgamma) expectOutput(node, 1, "dgamma", x.dtype, view.count);
  if (config.dbeta) expectOutput(node, 2, "dbeta", x.dtype, view.count);
  return config;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
