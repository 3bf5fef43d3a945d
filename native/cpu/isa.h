#pragma once

#include "runtime/kernel.h"

namespace seqnn {

// The kernels of the best instruction set that this processor has, or of the one named (null: best).
// Fails, naming the choices, when the name is unknown or the processor lacks it.
const KernelTable& kernelsFor(const char* isa);

// Names of the sets that this binary holds and this processor can run, best first; null-terminated.
const char* const* usableIsas();

// The kernel for a node by the instruction set whose vectors are half as wide as the best one's; null where this build
// has none.
Kernel* createHalfAsWide(const Node& node);

}  // namespace seqnn
