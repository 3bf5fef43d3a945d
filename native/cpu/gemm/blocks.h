#pragma once

#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// `size` rows in blocks of at most `most`, as even as can be: 20 rows by 12 are 10 + 10, not 12 + 8.
struct Blocks {
  Blocks() = default;
  Blocks(int size, int most)
      : count((size + most - 1) / most), least(count ? size / count : 0), longer(count ? size % count : 0) {}
  int first(int block) const { return block * least + (block < longer ? block : longer); }
  int rows(int block) const { return least + (block < longer ? 1 : 0); }
  // The i-th of all, counted from either end.
  int fromEnd(bool last, int i) const { return last ? count - 1 - i : i; }
  int count = 0, least = 0, longer = 0;
};

constexpr int lesser(int64_t a, int64_t b) { return static_cast<int>(a < b ? a : b); }

// Multiply-adds that are worth a second thread: below, what it computes lies in the wrong core's cache for the next
// kernel, and fetching it back costs more than was saved.
constexpr double kWorthThreads = 16e6;

// Tasks worth starting for so many multiply-adds, of which fewer will do where there are many to each value that has to
// come from another core.
constexpr int tasksFor(double products, double fetched) {
  constexpr double kMany = 48, kWorthThreadsThen = 4e6, kOfTask = 2e6;
  const double worth = products >= kMany * fetched ? kWorthThreadsThen : kWorthThreads;
  return products < worth ? 1 : products > 16 * kOfTask ? 16 : static_cast<int>(products / kOfTask);
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
