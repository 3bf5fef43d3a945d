// Rows of a table by index (embeddings), and the gradient that adds rows up. An index out of range fails the run at its
// end; until then its rows are zeros.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

template <class E>
struct GatherElement {
  const E* table;        // [rows, width]
  const int32_t* index;  // [count]
  E* y;                  // [count, width]
  int64_t rows, width;
  Fault* fault;
  __device__ void operator()(int64_t i) const {
    const int64_t position = i / width;
    const int32_t row = index[position];
    if (row >= 0 && row < rows) {
      y[i] = table[row * width + i % width];
    } else {
      y[i] = 0;
      reportFault(fault, FaultKind::gather, row, position, rows);
    }
  }
};

template <class E>
class GatherRows final : public Kernel {
 public:
  GatherRows(int64_t rows, int64_t width, int64_t count) : rows_(rows), width_(width), count_(count) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    forEach(queue, count_ * width_,
            GatherElement<E>{in<E>(call, 0), in<int32_t>(call, 1), out<E>(call, 0), rows_, width_, queue.fault()});
  }

 private:
  int64_t rows_, width_, count_;
};

// A thread owns a column of the table: each sum runs in the order of the indices, on every run the same.
template <class T>
struct ScatterColumn {
  const int32_t* index;  // [count]
  const T* dy;           // [count, width]
  T* sum;                // [rows, width]
  int64_t rows, width, count;
  Fault* fault;
  __device__ void operator()(int64_t c) const {
    for (int64_t i = 0; i < count; ++i) {
      const int32_t row = index[i];
      if (row >= 0 && row < rows) {
        sum[row * width + c] += dy[i * width + c];
      } else {
        reportFault(fault, FaultKind::scatterAdd, row, i, rows);
      }
    }
  }
};

template <class T>
class ScatterAddRows final : public Kernel {
 public:
  ScatterAddRows(int64_t rows, int64_t width, int64_t count) : rows_(rows), width_(width), count_(count) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    T* sum = out<T>(call, 0);
    clear(queue.stream(), sum, static_cast<size_t>(rows_ * width_) * sizeof(T));
    forEach(queue, width_,
            ScatterColumn<T>{in<int32_t>(call, 0), in<T>(call, 1), sum, rows_, width_, count_, queue.fault()});
  }

 private:
  int64_t rows_, width_, count_;
};

}  // namespace

Kernel* create_gatherRows(const Node& node) {
  const Value& table = present(node, 0);
  if (table.shape.rank == 0) fail("gatherRows: the table is a scalar, expected [rows, ...]");
  const int64_t count = node.need(1, DType::i32).shape.size(), width = table.shape.size(1, table.shape.rank);
  const int64_t rows = table.shape.dim[0];
  expectOutput(node, 0, "the output", table.dtype, count * width);
  switch (bytesOf(table.dtype)) {
    case 1:
      return new GatherRows<uint8_t>(rows, width, count);
    case 4:
      return new GatherRows<uint32_t>(rows, width, count);
    default:
      return new GatherRows<uint64_t>(rows, width, count);
  }
}

Kernel* create_scatterAddRows(const Node& node) {
  const Value& table = presentOut(node, 0);
  if (table.shape.rank == 0) fail("scatterAddRows: the output is a scalar, expected [rows, ...]");
  const int64_t count = node.need(0, DType::i32).shape.size(), width = table.shape.size(1, table.shape.rank);
  expectInput(node, 1, "dy", table.dtype, count * width);
  return newFloating<ScatterAddRows>(node, table.dtype, table.shape.dim[0], width, count);
}

}  // namespace cuda
}  // namespace seqnn
