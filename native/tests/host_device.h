#pragma once

// Where fake_node.h runs kernels: on this processor, by every instruction set that it has. cuda/tests/fake_device.h is
// the same for a GPU.

#include <cstdlib>

#include "cpu/isa.h"

namespace seqnn {

struct FakeDevice {
  using Pool = ThreadPool;
  static Pool* newPool(int threads) { return new ThreadPool(threads); }
  static const char* const* isas() { return usableIsas(); }
  static const KernelTable& table(const char* isa) { return kernelsFor(isa); }
  static void* take(size_t bytes) { return std::aligned_alloc(64, bytes); }
  static void give(void* memory) { std::free(memory); }
  static void finish(Pool&) {}
};

}  // namespace seqnn
