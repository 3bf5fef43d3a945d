#pragma once

// Rows along one axis of [outer, count, inner]. With inner == 1 a row is dense and a block works on it together; else
// every thread has a row of its own, its neighbours' beside it. Kernels are written once over Row<across>.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {

template <class T, bool across>
struct Row {
  int64_t count, stride;   // positions of the axis, and elements between them
  int64_t offset, number;  // of the row in the tensor, and among the rows
  T* scratch;              // [blockDim.x] shared; across only

  __device__ int64_t first() const { return across ? threadIdx.x : 0; }
  __device__ int64_t step() const { return across ? blockDim.x : 1; }
  // f(position, element) for this thread's positions
  template <class F>
  __device__ void each(F f) const {
    for (int64_t k = first(); k < count; k += step()) f(k, offset + k * stride);
  }
  __device__ T sum(T v) const { return across ? joinBlock(v, scratch, Plus()) : v; }
  __device__ T greatest(T v) const { return across ? joinBlock(v, scratch, Greater()) : v; }
  // True in the one thread that stores what a row has one of.
  __device__ bool leads() const { return !across || threadIdx.x == 0; }
};

// The greatest of a row; a NaN wins.
template <class T, bool across>
__device__ T highest(const Row<T, across>& row, const T* x) {
  T top = static_cast<T>(-INFINITY);
  row.each([&](int64_t, int64_t at) { top = nanMax<T>(top, x[at]); });
  return row.greatest(top);
}

template <class T, bool across, class Body>
__global__ void rowKernel(AxisView view, Body body) {
  if constexpr (across) {
    for (int64_t r = blockIdx.x; r < view.outer; r += gridDim.x)
      body(Row<T, true>{view.count, 1, r * view.count, r, sharedMemory<T>()});
  } else {
    const int64_t rows = view.outer * view.inner, stride = int64_t(gridDim.x) * blockDim.x;
    for (int64_t r = int64_t(blockIdx.x) * blockDim.x + threadIdx.x; r < rows; r += stride) {
      const int64_t o = r / view.inner, i = r % view.inner;
      body(Row<T, false>{view.count, view.inner, o * view.count * view.inner + i, r, nullptr});
    }
  }
}

// body(row) for all rows; a struct with `template <bool across> __device__ void operator()(const Row<T, across>&)
// const`.
template <class T, class Body>
void eachRow(Queue& queue, const AxisView& view, const Body& body) {
  if (view.size() == 0) return;
  const auto grid = [](int64_t blocks) {
    return dim3(static_cast<unsigned>(blocks < kMaxBlocks ? blocks : kMaxBlocks));
  };
  if (view.inner == 1) {
    unsigned threads = 32;
    while (threads < 256 && threads * 4 < view.count) threads *= 2;
    launch(queue, rowKernel<T, true, Body>, grid(view.outer), threads, threads * sizeof(T), view, body);
  } else {
    launchThreads(queue, rowKernel<T, false, Body>, grid(blocksFor(view.rows(), 128)), 128, 0, view, body);
  }
}

}  // namespace cuda
}  // namespace seqnn
