#pragma once

#include <memory>

#include "runtime/frame.h"
#include "runtime/gather.h"

namespace seqnn {

// What a device keeps of a program to run it again faster; made and read by the device alone.
class Recording {
 public:
  virtual ~Recording();
};

// Where buffers live and programs run. All calls are of one thread at a time. Work may still be under way when a call
// returns, but for upload, download and finish; it is done in the order of the calls.
class Device {
 public:
  virtual ~Device();
  virtual const char* name() const = 0;  // "cpu", "gpu:0"
  virtual const KernelTable& kernels() const = 0;
  // Whether its buffers are the host's own memory.
  virtual bool readsHost() const = 0;
  // To be called before kernels are made for it.
  virtual void enter() = 0;

  virtual void* allocate(size_t bytes) = 0;  // 64-byte aligned, to be filled; fails when there is not so much
  virtual void release(void* memory) noexcept = 0;
  // The memory that programs run in, shared by all since only one runs at a time; a larger call may move it.
  virtual char* reserve(size_t bytes) = 0;
  // Likewise host memory, from and to which `copy` works, too.
  virtual char* reserveAside(size_t bytes) = 0;

  virtual void upload(void* to, const void* from, size_t bytes) = 0;
  virtual void download(void* to, const void* from, size_t bytes) = 0;
  virtual void copy(void* to, const void* from, size_t bytes) = 0;
  // As copy() from the memory of a sender that does not read the host's: behind all that the sender was given to do,
  // and before all that it is given later. False where the two do not reach each other.
  virtual bool receive(void* to, Device& sender, const void* from, size_t bytes) = 0;

  // This memory is about to be written by a program: what the device has made of it is void.
  virtual void changes(const void*, size_t) {}

  // The order of a run's rows where the device can read it, until the next call.
  virtual const uint32_t* stage(const uint32_t* order, size_t count) = 0;
  // As gather() of runtime/gather.h for all shards, from and to this device's memory.
  virtual void gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to) = 0;
  // One run of a bound frame. `constants` lie on this device.
  virtual void run(Frame& frame, const char* constants, std::unique_ptr<Recording>& recording) = 0;
  // Waits for everything, and fails with what went wrong on the way.
  virtual void finish() = 0;
};

}  // namespace seqnn
