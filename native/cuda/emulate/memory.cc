// The device's services on the host: its memory is the host's, and every launch is over when it returns.

#include "cuda/memory.h"

#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "cuda/emulate/block.h"
#include "runtime/bytes.h"
#include "runtime/error.h"

namespace seqnn {
namespace cuda {

// Two, so that layers can be on several.
int countDevices(std::string*) { return 2; }

DeviceInfo describeDevice(int) { return {"emulated", "emulated on the CPU", size_t{1} << 34}; }

void useDevice(int) {}

void* allocate(size_t bytes) {
  void* memory = std::calloc(bytes ? bytes : 1, 1);
  if (!memory) fail("gpu: %.1f MB were asked for and are not free", static_cast<double>(bytes) / 1e6);
  return memory;
}
void release(void* memory) noexcept { std::free(memory); }
void* allocateShared(size_t bytes) { return allocate(bytes); }

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
