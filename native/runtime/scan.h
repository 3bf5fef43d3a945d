#pragma once

#include <memory>

#include "runtime/kernel.h"

namespace seqnn {

// Runs a body once per time step. Attributes: steps; stacked, states, constants (operand counts, in this order);
// reverse (flag per stacked input and output: step s reads and writes row T-1-s).
// Body parameters: [stacked slices, states, constants, output slices]; body outputs: the next states.
// Results: [final states, stacked outputs].
std::unique_ptr<Kernel> createScan(const Node& node, const KernelTable& kernels);

}  // namespace seqnn
