#include "runtime/in_steps.h"

#include <atomic>
#include <cstdint>
#include <thread>

#include "runtime/error.h"
#include "runtime/relax.h"

namespace seqnn {
namespace {

// The i-th of some parts: from the first on and from the last on by turns, as the part that a step took last is what
// the thread's caches still hold.
int inTurns(int step, int i, int count) { return step % 2 == 0 ? i : count - 1 - i; }

struct Work {
  int steps, parts, threads;
  void (*fn)(void*, int, int);
  void* context;
  // Each on a line of its own: a thread that waits must not slow down those that work.
  struct alignas(64) Counter {
    std::atomic<int64_t> value{0};
  };
  Counter taken[kMostParts];  // steps in which the part was taken
  Counter done;               // parts of all steps

  // Takes the part of this step, or finds it taken.
  bool take(int part, int64_t step) {
    std::atomic<int64_t>& next = taken[part].value;
    int64_t expected = step;
    return next.load(std::memory_order_relaxed) == step &&
           next.compare_exchange_strong(expected, step + 1, std::memory_order_relaxed);
  }

  // A thread may come at any step: it goes on from the one under way.
  void help(int thread) {
    constexpr int kPatience = 256;
    const int64_t all = int64_t(steps) * parts;
    const int first = thread * parts / threads, own = (thread + 1) * parts / threads - first;
    for (int idle = 0;; ++idle) {
      const int64_t finished = done.value.load(std::memory_order_acquire);
      if (finished == all) return;
      const int64_t step = finished / parts;
      for (int i = 0; i < parts; ++i) {
        const int part = i < own ? first + inTurns(static_cast<int>(step), i, own) : (first + i) % parts;
        if (!take(part, step)) continue;
        fn(context, static_cast<int>(step), part);
        done.value.fetch_add(1, std::memory_order_acq_rel);
        idle = 0;
      }
      relax();
      if (idle > kPatience) std::this_thread::yield();
    }
  }
};

}  // namespace

void runInSteps(ThreadPool& pool, int steps, int parts, double products, void (*fn)(void*, int, int), void* context) {
  if (parts > kMostParts) fail("steps of %d parts, at most %d", parts, kMostParts);
  const int threads = parts < pool.threads() ? parts : pool.threads();
  if (threads <= 1 || !pool.worthOthers(products)) {
    for (int step = 0; step < steps; ++step) {
      for (int i = 0; i < parts; ++i) fn(context, step, inTurns(step, i, parts));
    }
    if (threads > 1) pool.doneAlone();
    return;
  }
  Work work;
  work.steps = steps, work.parts = parts, work.threads = threads;
  work.fn = fn, work.context = context;
  pool.parallel(threads, [&](int thread) { work.help(thread); });
}

}  // namespace seqnn
