#pragma once

#include "runtime/thread_pool.h"

namespace seqnn {

// Parts that one step may have.
constexpr int kMostParts = 16;

// Runs fn(context, step, part) for all parts of step 0, then for all of step 1, and so on: for loops over time whose
// steps take microseconds, which is too little for a job of the pool each. A thread begins with the parts that it had
// in the step before, whose data its cache holds, and then takes what others have not begun; so nobody waits for a
// thread that the system has put aside, unless it holds a part. Bits must depend on step and part alone.
// products: multiply-adds of all steps, from which follows whether other threads are worth waking.
void runInSteps(ThreadPool& pool, int steps, int parts, double products, void (*fn)(void* context, int step, int part),
                void* context);

template <class F>
void inSteps(ThreadPool& pool, int steps, int parts, double products, F body) {
  runInSteps(
      pool, steps, parts, products, [](void* context, int step, int part) { (*static_cast<F*>(context))(step, part); },
      &body);
}

}  // namespace seqnn
