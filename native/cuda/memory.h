#pragma once

// The few services of the CUDA runtime that the backend uses. memory.cu gives them on a GPU, emulate/memory.cc on the
// host. Every status is checked: a failure becomes an Error that says what was being done.

#include <cstddef>
#include <string>

namespace seqnn {
namespace cuda {

constexpr bool kEmulated =
#if defined(SEQNN_CUDA_EMULATE)
    true;
#else
    false;
#endif

// How many GPUs this process can use; with none, `reason` says why.
int countDevices(std::string* reason);

struct DeviceInfo {
  std::string name;
  std::string library;  // driver and runtime versions
  size_t memory;        // bytes
};
DeviceInfo describeDevice(int device);

// Makes the calls below of this thread go to that device.
void useDevice(int device);

void* allocate(size_t bytes);  // zeroed
void release(void* memory) noexcept;
// Host memory that stays in its place, so that copies run while the host goes on.
void* allocateHost(size_t bytes);
void releaseHost(void* memory) noexcept;
// Memory that both host and device read, for tests that drive one kernel.
void* allocateShared(size_t bytes);

// An ordered queue of work on the device in use.
void* openStream();
void closeStream(void* stream) noexcept;
void synchronize(void* stream);

void upload(void* stream, void* to, const void* from, size_t bytes);    // returns when `from` may change
void download(void* stream, void* to, const void* from, size_t bytes);  // returns when `to` holds the bytes
void copy(void* stream, void* to, const void* from, size_t bytes);      // in order; also from and to allocateHost's
void clear(void* stream, void* to, size_t bytes);

// From one device's memory to another's, in the order of the stream. Directly, where reachPeer() found a way, else by
// way of the driver's host memory.
void copyAcross(void* stream, void* to, int toDevice, const void* from, int fromDevice, size_t bytes);
// Lets the device in use read another one's memory, where the hardware can.
void reachPeer(int device);
// A place in a stream of the device in use, for which other streams can wait, also those of other devices.
void* openEvent();
void closeEvent(void* event) noexcept;
void recordEvent(void* event, void* stream);
void waitForEvent(void* stream, void* event);

// A recorded sequence of launches, replayed as one.
void recordBegin(void* stream);
void* recordEnd(void* stream);
void replay(void* stream, void* recording);
void forget(void* recording) noexcept;

// The bytes of shared memory that a block of the device in use may have.
size_t sharedMemoryOfBlock();
// Lets a kernel have more shared memory per block than the 48 KB that every GPU gives.
void allowShared(const void* kernel, size_t bytes);
// What a launch left behind.
void checkLaunch();

}  // namespace cuda
}  // namespace seqnn
