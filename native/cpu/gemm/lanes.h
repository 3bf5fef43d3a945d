#pragma once

// Matrix products in the batch-inner layout: the lane (a sample) is the innermost index, weights are broadcast scalars.
// No dimension is padded, so a layer of one unit costs what one unit costs. Instantiated for float and double.

#include <cstddef>

#include "cpu/simd/vec.h"
#include "runtime/thread_pool.h"

namespace seqnn {
namespace SEQNN_ISA {

// Some rows of the summed index: `rows` of them, `ld` apart, each as long as the lanes. A null x stands for rows of
// zeros.
template <class T>
struct Segment {
  const T* x;  // [rows, lanes]
  int64_t ld;
  int rows;
};

// Elements of a packing of an [M, K] matrix.
template <class T>
size_t packedLanesSize(int M, int K);

// Writes w [M, K] into columns [kOffset, kOffset + K) of a packing with kTotal columns.
template <class T>
void packLanes(const T* w, int64_t strideM, int64_t strideK, int M, int K, T* packed, int kOffset, int kTotal);

// c[m][lane] = (bias[m], or 0, or with accumulate c[m][lane]) + sum over k of w[m][k] * x[k][lane], where the rows of x
// are those of the segments one after the other, K in all. Sums run in the order of k whatever `lanes` is, so a caller
// may split the lanes among threads.
template <class T>
void lanesGemm(const T* packed, int M, int K, const Segment<T>* segments, int count, const T* bias, T* c, int64_t ldc,
               int lanes, bool accumulate);

// Rows and columns from which on lanesOuter packs its factors.
constexpr int kPackedOuter = 96;

// Bytes of the workspace of lanesOuter.
template <class T>
size_t lanesOuterWorkspace(int M, int N, int steps, int lanes);

// c[m][n] (+)= sum over t, lane of a[t][m][lane] * d[t][n][lane]. Rows of a are ldA apart, its steps stepA; likewise d.
template <class T>
void lanesOuter(const T* a, int64_t stepA, int64_t ldA, int M, const T* d, int64_t stepD, int64_t ldD, int N, int steps,
                int lanes, T* c, int64_t ldc, bool accumulate, ThreadPool& pool, void* workspace);

// c[n] (+)= sum over t, lane of d[t][n][lane].
template <class T>
void lanesSum(const T* d, int64_t stepD, int64_t ldD, int N, int steps, int lanes, T* c, bool accumulate);

}  // namespace SEQNN_ISA
}  // namespace seqnn
