#pragma once

#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "runtime/kernel.h"

namespace seqnn {

// 64-byte aligned memory that grows and never shrinks: the arena that all programs of an environment share,
// since only one runs at a time.
class Arena {
 public:
  ~Arena();
  char* reserve(size_t bytes);

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

// One run to do off the main thread. `work` runs on the environment's thread, `done` on the JavaScript one.
struct Job {
  std::function<void()> work;
  std::function<Napi::Value(Napi::Env)> done;
  std::string error;
  Napi::Promise::Deferred deferred;
};

// Everything one JavaScript thread has: nothing is shared with other worker threads of the process.
class Environment {
 public:
  explicit Environment(Napi::Env env);
  ~Environment();
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Napi::Promise submit(Napi::Env env, std::function<void()> work, std::function<Napi::Value(Napi::Env)> done);
  void setThreads(int threads);
  int threads() const { return pool_->threads(); }
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // Held while a program runs or a variable is read or written.
  std::mutex& lock() { return lock_; }
  ThreadPool& pool() { return *pool_; }
  Arena& arena() { return arena_; }

  const KernelTable* kernels = nullptr;
  Napi::FunctionReference bufferClass;

 private:
  void stop();
  void loop();
  void settleFinished(Napi::Env env);
  void settle(Napi::Env env, Job& job);

  std::unique_ptr<ThreadPool> pool_;
  std::mutex lock_;
  Arena arena_;
  std::thread runner_;
  std::mutex queueLock_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_, finished_;
  std::atomic<bool> stopping_{false};
  Napi::ThreadSafeFunction report_;
  int pending_ = 0;  // jobs submitted and not settled; keeps the process alive
};

}  // namespace seqnn
