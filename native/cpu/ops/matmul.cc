#include "cpu/gemm/blocks.h"
#include "cpu/gemm/gemm.h"
#include "cpu/ops/taps_kernel.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// One operand: its matrix and how it moves with the dimensions of the batch (0 where it is repeated).
struct Side {
  int64_t rowStride, columnStride;
  int64_t batchStride[kMaxRank];
};

struct Plan {
  int M, N, K;
  int batchRank;
  int64_t batch;
  int64_t batchDim[kMaxRank];
  Side a, b;

  int64_t offset(const Side& side, int64_t index) const {
    int64_t at = 0;
    for (int i = batchRank - 1; i >= 0; --i) {
      at += index % batchDim[i] * side.batchStride[i];
      index /= batchDim[i];
    }
    return at;
  }
  double products() const { return 1.0 * M * N * K * static_cast<double>(batch); }
  // Whole matrices are shared out when they are small or many, else each is cut into blocks.
  bool sharesBatch() const {
    return batch >= 16 || (batch > 1 && tasksFor(products() / static_cast<double>(batch)) == 1);
  }
};

template <class T>
class MatMul final : public Kernel {
 public:
  explicit MatMul(const Plan& plan)
      : plan_(plan), tasks_(plan.sharesBatch() ? lesser(tasksFor(plan.products()), plan.batch) : 1) {
    workspace = tasks_ > 1 ? gemmSerialWorkspace<T>(plan.M, plan.N, plan.K) * static_cast<size_t>(tasks_)
                           : gemmWorkspace<T>(plan.M, plan.N, plan.K);
  }

  void run(const Call& call) override {
    const Plan& p = plan_;
    const T* const a = in<T>(call, 0);
    const T* const b = in<T>(call, 1);
    T* const c = out<T>(call, 0);
    const auto left = [&](int64_t i) { return matrix<T>(a + p.offset(p.a, i), p.a.rowStride, p.a.columnStride, p.K); };
    const auto right = [&](int64_t i) { return matrix<T>(b + p.offset(p.b, i), p.b.columnStride, p.b.rowStride, p.K); };
    const auto result = [&](int64_t i) { return c + i * p.M * p.N; };
    if (tasks_ == 1) {
      for (int64_t i = 0; i < p.batch; ++i) {
        gemm<T>(p.M, p.N, p.K, left(i), right(i), result(i), p.N, false, call.context.pool, call.workspace);
      }
      return;
    }
    const size_t slice = gemmSerialWorkspace<T>(p.M, p.N, p.K);
    call.context.pool.parallel(tasks_, [&](int task) {
      void* const own = call.workspace + slice * static_cast<size_t>(task);
      for (int64_t i = p.batch * task / tasks_; i < p.batch * (task + 1) / tasks_; ++i) {
        gemmSerial<T>(p.M, p.N, p.K, left(i), right(i), result(i), p.N, false, own);
      }
    });
  }

 private:
  Plan plan_;
  int tasks_;
};

// The strides of an operand aligned with the dimensions of the result; checks its batch against the result's.
Side sideOf(const char* what, const Shape& shape, bool transposed, const Shape& result) {
  Side side{};
  const int64_t columns = shape.dim[shape.rank - 1];
  side.rowStride = transposed ? 1 : columns;
  side.columnStride = transposed ? columns : 1;
  int64_t stride = shape.dim[shape.rank - 2] * columns;
  for (int i = shape.rank - 3; i >= 0; --i) {
    const int at = i + result.rank - shape.rank;
    if (at < 0 || (shape.dim[i] != 1 && shape.dim[i] != result.dim[at])) {
      fail("matmul: dimension %d of %s is %lld and does not broadcast to the result's", i, what,
           static_cast<long long>(shape.dim[i]));
    }
    side.batchStride[at] = shape.dim[i] == 1 ? 0 : stride;
    stride *= shape.dim[i];
  }
  return side;
}

}  // namespace

// a [..., M, K], b [..., K, N] with numpy's broadcasting of the leading dimensions. With `transposeA` a is [..., K, M],
// with `transposeB` b is [..., N, K].
Kernel* create_matmul(const Node& node) {
  const DType dtype = node.floating();
  const Shape& a = node.need(0, dtype).shape;
  const Shape& b = node.need(1, dtype).shape;
  const Value& y = presentOut(node, 0);
  if (a.rank < 2 || b.rank < 2 || y.shape.rank < 2) {
    fail("matmul: ranks %d and %d to %d, expected at least 2", a.rank, b.rank, y.shape.rank);
  }
  const bool transposeA = node.flag("transposeA"), transposeB = node.flag("transposeB");
  const int64_t M = a.dim[a.rank - (transposeA ? 1 : 2)], K = a.dim[a.rank - (transposeA ? 2 : 1)];
  const int64_t N = b.dim[b.rank - (transposeB ? 2 : 1)], inner = b.dim[b.rank - (transposeB ? 1 : 2)];
  if (K != inner)
    fail("matmul: a sums over %lld elements, b over %lld", static_cast<long long>(K), static_cast<long long>(inner));

  const int64_t rowsOut = y.shape.dim[y.shape.rank - 2], columnsOut = y.shape.dim[y.shape.rank - 1];
  if (rowsOut != M || columnsOut != N) {
    fail("matmul: the result is [..., %lld, %lld], expected [..., %lld, %lld]", static_cast<long long>(rowsOut),
         static_cast<long long>(columnsOut), static_cast<long long>(M), static_cast<long long>(N));
  }

  Plan plan{};
  plan.a = sideOf("a", a, transposeA, y.shape);
  plan.b = sideOf("b", b, transposeB, y.shape);
  plan.batchRank = y.shape.rank - 2;
  plan.batch = y.shape.size(0, plan.batchRank);
  for (int i = 0; i < plan.batchRank; ++i) plan.batchDim[i] = y.shape.dim[i];
  expectOutput(node, 0, "out", dtype, plan.batch * M * N);
  int64_t rows = M;
  // One matrix for the whole batch: its rows are simply more rows of a.
  if (!transposeA && b.size(0, b.rank - 2) == 1 && a.size(0, a.rank - 2) == plan.batch) {
    rows *= plan.batch;
    plan.batch = 1;
  }
  plan.M = asSize(node, rows);
  plan.N = asSize(node, N);
  plan.K = asSize(node, K);
  return newFloating<MatMul>(node, dtype, plan);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
