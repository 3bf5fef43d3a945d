#include "cpu/gemm/lanes.h"

#include "cpu/gemm/blocks.h"
#include "cpu/gemm/pack.h"
#include "cpu/gemm/tile.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Lanes whose rows of x stay in the second-level cache while all blocks of rows pass over them.
template <class T>
int lanesAtOnce(int K) {
  constexpr int kBytes = 512 * 1024;
  constexpr int kStep = 2 * kLanes<T>;
  const int lanes = kBytes / static_cast<int>(sizeof(T)) / (K > 0 ? K : 1) / kStep * kStep;
  return lanes < 2 * kStep ? 2 * kStep : lanes;
}

// Rows of a packed block: as many as the registers hold where a block stays in the first cache while it is read for a
// half of its rows and then for the other.
constexpr int blockRows(int K) { return K <= 128 ? kTallRows : kTileRows; }

}  // namespace

template <class T>
size_t packedLanesSize(int M, int K) {
  return static_cast<size_t>(M) * static_cast<size_t>(K);
}

template <class T>
void packLanes(const T* w, int64_t strideM, int64_t strideK, int M, int K, T* packed, int kOffset, int kTotal) {
  const Blocks blocks(M, blockRows(kTotal));
  for (int block = 0; block < blocks.count; ++block) {
    const int64_t first = blocks.first(block);
    const int rows = blocks.rows(block);
    packRun(w + first * strideM, strideM, strideK, rows, K,
            packed + first * kTotal + static_cast<int64_t>(rows) * kOffset, rows);
  }
}

template <class T>
void lanesGemm(const T* packed, int M, int K, const Segment<T>* segments, int count, const T* bias, T* c, int64_t ldc,
               int lanes, bool accumulate) {
  const Blocks blocks(M, blockRows(K));
  const int chunk = lanesAtOnce<T>(K);
  for (int lane = 0; lane < lanes; lane += chunk) {
    const int n = lesser(lanes - lane, chunk);
    for (int block = 0; block < blocks.count; ++block) {
      const int64_t first = blocks.first(block);
      tileRow(packed + first * K, blocks.rows(block), segments, count, lane, bias ? bias + first : nullptr,
              c + first * ldc + lane, ldc, n, accumulate);
    }
  }
}

#define SEQNN_LANES(T)                                                            \
  template size_t packedLanesSize<T>(int, int);                                   \
  template void packLanes<T>(const T*, int64_t, int64_t, int, int, T*, int, int); \
  template void lanesGemm<T>(const T*, int, int, const Segment<T>*, int, const T*, T*, int64_t, int, bool);
SEQNN_LANES(float)
SEQNN_LANES(double)
#undef SEQNN_LANES

}  // namespace SEQNN_ISA
}  // namespace seqnn
