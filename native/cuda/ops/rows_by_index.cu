// Rows of a table by index (embeddings), and the gradient that adds rows up. An index out of range fails the run at its
// end; until then its rows are zeros.

#include "cpu/ops/indexed_rows.h"
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
  explicit GatherRows(const IndexedRows& config) : c_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    forEach(queue, c_.count * c_.width,
            GatherElement<E>{in<E>(call, 0), in<int32_t>(call, 1), out<E>(call, 0), c_.rows, c_.width, queue.fault()});
  }

 private:
  IndexedRows c_;
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
  explicit ScatterAddRows(const IndexedRows& config) : c_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    T* sum = out<T>(call, 0);
    clear(queue.stream(), sum, static_cast<size_t>(c_.rows * c_.width) * sizeof(T));
    forEach(queue, c_.width,
            ScatterColumn<T>{in<int32_t>(call, 0), in<T>(call, 1), sum, c_.rows, c_.width, c_.count, queue.fault()});
  }

 private:
  IndexedRows c_;
};

}  // namespace

Kernel* create_gatherRows(const Node& node) { return newMoving<GatherRows>(node.input(0).dtype, gatheredRows(node)); }

Kernel* create_scatterAddRows(const Node& node) {
  return newFloating<ScatterAddRows>(node, node.output(0).dtype, scatteredRows(node));
}

}  // namespace cuda
}  // namespace seqnn
