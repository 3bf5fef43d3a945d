#pragma once

// The words of CUDA C++ that the kernels use, for a plain C++ compiler. A block's threads are fibers, so that
// __syncthreads really lets all of them arrive; blocks run one after the other.

#include <cstddef>
#include <cstdint>
#include <functional>

#define __global__
#define __device__
#define __host__
#define __restrict__ __restrict
#define __shared__ static thread_local

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

namespace seqnn {
namespace cuda {
namespace emulate {

struct Place {
  dim3 thread, block, threads, grid;
};
inline thread_local Place place;

// Runs body(context) once per thread of every block. Without barriers the threads need no stacks of their own.
void run(dim3 grid, unsigned threads, size_t shared, bool barriers, void (*body)(void*), void* context);
// Work of a stream: done at once, or kept while a step is recorded.
void submit(std::function<void()> work);
void barrier();
void* sharedMemory();

}  // namespace emulate
}  // namespace cuda
}  // namespace seqnn

#define threadIdx (::seqnn::cuda::emulate::place.thread)
#define blockIdx (::seqnn::cuda::emulate::place.block)
#define blockDim (::seqnn::cuda::emulate::place.threads)
#define gridDim (::seqnn::cuda::emulate::place.grid)

inline void __syncthreads() { ::seqnn::cuda::emulate::barrier(); }
inline int atomicCAS(int* at, int expected, int value) {
  const int found = *at;
  if (found == expected) *at = value;
  return found;
}
