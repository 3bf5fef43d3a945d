#include "runtime/thread_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/machine.h"

namespace seqnn {
namespace {

inline void relax() {
#if defined(__x86_64__) || defined(_M_X64)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

constexpr auto kSpin = std::chrono::microseconds(50);

}  // namespace

struct ThreadPool::State {
  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<uint64_t> generation{0};
  std::atomic<bool> stop{false};
  // One job at a time; a worker copies nothing: all fields are published by `generation`.
  void (*fn)(void*, int) = nullptr;
  void* context = nullptr;
  int tasks = 0;
  std::atomic<int> next{0};
  std::atomic<int> busy{0};  // workers that have not yet left the current job

  void work() {
    for (int task = next.fetch_add(1, std::memory_order_relaxed); task < tasks;
         task = next.fetch_add(1, std::memory_order_relaxed)) {
      fn(context, task);
    }
  }

  bool waitFor(uint64_t seen) {
    const auto limit = std::chrono::steady_clock::now() + kSpin;
    while (generation.load(std::memory_order_acquire) == seen && !stop.load(std::memory_order_acquire)) {
      for (int i = 0; i < 32; ++i) relax();
      if (std::chrono::steady_clock::now() > limit) {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return generation.load() != seen || stop.load(); });
      }
    }
    return !stop.load(std::memory_order_acquire);
  }

  void loop() {
    const FlushDenormals flush;
    uint64_t seen = 0;
    while (waitFor(seen)) {
      ++seen;
      work();
      busy.fetch_sub(1, std::memory_order_release);
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(new State) {
  for (int i = 1; i < threads; ++i) state_->workers.emplace_back([s = state_] { s->loop(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stop.store(true);
  }
  state_->wake.notify_all();
  for (auto& worker : state_->workers) worker.join();
  delete state_;
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::run(int tasks, void (*fn)(void*, int), void* context) {
  State& s = *state_;
  s.fn = fn;
  s.context = context;
  s.tasks = tasks;
  s.next.store(0, std::memory_order_relaxed);
  s.busy.store(static_cast<int>(s.workers.size()), std::memory_order_relaxed);
  {
    std::lock_guard<std::mutex> lock(s.mutex);
    s.generation.fetch_add(1, std::memory_order_release);
  }
  s.wake.notify_all();
  s.work();
  // Every worker must have left before the next job may overwrite the fields.
  for (int spins = 0; s.busy.load(std::memory_order_acquire) != 0; ++spins) {
    relax();
    if (spins > 4096) std::this_thread::yield();
  }
}

}  // namespace seqnn
