#pragma once

// Launching kernels, and what they share: loops over elements, sums over a block. Included by .cu files only.

#if !defined(__CUDACC__)
#include <tuple>

#include "cuda/emulate/block.h"
#endif

#include "cpu/simd/basic.h"
#include "cuda/queue.h"

namespace seqnn {
namespace cuda {

// launch() runs a kernel; launchThreads() one without barriers, which the emulation then runs without fibers.
#if defined(__CUDACC__)
template <class T>
__device__ __forceinline__ T* sharedMemory() {
  extern __shared__ __align__(16) char dynamicShared[];
  return reinterpret_cast<T*>(dynamicShared);
}

template <class... P, class... A>
void launch(Queue& queue, void (*kernel)(P...), dim3 grid, unsigned threads, size_t shared, const A&... args) {
  allowShared(reinterpret_cast<const void*>(kernel), shared);
  kernel<<<grid, threads, shared, static_cast<cudaStream_t>(queue.stream())>>>(args...);
  checkLaunch();
}
template <class... P, class... A>
void launchThreads(Queue& queue, void (*kernel)(P...), dim3 grid, unsigned threads, size_t shared, const A&... args) {
  launch(queue, kernel, grid, threads, shared, args...);
}
#else
template <class T>
T* sharedMemory() {
  return static_cast<T*>(emulate::sharedMemory());
}

template <class... P, class... A>
void emulateLaunch(bool barriers, void (*kernel)(P...), dim3 grid, unsigned threads, size_t shared, const A&... args) {
  using It = std::pair<void (*)(P...), std::tuple<P...>>;
  It call(kernel, std::tuple<P...>(args...));
  emulate::submit([=]() mutable {
    emulate::run(
        grid, threads, shared, barriers,
        [](void* context) { std::apply(static_cast<It*>(context)->first, static_cast<It*>(context)->second); }, &call);
  });
}
template <class... P, class... A>
void launch(Queue&, void (*kernel)(P...), dim3 grid, unsigned threads, size_t shared, const A&... args) {
  emulateLaunch(true, kernel, grid, threads, shared, args...);
}
template <class... P, class... A>
void launchThreads(Queue&, void (*kernel)(P...), dim3 grid, unsigned threads, size_t shared, const A&... args) {
  emulateLaunch(false, kernel, grid, threads, shared, args...);
}
#endif

constexpr unsigned kMaxBlocks = 1u << 16;

inline int64_t blocksFor(int64_t work, int64_t each) { return (work + each - 1) / each; }

template <class F>
__global__ void eachKernel(int64_t count, F f) {
  const int64_t stride = int64_t(gridDim.x) * blockDim.x;
  for (int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) f(i);
}

// f(i) for every i below count, in any order: f is a struct with a SEQNN_INLINE operator() that owns what it writes.
template <class F>
void forEach(Queue& queue, int64_t count, const F& f) {
  if (count <= 0) return;
  constexpr unsigned kThreads = 256;
  const int64_t blocks = blocksFor(count, kThreads);
  const dim3 grid(static_cast<unsigned>(blocks < kMaxBlocks ? blocks : kMaxBlocks));
  launchThreads(queue, eachKernel<F>, grid, kThreads, 0, count, f);
}

// One value per thread joined over the block, the result in every thread; `scratch` [blockDim.x] in shared memory. The
// order is that of a tree, the same on every run. blockDim.x is a power of two.
template <class T, class Join>
__device__ inline T joinBlock(T value, T* scratch, Join join) {
  __syncthreads();  // the scratch of the last call is free
  scratch[threadIdx.x] = value;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) scratch[threadIdx.x] = join(scratch[threadIdx.x], scratch[threadIdx.x + half]);
    __syncthreads();
  }
  return scratch[0];
}

struct Plus {
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return a + b;
  }
};

// A NaN wins.
struct Greater {
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return nanMax<T>(a, b);
  }
};

// The first mistake in the data is kept; finish() reports it.
__device__ inline void reportFault(Fault* fault, FaultKind kind, int value, int64_t position, int64_t limit) {
  if (atomicCAS(&fault->kind, 0, static_cast<int>(kind)) != 0) return;
  fault->value = value;
  fault->position = position;
  fault->limit = limit;
}

}  // namespace cuda
}  // namespace seqnn
