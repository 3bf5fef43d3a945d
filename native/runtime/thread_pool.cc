#include "runtime/thread_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/error.h"
#include "runtime/machine.h"
#include "runtime/relax.h"

namespace seqnn {
namespace {

// A worker that found nothing to do looks on for about this long: the products of a train step follow each other
// within microseconds, and waking a thread takes fifty.
constexpr auto kSpin = std::chrono::microseconds(200);

// Multiply-adds of jobs without a pause between them from which on sleeping threads are woken: a few milliseconds.
constexpr double kWorthWaking = 50e6;

constexpr uint64_t kIndexBits = 32;
constexpr uint64_t kIndexMask = (uint64_t{1} << kIndexBits) - 1;

}  // namespace

// A job is published by its ticket: its number in the high half, the next task in the low half. A thread takes a task
// by advancing the ticket, which fails once another job has come; so the caller waits for taken tasks only, never for a
// worker that the system has put aside and that took none.
struct ThreadPool::State {
  std::vector<std::thread> workers;
  std::atomic<uint64_t> ticket{0};
  std::atomic<void (*)(void*, int)> fn{nullptr};
  std::atomic<void*> context{nullptr};
  std::atomic<int> tasks{0};
  std::atomic<int> done{0};
  std::atomic<int> sleepers{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable wake;
  // Of the caller alone: what it did without the others, and until when.
  double alone = 0;
  std::chrono::steady_clock::time_point aloneUntil{};

  bool available(uint64_t at) const {
    return static_cast<int64_t>(at & kIndexMask) < tasks.load(std::memory_order_relaxed);
  }

  // Takes and runs one task of the present job; false when none is left.
  bool runOne() {
    uint64_t at = ticket.load(std::memory_order_acquire);
    for (;;) {
      if (!available(at)) return false;
      const auto f = fn.load(std::memory_order_relaxed);
      void* const c = context.load(std::memory_order_relaxed);
      if (ticket.compare_exchange_weak(at, at + 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        f(c, static_cast<int>(at & kIndexMask));
        done.fetch_add(1, std::memory_order_release);
        return true;
      }
    }
  }

  void sleep() {
    std::unique_lock<std::mutex> lock(mutex);
    sleepers.fetch_add(1);
    wake.wait(lock, [this] { return stop.load() || available(ticket.load()); });
    sleepers.fetch_sub(1);
  }

  void loop() {
    const FlushDenormals flush;
    auto idleSince = std::chrono::steady_clock::now();
    while (!stop.load(std::memory_order_acquire)) {
      if (runOne()) {
        while (runOne()) {
        }
        idleSince = std::chrono::steady_clock::now();
        continue;
      }
      for (int i = 0; i < 32; ++i) relax();
      if (std::chrono::steady_clock::now() - idleSince > kSpin) {
        sleep();
        idleSince = std::chrono::steady_clock::now();
      }
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(new State) {
  try {
    for (int i = 1; i < threads; ++i) state_->workers.emplace_back([s = state_] { s->loop(); });
  } catch (const std::system_error& error) {
    const size_t started = state_->workers.size();
    end();
    fail("this machine gives %zu of %d threads: %s", started + 1, threads, error.what());
  }
}

ThreadPool::~ThreadPool() { end(); }

void ThreadPool::end() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stop.store(true);
  }
  state_->wake.notify_all();
  for (auto& worker : state_->workers) worker.join();
  delete state_;
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

bool ThreadPool::worthOthers(double products) {
  State& s = *state_;
  if (s.workers.empty()) return false;
  if (s.sleepers.load(std::memory_order_relaxed) == 0) return true;
  if (std::chrono::steady_clock::now() - s.aloneUntil > kSpin) s.alone = 0;
  s.alone += products;
  return s.alone >= kWorthWaking;
}

void ThreadPool::doneAlone() { state_->aloneUntil = std::chrono::steady_clock::now(); }

void ThreadPool::run(int tasks, void (*fn)(void*, int), void* context) {
  State& s = *state_;
  // Closed to latecomers of the last job before its fields change: they fail to advance a ticket of another job.
  const uint64_t job = (s.ticket.load(std::memory_order_relaxed) >> kIndexBits) + 1;
  s.ticket.store((job << kIndexBits) | kIndexMask, std::memory_order_seq_cst);
  s.fn.store(fn, std::memory_order_relaxed);
  s.context.store(context, std::memory_order_relaxed);
  s.tasks.store(tasks, std::memory_order_relaxed);
  s.done.store(0, std::memory_order_relaxed);
  s.ticket.store(job << kIndexBits, std::memory_order_seq_cst);
  if (s.sleepers.load(std::memory_order_seq_cst) > 0) {
    const std::lock_guard<std::mutex> lock(s.mutex);
    s.wake.notify_all();
  }
  while (s.runOne()) {
  }
  for (int spins = 0; s.done.load(std::memory_order_acquire) != tasks; ++spins) {
    relax();
    if (spins > 4096) std::this_thread::yield();
  }
}

}  // namespace seqnn
