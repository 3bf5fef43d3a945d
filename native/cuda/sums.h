#pragma once

// Many long sums at once, each by one block in the order of a tree.

#include "cuda/launch.h"

namespace seqnn {
namespace cuda {

template <class T, class Term>
__global__ void sumKernel(int64_t sums, int64_t terms, Term term, T* to) {
  for (int64_t r = blockIdx.x; r < sums; r += gridDim.x) {
    T own = 0;
    for (int64_t i = threadIdx.x; i < terms; i += blockDim.x) own += term(r, i);
    const T total = joinBlock(own, sharedMemory<T>(), Plus());
    if (threadIdx.x == 0) to[r] = total;
  }
}

// to[r] = the sum of term(r, i) over i < terms, for r < sums; term is a struct with a SEQNN_INLINE operator().
template <class T, class Term>
void sumTerms(Queue& queue, int64_t sums, int64_t terms, const Term& term, T* to) {
  if (sums == 0) return;
  unsigned threads = 32;
  while (threads < 256 && threads * 4 < terms) threads *= 2;
  const dim3 grid(static_cast<unsigned>(sums < kMaxBlocks ? sums : kMaxBlocks));
  launch(queue, sumKernel<T, Term>, grid, threads, threads * sizeof(T), sums, terms, term, to);
}

// Rows of a sequence summed over its steps and lanes.
template <class T>
struct StepTerm {
  const T* d;  // [steps, rows, lanes] within steps of `step` elements
  int64_t step, lanes;
  SEQNN_INLINE T operator()(int64_t row, int64_t i) const { return d[i / lanes * step + row * lanes + i % lanes]; }
};

}  // namespace cuda
}  // namespace seqnn
