#pragma once

// Where the kernels of this backend put their work. A run hands its kernels a ThreadPool; here that pool is a Queue:
// one stream, a place on the device for the first mistake in the data (a label or an index that is out of range), and
// cuBLAS where products take it.

#include <memory>

#include "cuda/blas.h"
#include "cuda/dnn.h"
#include "cuda/memory.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace cuda {

enum class FaultKind : int { none, gather, scatterAdd, label };

struct Fault {
  int kind;   // a FaultKind
  int value;  // what was found
  int64_t position, limit;
};

class Queue final : public ThreadPool {
 public:
  Queue();
  ~Queue();
  void* stream() const { return stream_; }
  Fault* fault() const { return fault_; }
  // Started by the first product that asks, in a program's first run, which is never recorded.
  Blas& blas();
  // Of the program that runs, set by the device.
  Precision precision = Precision::float32;
  // cuDNN with its work on this stream; made at the first call, which must not be one that is recorded.
  DnnHandleT dnn();
  // Has what it is given from now on wait for all that the other one, of any device, was given.
  void follow(const Queue& other);
  // Waits for all work; fails when a kernel found a mistake in the data.
  void finish();

 private:
  void *stream_, *event_;
  Fault* fault_;  // on the device
  std::unique_ptr<Blas> blas_;
  std::unique_ptr<DnnHandle> dnn_;
};

// Only this backend's devices run its kernels, and their pools are queues.
inline Queue& queueOf(ThreadPool& pool) { return static_cast<Queue&>(pool); }
inline Queue& queueOf(const Call& call) { return queueOf(call.context.pool); }

// An array on the device that a kernel's factory fills.
template <class T>
class DeviceArray {
 public:
  DeviceArray() = default;
  DeviceArray(const T* from, size_t count) : data_(static_cast<T*>(allocate(count * sizeof(T)))) {
    upload(nullptr, data_, from, count * sizeof(T));
  }
  ~DeviceArray() { release(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  T* get() const { return data_; }

 private:
  T* data_ = nullptr;
};

}  // namespace cuda
}  // namespace seqnn
