#include "cuda/emulate/block.h"

#include <setjmp.h>
#include <ucontext.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "runtime/error.h"

namespace seqnn {
namespace cuda {
namespace emulate {
namespace {

constexpr size_t kStack = 64 * 1024;

// One block in progress. A fiber is started once with its own stack (makecontext) and afterwards entered and left by
// setjmp and longjmp, which make no system call.
struct Block {
  struct Fiber {
    std::unique_ptr<char[]> stack;
    ucontext_t start;
    jmp_buf at;
    bool started = false, done = false;
  };
  std::vector<Fiber> fibers;
  std::vector<char> shared;
  jmp_buf scheduler;
  unsigned running = 0;
  bool barriers = false;
  void (*body)(void*) = nullptr;
  void* context = nullptr;
};

thread_local Block block;

// Serves one block after the other, so that contexts, whose making calls the system, are made once.
void enterFiber() {
  for (;;) {
    block.body(block.context);
    Block::Fiber& fiber = block.fibers[block.running];
    fiber.done = true;
    if (_setjmp(fiber.at) == 0) _longjmp(block.scheduler, 1);
  }
}

// Until the fiber waits at a barrier or ends.
void resume(unsigned thread) {
  block.running = thread;
  place.thread = dim3(thread);
  if (_setjmp(block.scheduler) != 0) return;
  Block::Fiber& fiber = block.fibers[block.running];
  if (fiber.started) _longjmp(fiber.at, 1);
  fiber.started = true;
  setcontext(&fiber.start);
}

void runFibers(unsigned threads) {
  if (block.fibers.size() < threads) block.fibers = std::vector<Block::Fiber>(threads);  // none is in use
  for (unsigned t = 0; t < threads; ++t) {
    Block::Fiber& fiber = block.fibers[t];
    fiber.done = false;
    if (fiber.stack) continue;
    fiber.stack.reset(new char[kStack]);
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = fiber.stack.get();
    fiber.start.uc_stack.ss_size = kStack;
    fiber.start.uc_link = nullptr;
    makecontext(&fiber.start, enterFiber, 0);
  }
  // Rounds from barrier to barrier, forwards and backwards in turn: a kernel that lacks a barrier then reads what is
  // not yet written.
  static const bool backwardsFirst = std::getenv("SEQNN_EMULATE_BACKWARDS") != nullptr;
  for (unsigned round = 0;; ++round) {
    unsigned ended = 0;
    for (unsigned i = 0; i < threads; ++i) {
      const unsigned t = (round % 2 == 0) == backwardsFirst ? threads - 1 - i : i;
      if (!block.fibers[t].done) resume(t);
      ended += block.fibers[t].done;
    }
    if (ended == threads) return;
    if (ended > 0) fail("emulation: %u of %u threads ended while others wait at a barrier", ended, threads);
  }
}

}  // namespace

void* sharedMemory() { return block.shared.data(); }

void barrier() {
  if (!block.barriers) fail("emulation: a barrier in a kernel that was launched without");
  Block::Fiber& fiber = block.fibers[block.running];
  if (_setjmp(fiber.at) == 0) _longjmp(block.scheduler, 1);
}

void run(dim3 grid, unsigned threads, size_t shared, bool barriers, void (*body)(void*), void* context) {
  block.body = body;
  block.context = context;
  block.barriers = barriers;
  place.grid = grid;
  place.threads = dim3(threads);
  if (block.shared.size() < shared) block.shared.resize(shared);
  for (unsigned z = 0; z < grid.z; ++z) {
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; ++x) {
        place.block = dim3(x, y, z);
        if (barriers) {
          runFibers(threads);
          continue;
        }
        for (unsigned t = 0; t < threads; ++t) {
          place.thread = dim3(t);
          body(context);
        }
      }
    }
  }
}

}  // namespace emulate
}  // namespace cuda
}  // namespace seqnn
