#include "runtime/in_steps.h"

#include <algorithm>
#include <atomic>
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
  // Each on a line of its own, which as few threads as can be look at: fetching one from another core takes as long as
  // hundreds of multiply-adds.
  struct alignas(64) Counter {
    std::atomic<int> value{0};
  };
  Counter taken[kMostParts], finished[kMostParts];  // steps in which the part was

  // Takes the part of this step and runs it, or finds it taken.
  bool run(int part, int step) {
    std::atomic<int>& next = taken[part].value;
    int expected = step;
    if (next.load(std::memory_order_relaxed) != step ||
        !next.compare_exchange_strong(expected, step + 1, std::memory_order_relaxed)) {
      return false;
    }
    fn(context, step, part);
    finished[part].value.store(step + 1, std::memory_order_release);
    return true;
  }

  int stepsOf(int part) const { return finished[part].value.load(std::memory_order_acquire); }

  // The step that some part has not finished yet.
  int underWay() const {
    int step = steps;
    for (int part = 0; part < parts; ++part) step = std::min(step, stepsOf(part));
    return step;
  }

  // Waits for a part. Whoever should run it has `hold` looks to begin. Tells whether it did not.
  bool await(int part, int step, int hold) {
    constexpr int kPatience = 256;
    for (int idle = 0; stepsOf(part) <= step; ++idle) {
      if (idle >= hold && run(part, step)) return true;
      relax();
      if (idle > kPatience) std::this_thread::yield();
    }
    return false;
  }

  // A thread may come at any step: it goes on from the one under way.
  void help(int thread) {
    const int first = thread * parts / threads, own = (thread + 1) * parts / threads - first;
    const int someLooks = parts % threads == 0 ? 16 : 0;
    bool away = false;  // other threads are, as far as is known
    for (int step = underWay(); step < steps; ++step) {
      for (int i = 0; i < own; ++i) run(first + inTurns(step, i, own), step);
      bool took = false;
      for (int i = 0; i < parts; ++i) took |= await((first + own + i) % parts, step, away ? 0 : someLooks);
      away = took;
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
