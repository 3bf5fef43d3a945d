#pragma once

// Where fake_node.h runs kernels: on the GPU (or its emulation), in memory that both sides see.

#include "cuda/queue.h"

namespace seqnn {
namespace cuda {
extern const KernelTable kTable;
}

struct FakeDevice {
  using Pool = cuda::Queue;
  static Pool* newPool(int) { return new cuda::Queue(); }
  static const char* const* isas() {
    static const char* const names[] = {"cuda", nullptr};
    return names;
  }
  static const KernelTable& table(const char*) { return cuda::kTable; }
  static void* take(size_t bytes) { return cuda::allocateShared(bytes); }
  static void give(void* memory) { cuda::release(memory); }
  static void finish(Pool& pool) { pool.finish(); }
};

}  // namespace seqnn
