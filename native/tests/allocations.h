#pragma once

#include <cstdint>

namespace seqnn {

// How often this process has called operator new: a kernel's run must not.
int64_t allocations();

}  // namespace seqnn
