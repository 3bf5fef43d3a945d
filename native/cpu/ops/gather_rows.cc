// Rows of a table by index (embeddings), and the gradient that adds rows up.

#include <string.h>

#include "cpu/ops/indexed_rows.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Before anything is written, so that the error is the same whatever the threads.
void checkIndices(const char* op, const int32_t* index, int64_t count, int64_t rows) {
  for (int64_t i = 0; i < count; ++i) {
    if (index[i] < 0 || index[i] >= rows) {
      fail("%s: index %d at position %lld is outside [0, %lld)", op, index[i], static_cast<long long>(i),
           static_cast<long long>(rows));
    }
  }
}

class GatherRows final : public Kernel {
 public:
  GatherRows(const IndexedRows& config, size_t elementBytes)
      : rows_(config.rows), rowBytes_(static_cast<size_t>(config.width) * elementBytes), count_(config.count) {}

  void run(const Call& call) override {
    const char* table = in<char>(call, 0);        // [V, row]
    const int32_t* index = in<int32_t>(call, 1);  // [count]
    char* y = out<char>(call, 0);                 // [count, row]
    checkIndices("gather", index, count_, rows_);
    if (rowBytes_ == 0) return;
    const Split split = splitWork(count_, static_cast<int64_t>(rowBytes_));
    call.context.pool.parallel(split.tasks, [&](int task) {
      for (int64_t i = split.begin(task); i < split.end(task); ++i) {
        memcpy(y + static_cast<size_t>(i) * rowBytes_, table + static_cast<size_t>(index[i]) * rowBytes_, rowBytes_);
      }
    });
  }

 private:
  int64_t rows_;
  size_t rowBytes_;
  int64_t count_;
};

// A task owns columns, so each sum runs in the order of the indices.
template <class T>
class ScatterAddRows final : public Kernel {
 public:
  explicit ScatterAddRows(const IndexedRows& config)
      : rows_(config.rows),
        width_(config.width),
        count_(config.count),
        split_(splitWork((width_ + kColumns - 1) / kColumns, (count_ + rows_) * kColumns)) {}

  void run(const Call& call) override {
    const int32_t* index = in<int32_t>(call, 0);  // [count]
    const T* dy = in<T>(call, 1);                 // [count, width]
    T* sum = out<T>(call, 0);                     // [V, width]
    checkIndices("scatterAdd", index, count_, rows_);
    call.context.pool.parallel(split_.tasks, [&](int task) {
      const int64_t begin = split_.begin(task) * kColumns, end = least(split_.end(task) * kColumns, width_);
      for (int64_t r = 0; r < rows_; ++r) {
        for (int64_t c = begin; c < end; ++c) sum[r * width_ + c] = 0;
      }
      for (int64_t i = 0; i < count_; ++i) {
        T* to = sum + index[i] * width_;
        const T* from = dy + i * width_;
        for (int64_t c = begin; c < end; ++c) to[c] += from[c];
      }
    });
  }

 private:
  static constexpr int64_t kColumns = 32;  // two cache lines of floats: tasks do not share one
  int64_t rows_, width_, count_;
  Split split_;
};

}  // namespace

Kernel* create_gatherRows(const Node& node) { return new GatherRows(gatheredRows(node), bytesOf(node.input(0).dtype)); }

Kernel* create_scatterAddRows(const Node& node) {
  return newFloating<ScatterAddRows>(node, node.output(0).dtype, scatteredRows(node));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
