#pragma once

// Dot products of rows that are contiguous along the summed index, several rows by several rows at once: whole vectors
// are multiplied and added up, lanes are summed at the end. Nothing is transposed.

#include "cpu/gemm/blocks.h"
#include "cpu/gemm/tile.h"

namespace seqnn {
namespace SEQNN_ISA {

constexpr int kOuterRows = kRegisters == 32 ? 5 : 3;
constexpr int kOuterColumns = kRegisters == 32 ? 5 : 4;

// Rows of one factor: [steps][rows][lanes].
template <class T>
struct Rows {
  const T* data;
  int64_t step;
  int64_t ld;
};

// Tiles of an M x N result.
inline int outerTileCount(int M, int N) { return Blocks(M, kOuterRows).count * Blocks(N, kOuterColumns).count; }

// All tiles [first, last) of an M x N result, counted with the rows of a innermost: the rows of d stay in the first
// cache.
template <class T>
void outerTiles(Rows<T> a, int M, Rows<T> d, int N, int steps, int lanes, T* c, int64_t ldc, bool accumulate, int first,
                int last);

}  // namespace SEQNN_ISA
}  // namespace seqnn
