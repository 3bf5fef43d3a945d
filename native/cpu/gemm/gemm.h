#pragma once

// General matrix product C[M, N] (+)= A[M, K] B[K, N] over arbitrary strides. Instantiated for float and double.
// Every element is summed in an order fixed by M, N, K and the strides, never by the number of threads.

#include <cstddef>

#include "cpu/simd/vec.h"
#include "runtime/thread_pool.h"

namespace seqnn {
namespace SEQNN_ISA {

// One factor. Its own index i (m of A, n of B) moves by `own`; the summed index k = outer * inner + rest moves by
// `step` for outer and by `k` for rest. A plain matrix has inner = K.
template <class T>
struct Factor {
  const T* data;
  int64_t own;
  int64_t k;
  int inner;
  int64_t step;
};

template <class T>
constexpr Factor<T> matrix(const T* data, int64_t own, int64_t k, int K) {
  return {data, own, k, K, 0};
}

// Tasks that gemm, or so many such products, are divided into, at most.
int gemmTasks(int M, int N, int K, int64_t count = 1);

// Bytes of the workspace of gemm (shared among threads) and of gemmSerial.
template <class T>
size_t gemmWorkspace(int M, int N, int K);
template <class T>
size_t gemmSerialWorkspace(int M, int N, int K);

template <class T>
void gemm(int M, int N, int K, const Factor<T>& a, const Factor<T>& b, T* c, int64_t ldc, bool accumulate,
          ThreadPool& pool, void* workspace);

// Several products with one right factor, which is read once. Threads made the factors together.
template <class T>
struct LeftFactor {
  Factor<T> a;
  T* c;
  int64_t ldc;
  int M;
  bool accumulate;
};
template <class T>
size_t gemmTogetherWorkspace(const LeftFactor<T>* products, int count, int N, int K);
template <class T>
void gemmTogether(const LeftFactor<T>* products, int count, int N, int K, const Factor<T>& b, ThreadPool& pool,
                  void* workspace);

// On the calling thread only; the same bits.
template <class T>
void gemmSerial(int M, int N, int K, const Factor<T>& a, const Factor<T>& b, T* c, int64_t ldc, bool accumulate,
                void* workspace);

}  // namespace SEQNN_ISA
}  // namespace seqnn
