#pragma once

// What the backends' elementwise kernels ask of a node alike: the operands' walks, the outputs, the type to compute in.

#include "cpu/ops/broadcast.h"

namespace seqnn {
namespace SEQNN_ISA {

// Integers are exact in double only; float is enough for everything that touches float32.
inline bool needsDouble(const Node& node) {
  bool anyDouble = false, anyFloat = false, anyInteger = false;
  const auto look = [&](const Value& value) {
    anyDouble = anyDouble || value.dtype == DType::f64;
    anyFloat = anyFloat || value.dtype == DType::f32;
    anyInteger = anyInteger || value.dtype == DType::i32;
  };
  for (int i = 0; i < node.inputs(); ++i) look(node.input(i));
  for (int i = 0; i < node.outputs(); ++i) look(node.output(i));
  return anyDouble || (anyInteger && !anyFloat);
}

// The dtype of an output, all of which have one shape.
inline DType outputType(const Node& node, int i, const Shape& shape) {
  const Value& value = presentOut(node, i);
  if (!(value.shape == shape)) fail("elementwise: output %d has another shape than output 0", i);
  return value.dtype;
}

// new K<double>(node) or new K<float>(node).
template <template <class> class K>
Kernel* newElementwise(const Node& node) {
  if (needsDouble(node)) return new K<double>(node);
  return new K<float>(node);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
