#pragma once

// The operands of softmax, logSoftmax and softmaxCrossEntropy, and of their gradients.

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

// new K<T>(view) for the first `operands` inputs, which have the shape and dtype of the output.
template <template <class> class K>
Kernel* newSoftmax(const Node& node, int operands) {
  const Value& y = presentOut(node, 0);
  for (int i = 0; i < operands; ++i) expectInput(node, i, "an operand", y.dtype, y.shape.size());
  const AxisView view = viewAround(y.shape, axisOf(node, y.shape));
  return newFloating<K>(node, y.dtype, view);
}

struct CrossEntropyConfig {
  AxisView view;
  bool sparse, probabilities;
};

inline CrossEntropyConfig crossEntropyOf(const Node& node, const Value& logits) {
  const CrossEntropyConfig config{viewAround(logits.shape, axisOf(node, logits.shape)), node.flag("sparse"),
                                  node.output(1).present};
  if (config.sparse) {
    expectInput(node, 1, "the labels", DType::i32, config.view.rows());
  } else {
    expectInput(node, 1, "the target", logits.dtype, config.view.size());
  }
  return config;
}

// logits [O, C, I], target [O, C, I] or (flag sparse) i32 [O, I] -> loss [O, I], probabilities [O, C, I] (optional)
inline CrossEntropyConfig crossEntropyConfig(const Node& node) {
  const Value& logits = present(node, 0);
  const CrossEntropyConfig config = crossEntropyOf(node, logits);
  expectOutput(node, 0, "the loss", logits.dtype, config.view.rows());
  if (config.probabilities) expectOutput(node, 1, "the probabilities", logits.dtype, config.view.size());
  return config;
}

// probabilities, target, dloss [O, I] -> dlogits
inline CrossEntropyConfig crossEntropyGradConfig(const Node& node) {
  const Value& probabilities = present(node, 0);
  const CrossEntropyConfig config = crossEntropyOf(node, probabilities);
  expectInput(node, 2, "dloss", probabilities.dtype, config.view.rows());
  expectOutput(node, 0, "dlogits", probabilities.dtype, config.view.size());
  return config;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
