#pragma once

#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "runtime/host_device.h"

namespace seqnn {

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
  void setThreads(double threads);
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // Held while a program runs or a variable is read or written.
  std::mutex& lock() { return lock_; }
  // The same for the JavaScript thread: the run under way ends after its present step, and none begins before the
  // script gives control back. So nobody waits for long, and what a script reads in one go belongs together.
  std::unique_lock<std::mutex> interrupt();
  bool interrupted() const { return interrupted_.load(); }
  // Whether another run waits for its turn.
  bool queued();
  HostDevice& host() { return *host_; }
  // "cpu", "gpu" (the first one) or "gpu:1"; fails, saying why, for one that is not there.
  Device& device(const std::string& name);
  // The one named by SEQNN_DEVICE, where buffers and programs go that name none.
  Device& defaultDevice() { return *default_; }

  Napi::FunctionReference bufferClass;

 private:
  void stop();
  void startRunner(Napi::Env env);
  void loop();
  void settleFinished(Napi::Env env);
  void settle(Napi::Env env, Job& job);

  std::unique_ptr<HostDevice> host_;
  std::map<int, std::unique_ptr<Device>> gpus_;  // by number
  Device* default_;
  std::mutex lock_;
  std::thread runner_;
  std::mutex queueLock_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_, finished_;
  std::atomic<bool> stopping_{false}, interrupted_{false};
  Napi::ThreadSafeFunction report_;
  int pending_ = 0;  // jobs submitted and not settled; keeps the process alive
};

}  // namespace seqnn
