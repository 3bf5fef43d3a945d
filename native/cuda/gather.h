#pragma once

#include "cuda/queue.h"
#include "runtime/gather.h"

namespace seqnn {
namespace cuda {

// gather() of runtime/gather.h on the device: source, order and target lie there.
void gatherRows(Queue& queue, const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to);

}  // namespace cuda
}  // namespace seqnn
