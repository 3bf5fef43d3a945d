#include "binding/environment.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "cpu/isa.h"
#include "runtime/machine.h"
#if defined(SEQNN_CUDA)
#include "cuda/device.h"
#endif

namespace seqnn {
namespace {

constexpr int kMaxThreads = 256;

int defaultThreads() {
  const char* text = std::getenv("SEQNN_NUM_THREADS");
  if (!text || !*text) return usableCores();
  char* end = nullptr;
  const long n = std::strtol(text, &end, 10);
  if (*end != '\0' || n < 1 || n > kMaxThreads)
    fail("SEQNN_NUM_THREADS is '%s', expected an integer from 1 to %d", text, kMaxThreads);
  return static_cast<int>(n);
}

}  // namespace

Environment::Environment(Napi::Env env)
    : host_(std::make_unique<HostDevice>(kernelsFor(std::getenv("SEQNN_ISA")), defaultThreads())),
      default_(host_.get()) {
  const char* wanted = std::getenv("SEQNN_DEVICE");
  try {
    if (wanted && *wanted) default_ = &device(wanted);
  } catch (const Error& error) {
    fail("SEQNN_DEVICE is '%s': %s", wanted, error.what());
  }
  const auto wake = [this](const Napi::CallbackInfo& info) { settleFinished(info.Env()); };
  report_ = Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, wake), "seqnn", 0, 1);
  report_.Unref(env);
  // Node frees programs and buffers before the instance data: the thread that uses them must have ended by then.
  env.AddCleanupHook([this] { stop(); });
}

Environment::~Environment() { stop(); }

// Runs on the JavaScript thread as it ends: the run in progress stops at its next step, and what nobody will be told
// of is freed here, where its references still can be.
void Environment::stop() {
  {
    std::lock_guard<std::mutex> guard(queueLock_);
    stopping_.store(true);
  }
  wake_.notify_all();
  if (runner_.joinable()) runner_.join();
  queue_.clear();
  finished_.clear();
}

void Environment::setThreads(double threads) {
  if (!(threads >= 1 && threads <= kMaxThreads) || threads != std::floor(threads))
    fail("setThreads: %.12g, expected an integer from 1 to %d", threads, kMaxThreads);
  const auto guard = interrupt();
  host_->setThreads(static_cast<int>(threads));
}

Device& Environment::device(const std::string& name) {
  if (name == "cpu") return *host_;
  int number = 0;
  char rest = 0;
  if (name != "gpu" && (std::sscanf(name.c_str(), "gpu:%4d%c", &number, &rest) != 1 || number < 0))
    fail("device '%s', expected cpu, gpu or gpu:0", name.c_str());
#if defined(SEQNN_CUDA)
  std::unique_ptr<Device>& gpu = gpus_[number];
  if (!gpu) gpu = cuda::openDevice(number);
  return *gpu;
#else
  fail("this build has no gpu kernels; build it with CUDA=on");
#endif
}

std::unique_lock<std::mutex> Environment::interrupt() {
  interrupted_.store(true);
  return std::unique_lock<std::mutex>(lock_);
}

bool Environment::queued() {
  std::lock_guard<std::mutex> guard(queueLock_);
  return !queue_.empty();
}

Napi::Promise Environment::submit(Napi::Env env, std::function<void()> work,
                                  std::function<Napi::Value(Napi::Env)> done) {
  startRunner(env);
  interrupted_.store(false);
  auto job = std::make_unique<Job>(Job{std::move(work), std::move(done), "", Napi::Promise::Deferred::New(env)});
  const Napi::Promise promise = job->deferred.Promise();
  if (pending_++ == 0) report_.Ref(env);
  {
    std::lock_guard<std::mutex> guard(queueLock_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return promise;
}

void Environment::startRunner(Napi::Env env) {
  if (runner_.joinable()) return;
  try {
    runner_ = std::thread([this] { loop(); });
  } catch (const std::system_error& error) {
    throw Napi::Error::New(env, std::string("this machine gives no thread to compute on: ") + error.what());
  }
}

void Environment::loop() {
  const FlushDenormals flush;
  for (;;) {
    std::unique_ptr<Job> job;
    {
      std::unique_lock<std::mutex> guard(queueLock_);
      wake_.wait(guard, [this] { return stopping() || !queue_.empty(); });
      if (stopping()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      job->work();
    } catch (const std::exception& error) {
      job->error = error.what();
    }
    {
      std::lock_guard<std::mutex> guard(queueLock_);
      finished_.push_back(std::move(job));
    }
    if (report_.BlockingCall() != napi_ok) return;  // the environment is going: nobody waits any more
  }
}

void Environment::settleFinished(Napi::Env env) {
  std::deque<std::unique_ptr<Job>> finished;
  {
    std::lock_guard<std::mutex> guard(queueLock_);
    finished.swap(finished_);
  }
  for (const auto& job : finished) {
    try {
      settle(env, *job);
    } catch (const Napi::Error&) {
      // The JavaScript thread is being ended: nothing can be told to it any more.
    }
  }
}

void Environment::settle(Napi::Env env, Job& job) {
  if (--pending_ == 0) report_.Unref(env);
  if (!job.error.empty()) {
    job.deferred.Reject(Napi::Error::New(env, job.error).Value());
    return;
  }
  try {
    job.deferred.Resolve(job.done(env));
  } catch (const Napi::Error& error) {
    job.deferred.Reject(error.Value());
  }
}

}  // namespace seqnn
