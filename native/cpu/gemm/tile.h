#pragma once

// The register tile that every large product is made of: rows of packed scalars times vectors of lanes.

#include "cpu/gemm/lanes.h"

namespace seqnn {
namespace SEQNN_ISA {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif

constexpr int kTileRows = 12;                                 // rows of a packed block
constexpr int kTallRows = kRegisters == 32 ? 24 : kTileRows;  // likewise, where blocks stay in the first cache
constexpr int kPrefetchBytes = 384 * 4;                       // how far ahead of use the packed weights are fetched

// One packed block [k][rows], rows <= kTallRows, times `lanes` lanes of the segments from `lane` on; c already points
// at `lane` of its first row. Every element is one chain of multiply-adds in the order of k, whatever the tile's shape.
template <class T>
void tileRow(const T* w, int rows, const Segment<T>* segments, int count, int lane, const T* bias, T* c, int64_t ldc,
             int lanes, bool accumulate);

}  // namespace SEQNN_ISA
}  // namespace seqnn
