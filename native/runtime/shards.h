#pragma once

#include <memory>

#include "runtime/kernel.h"

namespace seqnn {

// Runs a body once per shard of the batch, several shards at a time, each on one thread from its first instruction to
// its last: what a thread computes stays in its core's cache. Attributes: shards; stacked, constants (operand counts,
// in this order), threaded (an instruction of the body can use several threads by itself). Body parameters: [slices of
// the stacked operands, constants, slices of the results]; no body outputs.
std::unique_ptr<Kernel> createShards(const Node& node, const KernelTable& kernels);

}  // namespace seqnn
