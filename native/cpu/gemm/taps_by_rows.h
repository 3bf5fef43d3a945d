#pragma once

// Taps where a few samples fill no vector of lanes: one after the other, with the units as lanes.

#include "cpu/gemm/pack.h"
#include "cpu/gemm/row_tile.h"
#include "cpu/gemm/taps.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// The steps j of a run that read something through one tap: step j reads source + j * scale.
struct TapRange {
  StepRange steps;
  int64_t source;
};

// Weights [taps, columns, rows] of each group with the rows innermost, packed where they lie otherwise.
template <class T>
struct RowWeights {
  const T* w;
  int64_t tap, group, column;
};

template <class T>
class TapsByRows {
 public:
  // Neither a product that is flat or narrow, nor weights that should be read once only.
  static bool takes(const Taps& p) {
    constexpr int64_t kLargestWeights = 256 * 1024;
    const int64_t weights = int64_t(p.taps) * p.groups * p.columns * p.rows * static_cast<int64_t>(sizeof(T));
    return p.steps > kFewSteps && p.rows > kFewRows && weights <= kLargestWeights;
  }

  TapsByRows(const Taps& p, int tasks) : p_(p), tasks_(tasks) {}

  size_t workspace() const { return packedBytes() + ofTask() * static_cast<size_t>(tasks_); }

  // The weights, or in the workspace their packing.
  RowWeights<T> rowsInnermost(const T* w, void* space) const {
    if (!packs()) return {w, p_.wTap, p_.wGroup, p_.wColumn};
    T* const packed = static_cast<T*>(space);
    const int64_t tap = int64_t(p_.columns) * p_.rows, group = tap * p_.taps;
    for (int64_t g = 0; g < p_.groups; ++g) {
      for (int64_t k = 0; k < p_.taps; ++k) {
        packRun(w + k * p_.wTap + g * p_.wGroup, p_.wRow, p_.wColumn, p_.rows, p_.columns, packed + g * group + k * tap,
                p_.rows);
      }
    }
    return {packed, tap, group, p_.rows};
  }

  // y: [steps, groups * rows] of one lane
  void run(const T* source, const RowWeights<T>& weights, const T* bias, int lane, T* y, ThreadPool& pool,
           void* space) const {
    const int tasks = lesser(tasks_, pool.threads());
    const Blocks share(p_.steps, (p_.steps + tasks - 1) / tasks);
    pool.parallel(share.count, [&](int task) {
      char* const own = static_cast<char*>(space) + packedBytes() + ofTask() * static_cast<size_t>(task);
      const int64_t first = share.first(task), end = first + share.rows(task);
      for (int64_t g = 0; g < p_.groups; ++g) {
        const RowWeights<T> ofGroup{weights.w + g * weights.group, weights.tap, 0, weights.column};
        for (int64_t r = 0; r < p_.divisor && r < end; ++r) {
          every(r, first, end, source + g * p_.columns * p_.lanes + lane, ofGroup, bias ? bias + g * p_.rows : nullptr,
                y + g * p_.rows, own);
        }
      }
    });
  }

 private:
  static constexpr int kFewSteps = 4, kFewRows = 5;

  bool packs() const { return p_.wRow != 1; }
  size_t packedBytes() const {
    return packs() ? alignUp(sizeof(T) * size_t(p_.groups) * size_t(p_.taps) * size_t(p_.columns) * size_t(p_.rows))
                   : 0;
  }
  size_t ofTask() const { return alignUp((sizeof(TapRange) + sizeof(TapOperands<T>)) * size_t(p_.taps)); }

  // Of the steps from `from` to `to` those that leave the rest r when divided by the divisor: their sources follow each
  // other at equal distances.
  void every(int64_t r, int64_t from, int64_t to, const T* source, const RowWeights<T>& w, const T* bias, T* y,
             char* space) const {
    auto* const ranges = reinterpret_cast<TapRange*>(space);
    auto* const operands = reinterpret_cast<TapOperands<T>*>(space + sizeof(TapRange) * size_t(p_.taps));
    for (int k = 0; k < p_.taps; ++k) ranges[k] = rangeOf(r, k);
    const int64_t d = p_.divisor, sourceStep = int64_t(p_.groups) * p_.columns * p_.lanes;
    const int64_t width = int64_t(p_.groups) * p_.rows, last = stepsBefore(to, r);
    for (int64_t j = stepsBefore(from, r); j < last;) {
      int64_t next = last;  // until there the same taps read something
      int count = 0;
      for (int k = 0; k < p_.taps; ++k) {
        const StepRange& steps = ranges[k].steps;
        if (j >= steps.end) continue;
        const bool reads = j >= steps.first;
        if (reads) operands[count++] = {source + (ranges[k].source + j * p_.scale) * sourceStep, w.w + k * w.tap};
        const int64_t change = reads ? steps.end : steps.first;
        if (change < next) next = change;
      }
      sumRows<T>({operands, count, p_.columns, p_.scale * sourceStep, p_.lanes, w.column, bias, y + (r + j * d) * width,
                  d * width},
                 static_cast<int>(next - j), p_.rows);
      j = next;
    }
  }

  int64_t stepsBefore(int64_t t, int64_t r) const { return t > r ? (t - r + p_.divisor - 1) / p_.divisor : 0; }

  TapRange rangeOf(int64_t r, int64_t k) const {
    const int64_t at = r * p_.scale + k * p_.advance + p_.shift, source = at / p_.divisor;
    if (at % p_.divisor != 0) return {{0, 0}, 0};
    return {stepsWithin(source, p_.scale, p_.sourceSteps), source};
  }

  const Taps& p_;
  int tasks_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
