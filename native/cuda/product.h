#pragma once

// The one matrix product of this backend: C[z][m][n] = sum over k of left(z, m, k) right(z, k, n), for operands that
// are structs of index functions, so that dense layers, convolutions, weight gradients and recurrent steps share it:
//   template <class T> struct Operands {
//     __device__ T left(int z, int64_t m, int64_t k) const;
//     __device__ T right(int z, int64_t k, int64_t n) const;
//     __device__ void store(int z, int64_t m, int64_t n, T sum) const;
//     bool plain(PlainProduct<T>& as) const;  // whether it is one of matrices that lie evenly in memory, and which
//   };
// In the kernel here a block makes one square tile; few tiles with long sums are cut along k, and the parts are added
// in order. Large plain products go to cuBLAS. Both round operands to the program's precision.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"
#include "cuda/rounding.h"

namespace seqnn {
namespace cuda {

struct ProductShape {
  int64_t M, N, K;
  int batch;
  bool leftAlongK, rightAlongK;  // neighbours along k lie beside each other in memory
};

// How a product is cut: by its shape alone, so that its bits are always the same.
struct ProductCut {
  int tile, splits;
  int64_t part;  // of K
};
inline ProductCut cutOf(const ProductShape& p) {
  ProductCut cut{p.M > 32 && p.N > 32 ? 64 : 32, 1, p.K};
  const int64_t tiles = blocksFor(p.M, cut.tile) * blocksFor(p.N, cut.tile) * p.batch;
  constexpr int64_t kWanted = 128, kShortest = 256;
  if (tiles == 0 || tiles * 2 > kWanted || p.K < 2 * kShortest) return cut;
  cut.splits = static_cast<int>(least(kWanted / tiles, p.K / kShortest));
  cut.part = blocksFor(blocksFor(p.K, cut.splits), 16) * 16;
  cut.splits = static_cast<int>(blocksFor(p.K, cut.part));
  return cut;
}

// Bytes of workspace that a product needs.
template <class T>
size_t productWorkspace(const ProductShape& p) {
  const ProductCut cut = cutOf(p);
  return cut.splits == 1 ? 0 : static_cast<size_t>(p.M * p.N * p.batch * cut.splits) * sizeof(T);
}

constexpr int kDepth = 16;  // of a tile along k
constexpr int kEach = 4;    // rows and columns of a thread

template <class T, class Operands, int kTile>
__global__ void productKernel(Operands o, ProductShape p, Rounding rounded, int splits, int64_t part, T* parts) {
  constexpr int kSide = kTile / kEach, kThreads = kSide * kSide;
  __shared__ T left[kDepth][kTile + 1];
  __shared__ T right[kDepth][kTile + 1];
  const int z = static_cast<int>(blockIdx.z) / splits, split = static_cast<int>(blockIdx.z) % splits;
  const int64_t m0 = int64_t(blockIdx.y) * kTile, n0 = int64_t(blockIdx.x) * kTile;
  const int64_t end = (split + 1) * part < p.K ? (split + 1) * part : p.K;
  const int tid = static_cast<int>(threadIdx.x), tx = tid % kSide, ty = tid / kSide;
  T sum[kEach][kEach] = {};
  for (int64_t k0 = split * part; k0 < end; k0 += kDepth) {
    // Threads walk along the dimension whose neighbours lie together.
    for (int i = tid; i < kTile * kDepth; i += kThreads) {
      const int k = p.leftAlongK ? i % kDepth : i / kTile, m = p.leftAlongK ? i / kDepth : i % kTile;
      left[k][m] = k0 + k < end && m0 + m < p.M ? rounded(o.left(z, m0 + m, k0 + k)) : T(0);
    }
    for (int i = tid; i < kTile * kDepth; i += kThreads) {
      const int k = p.rightAlongK ? i % kDepth : i / kTile, n = p.rightAlongK ? i / kDepth : i % kTile;
      right[k][n] = k0 + k < end && n0 + n < p.N ? rounded(o.right(z, k0 + k, n0 + n)) : T(0);
    }
    __syncthreads();
    for (int k = 0; k < kDepth; ++k) {
      T a[kEach], b[kEach];
      for (int i = 0; i < kEach; ++i) a[i] = left[k][ty + i * kSide];
      for (int j = 0; j < kEach; ++j) b[j] = right[k][tx + j * kSide];
      for (int i = 0; i < kEach; ++i) {
        for (int j = 0; j < kEach; ++j) sum[i][j] += a[i] * b[j];
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < kEach; ++i) {
    for (int j = 0; j < kEach; ++j) {
      const int64_t m = m0 + ty + i * kSide, n = n0 + tx + j * kSide;
      if (m >= p.M || n >= p.N) continue;
      if (splits == 1) {
        o.store(z, m, n, sum[i][j]);
      } else {
        parts[(int64_t(blockIdx.z) * p.M + m) * p.N + n] = sum[i][j];
      }
    }
  }
}

template <class T, class Operands>
struct AddParts {
  Operands o;
  const T* parts;  // [batch, splits, M, N]
  int64_t M, N;
  int splits;
  __device__ void operator()(int64_t i) const {
    const int64_t size = M * N, z = i / size, at = i % size;
    T sum = 0;
    for (int s = 0; s < splits; ++s) sum += parts[(z * splits + s) * size + at];
    o.store(static_cast<int>(z), at / N, at % N, sum);
  }
};

template <class T, class Operands>
void ownProduct(Queue& queue, const ProductShape& p, const Operands& o, void* workspace) {
  const ProductCut cut = cutOf(p);
  const Rounding rounded(queue.precision);
  T* parts = static_cast<T*>(workspace);
  // gridDim.y and .z hold 65,535.
  constexpr int64_t kMost = 65535;
  if (blocksFor(p.M, cut.tile) > kMost || int64_t(p.batch) * cut.splits > kMost)
    fail("gpu: a product of %d times [%lld, %lld] is too large", p.batch, static_cast<long long>(p.M),
         static_cast<long long>(p.N));
  const dim3 grid(static_cast<unsigned>(blocksFor(p.N, cut.tile)), static_cast<unsigned>(blocksFor(p.M, cut.tile)),
                  static_cast<unsigned>(p.batch * cut.splits));
  if (cut.tile == 64) {
    launch(queue, productKernel<T, Operands, 64>, grid, 256, 0, o, p, rounded, cut.splits, cut.part, parts);
  } else {
    launch(queue, productKernel<T, Operands, 32>, grid, 64, 0, o, p, rounded, cut.splits, cut.part, parts);
  }
  if (cut.splits > 1) forEach(queue, p.batch * p.M * p.N, AddParts<T, Operands>{o, parts, p.M, p.N, cut.splits});
}

// What store() does to a sum, behind cuBLAS. The columns of one product lie over those of all matrices.
template <class T, class Operands>
struct StoreAgain {
  Operands o;
  PlainProduct<T> p;
  __device__ void operator()(int64_t i) const {
    const int64_t columns = p.N * p.count, m = i / columns, n = i % columns;
    o.store(0, m, n, p.c.data[n / p.N * p.c.each + m * p.c.row + n % p.N * p.c.column]);
  }
};

template <class T, class Operands>
bool blasProduct(Queue& queue, const Operands& o) {
  PlainProduct<T> plain{};
  if (!o.plain(plain) || !blasTakes(plain)) return false;
  queue.blas().multiply(plain, queue.precision);
  if (plain.storesAgain) forEach(queue, plain.M * plain.N * plain.count, StoreAgain<T, Operands>{o, plain});
  return true;
}

template <class T, class Operands>
void product(Queue& queue, const ProductShape& p, const Operands& o, void* workspace) {
  if (p.M == 0 || p.N == 0 || p.batch == 0) return;
  if (!blasProduct<T>(queue, o)) ownProduct<T>(queue, p, o, workspace);
}

}  // namespace cuda
}  // namespace seqnn
