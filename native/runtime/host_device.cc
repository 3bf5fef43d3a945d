#include "runtime/host_device.h"

#include <new>

#include "runtime/bytes.h"

namespace seqnn {
namespace {

constexpr std::align_val_t kAlignment{64};

// Elements of an input that are worth another thread.
constexpr int64_t kWorthThreads = 4096;

}  // namespace

Recording::~Recording() = default;
Device::~Device() = default;

HostDevice::HostDevice(const KernelTable& kernels, int threads)
    : kernels_(kernels), pool_(std::make_unique<ThreadPool>(threads)) {}

HostDevice::Arena::~Arena() { ::operator delete(memory_, kAlignment); }

void HostDevice::setThreads(int threads) { pool_ = std::make_unique<ThreadPool>(threads); }

void* HostDevice::allocate(size_t bytes) {
  void* memory = ::operator new(bytes, kAlignment, std::nothrow);
  if (!memory) fail("this machine does not give %zu bytes", bytes);
  return memory;
}

void HostDevice::release(void* memory) noexcept {
  if (!memory) return;
  packs_.drop(memory, 1);
  ::operator delete(memory, kAlignment);
}

char* HostDevice::Arena::reserve(size_t bytes) {
  if (bytes > bytes_) {
    ::operator delete(memory_, kAlignment);
    memory_ = nullptr;
    bytes_ = 0;
    memory_ = static_cast<char*>(::operator new(bytes, kAlignment, std::nothrow));
    if (!memory_)
      fail("a program needs %.1f MB of working memory, which this machine does not give",
           static_cast<double>(bytes) / 1e6);
    bytes_ = bytes;
  }
  return memory_;
}

void HostDevice::upload(void* to, const void* from, size_t bytes) { copy(to, from, bytes); }
void HostDevice::download(void* to, const void* from, size_t bytes) { copyBytes(to, from, bytes); }
void HostDevice::copy(void* to, const void* from, size_t bytes) {
  packs_.drop(to, bytes);
  copyBytes(to, from, bytes);
}

void HostDevice::gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to) {
  const bool apart = spec.logical.size() >= kWorthThreads;
  const int tasks = apart ? spec.shards : 1;
  pool_->parallel(tasks, [&](int task) {
    for (int s = task; s < spec.shards; s += tasks) seqnn::gather(spec, s, dtype, rows, order, to);
  });
}

void HostDevice::run(Frame& frame, const char* constants, std::unique_ptr<Recording>&) {
  Context context{*pool_, nullptr, constants, &packs_};
  frame.run(context);
}

}  // namespace seqnn
