#include "binding/environment.h"

#include <cstdlib>
#include <memory>
#include <new>

#include "cpu/isa.h"
#include "runtime/machine.h"

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

constexpr std::align_val_t kAlignment{64};

}  // namespace

Arena::~Arena() { ::operator delete(data_, kAlignment); }

char* Arena::reserve(size_t bytes) {
  if (bytes > size_) {
    ::operator delete(data_, kAlignment);
    data_ = nullptr;
    size_ = 0;
    data_ = static_cast<char*>(::operator new(bytes, kAlignment, std::nothrow));
    if (!data_)
      fail("a program needs %.1f MB of working memory, which this machine does not give",
           static_cast<double>(bytes) / 1e6);
    size_ = bytes;
  }
  return data_;
}

Environment::Environment(Napi::Env env) {
  kernels = &kernelsFor(std::getenv("SEQNN_ISA"));
  pool_ = std::make_unique<ThreadPool>(defaultThreads());
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

void Environment::setThreads(int threads) {
  if (threads < 1 || threads > kMaxThreads)
    fail("setThreads: %d, expected an integer from 1 to %d", threads, kMaxThreads);
  std::lock_guard<std::mutex> guard(lock_);
  pool_ = std::make_unique<ThreadPool>(threads);
}

Napi::Promise Environment::submit(Napi::Env env, std::function<void()> work,
                                  std::function<Napi::Value(Napi::Env)> done) {
  auto job = std::make_unique<Job>(Job{std::move(work), std::move(done), "", Napi::Promise::Deferred::New(env)});
  const Napi::Promise promise = job->deferred.Promise();
  if (pending_++ == 0) report_.Ref(env);
  {
    std::lock_guard<std::mutex> guard(queueLock_);
    queue_.push_back(std::move(job));
    if (!runner_.joinable()) runner_ = std::thread([this] { loop(); });
  }
  wake_.notify_one();
  return promise;
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
