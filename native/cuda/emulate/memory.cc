// The device's services on the host: its memory is the host's, and every launch is over when it returns.

#include "cuda/memory.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <vector>

#include "cuda/emulate/block.h"
#include "runtime/bytes.h"
#include "runtime/error.h"

namespace seqnn {
namespace cuda {

namespace {

constexpr int kDevices = 2;  // so that layers can be on several
thread_local int current = 0;
std::atomic<size_t> used[kDevices];

// What stands in front of an allocation; of a size that keeps what follows aligned.
struct alignas(std::max_align_t) Header {
  size_t bytes;
  int device;
};

double megabytes(size_t bytes) { return static_cast<double>(bytes) / 1e6; }

// What SEQNN_EMULATE_MEMORY gives a device, in bytes, so that a test can run out of it.
size_t memoryOfDevice() {
  static const size_t bytes = [] {
    const char* text = std::getenv("SEQNN_EMULATE_MEMORY");
    if (!text || !*text) return size_t{1} << 34;
    char* end = nullptr;
    const unsigned long long wanted = std::strtoull(text, &end, 10);
    if (*end != '\0' || wanted == 0) fail("SEQNN_EMULATE_MEMORY is '%s', expected a number of bytes", text);
    return static_cast<size_t>(wanted);
  }();
  return bytes;
}

}  // namespace

int countDevices(std::string*) { return kDevices; }

DeviceInfo describeDevice(int) { return {"emulated", "emulated on the CPU", memoryOfDevice()}; }

void useDevice(int device) { current = device; }

void* allocate(size_t bytes) {
  const size_t all = memoryOfDevice(), free = all - std::min(all, used[current].load());
  void* memory = bytes <= free ? std::calloc(bytes + sizeof(Header), 1) : nullptr;
  if (!memory) {
    fail("gpu: %.1f MB were asked for, %.1f of its %.1f MB are free", megabytes(bytes), megabytes(free),
         megabytes(all));
  }
  used[current] += bytes;
  return new (memory) Header{bytes, current} + 1;
}
void release(void* memory) noexcept {
  if (!memory) return;
  Header* const header = static_cast<Header*>(memory) - 1;
  used[header->device] -= header->bytes;
  std::free(header);
}
void* allocateShared(size_t bytes) { return allocate(bytes); }

void* allocateHost(size_t bytes) {
  void* memory = std::malloc(bytes ? bytes : 1);
  if (!memory) fail("gpu: the host does not give %.1f MB of locked memory", megabytes(bytes));
  return memory;
}
void releaseHost(void* memory) noexcept { std::free(memory); }

void* openStream() { return nullptr; }
void closeStream(void*) noexcept {}

namespace {

using Works = std::vector<std::function<void()>>;
thread_local std::unique_ptr<Works> recording;

// As on a GPU, where a stream that records refuses these.
void notWhileRecording() {
  if (recording) fail("emulation: a copy or a wait of the host while a step is recorded");
}

}  // namespace

void emulate::submit(std::function<void()> work) {
  if (recording) {
    recording->push_back(std::move(work));
  } else {
    work();
  }
}

void synchronize(void*) { notWhileRecording(); }
void upload(void*, void* to, const void* from, size_t bytes) {
  notWhileRecording();
  copyBytes(to, from, bytes);
}
void download(void*, void* to, const void* from, size_t bytes) {
  notWhileRecording();
  copyBytes(to, from, bytes);
}
void copy(void*, void* to, const void* from, size_t bytes) {
  emulate::submit([=] {
    if (to != from) copyBytes(to, from, bytes);
  });
}
void clear(void*, void* to, size_t bytes) {
  emulate::submit([=] {
    if (bytes > 0) std::memset(to, 0, bytes);
  });
}

// What a stream was given is done by then.
void copyAcross(void*, void* to, int, const void* from, int, size_t bytes) {
  notWhileRecording();
  copyBytes(to, from, bytes);
}
void reachPeer(int) {}
void* openEvent() { return nullptr; }
void closeEvent(void*) noexcept {}
void recordEvent(void*, void*) {}
void waitForEvent(void*, void*) {}

void recordBegin(void*) { recording = std::make_unique<Works>(); }
void* recordEnd(void*) { return recording.release(); }
void replay(void*, void* works) {
  for (const auto& work : *static_cast<Works*>(works)) work();
}
void forget(void* works) noexcept { delete static_cast<Works*>(works); }

size_t sharedMemoryOfBlock() { return 227 * 1024; }
void allowShared(const void*, size_t) {}
void checkLaunch() {}

}  // namespace cuda
}  // namespace seqnn
