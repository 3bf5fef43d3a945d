#pragma once

#include <cstddef>

namespace seqnn {

// A fixed set of threads for one environment. The calling thread takes part, so a pool of 1 has no thread
// of its own. Workers spin briefly after a job (train steps follow each other within microseconds), then sleep.
class ThreadPool {
 public:
  // Throws Error where the system gives fewer threads.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Runs fn(context, task) for every task in [0, tasks) and returns when all are done. Which thread runs
  // which task is not fixed: kernels must make their bits depend on the task alone. Not reentrant.
  void run(int tasks, void (*fn)(void* context, int task), void* context);

  // Whether a job of so many multiply-adds, which this thread could do as well, should have the others: where they are
  // awake, or where it is large or such jobs have followed each other closely. A thread that has slept comes late and
  // to cold caches, and holds up an occasional job more than it helps.
  bool worthOthers(double products);
  // Behind a job that had none.
  void doneAlone();

  template <class F>
  void parallel(int tasks, F body) {
    if (tasks <= 1 || threads() == 1) {
      for (int task = 0; task < tasks; ++task) body(task);
      return;
    }
    run(
        tasks, [](void* context, int task) { (*static_cast<F*>(context))(task); }, &body);
  }

 private:
  void end();

  struct State;
  State* state_;
};

}  // namespace seqnn
