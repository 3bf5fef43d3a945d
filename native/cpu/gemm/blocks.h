#pragma once

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// `size` rows in blocks of at most `most`, as even as can be: 20 rows by 12 are 10 + 10, not 12 + 8.
struct Blocks {
  Blocks(int size, int most)
      : count((size + most - 1) / most), least(count ? size / count : 0), longer(count ? size % count : 0) {}
  int first(int block) const { return block * least + (block < longer ? block : longer); }
  int rows(int block) const { return least + (block < longer ? 1 : 0); }
  int count, least, longer;
};

constexpr int lesser(int64_t a, int64_t b) { return static_cast<int>(a < b ? a : b); }

// Tasks worth starting for so many multiply-adds: one below about 100 microseconds of a single thread.
constexpr int tasksFor(double products) {
  return products < 1e6 ? 1 : products > 16e6 ? 16 : 1 + static_cast<int>(products / 1e6);
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
