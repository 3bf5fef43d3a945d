// a [..., M, K], b [..., K, N] with numpy's broadcasting of the leading dimensions; attributes as in cpu/ops/matmul.cc.

#include "cuda/product.h"

namespace seqnn {
namespace cuda {
namespace {

// One operand: its matrix and how it moves with the dimensions of the batch (0 where it is repeated).
struct Side {
  int64_t row, column;
  int64_t batch[kMaxRank];
};

struct Plan {
  ProductShape shape;
  int batchRank;
  int64_t batchDim[kMaxRank];
  Side a, b;
};

template <class T>
struct MatMulOperands {
  const T *a, *b;
  T* c;
  Plan p;

  __device__ int64_t offset(const Side& side, int64_t z) const {
    int64_t at = 0;
    for (int i = p.batchRank - 1; i >= 0; --i) {
      at += z % p.batchDim[i] * side.batch[i];
      z /= p.batchDim[i];
    }
    return at;
  }
  __device__ T left(int z, int64_t m, int64_t k) const { return a[offset(p.a, z) + m * p.a.row + k * p.a.column]; }
  __device__ T right(int z, int64_t k, int64_t n) const { return b[offset(p.b, z) + k * p.b.row + n * p.b.column]; }
  __device__ void store(int z, int64_t m, int64_t n, T sum) const { c[(z * p.shape.M + m) * p.shape.N + n] = sum; }
};

template <class T>
class MatMul final : public Kernel {
 public:
  explicit MatMul(const Plan& plan) : plan_(plan) { workspace = productWorkspace<T>(plan.shape); }
  void run(const Call& call) override {
    product<T>(queueOf(call), plan_.shape, MatMulOperands<T>{in<T>(call, 0), in<T>(call, 1), out<T>(call, 0), plan_},
               call.workspace);
  }

 private:
  Plan plan_;
};

// The strides of an operand aligned with the dimensions of the result; checks its batch against the result's.
Side sideOf(const char* what, const Shape& shape, bool transposed, const Shape& result) {
  Side side{};
  const int64_t columns = shape.dim[shape.rank - 1];
  side.row = transposed ? 1 : columns;
  side.column = transposed ? columns : 1;
  int64_t stride = shape.dim[shape.rank - 2] * columns;
  for (int i = shape.rank - 3; i >= 0; --i) {
    const int at = i + result.rank - shape.rank;
    if (at < 0 || (shape.dim[i] != 1 && shape.dim[i] != result.dim[at])) {
      fail("matmul: dimension %d of %s is %lld and does not broadcast to the result's", i, what,
           static_cast<long long>(shape.dim[i]));
    }
    side.batch[at] = shape.dim[i] == 1 ? 0 : stride;
    stride *= shape.dim[i];
  }
  return side;
}

}  // namespace

Kernel* create_matmul(const Node& node) {
  const DType dtype = node.floating();
  const Shape& a = node.need(0, dtype).shape;
  const Shape& b = node.need(1, dtype).shape;
  const Value& y = presentOut(node, 0);
  if (a.rank < 2 || b.rank < 2 || y.shape.rank < 2)
    fail("matmul: ranks %d and %d to %d, expected at least 2", a.rank, b.rank, y.shape.rank);
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
  int64_t batch = y.shape.size(0, plan.batchRank);
  for (int i = 0; i < plan.batchRank; ++i) plan.batchDim[i] = y.shape.dim[i];
  expectOutput(node, 0, "out", dtype, batch * M * N);
  int64_t rows = M;
  // One matrix for the whole batch: its rows are simply more rows of a.
  if (!transposeA && b.size(0, b.rank - 2) == 1 && a.size(0, a.rank - 2) == batch) {
    rows *= batch;
    batch = 1;
  }
  if (batch > (int64_t{1} << 30)) fail("matmul: a batch of %lld", static_cast<long long>(batch));
  plan.shape = {rows, N, K, static_cast<int>(batch), !transposeA, transposeB};
  return newFloating<MatMul>(node, dtype, plan);
}

}  // namespace cuda
}  // namespace seqnn
