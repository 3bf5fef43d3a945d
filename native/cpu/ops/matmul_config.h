#pragma once

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

// One operand: its matrix and how it moves with the dimensions of the batch (0 where it is repeated).
struct MatMulSide {
  int64_t rowStride, columnStride;
  int64_t batchStride[kMaxRank];
};

struct MatMulConfig {
  int64_t M, N, K;
  int batchRank;
  int64_t batch;
  int64_t batchDim[kMaxRank];
  MatMulSide a, b;
  bool transposeA, transposeB;

  // Where a matrix of the batch begins in its operand.
  SEQNN_INLINE int64_t offset(const MatMulSide& side, int64_t index) const {
    int64_t at = 0;
    for (int i = batchRank - 1; i >= 0; --i) {
      at += index % batchDim[i] * side.batchStride[i];
      index /= batchDim[i];
    }
    return at;
  }
};

// The strides of an operand aligned with the dimensions of the result; checks its batch against the result's.
inline MatMulSide matMulSide(const char* what, const Shape& shape, bool transposed, const Shape& result) {
  MatMulSide side{};
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

// a [..., M, K], b [..., K, N] with numpy's broadcasting of the leading dimensions. With `transposeA` a is [..., K, M],
// with `transposeB` b is [..., N, K].
inline MatMulConfig matMulConfig(const Node& node) {
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

  MatMulConfig config{};
  config.a = matMulSide("a", a, transposeA, y.shape);
  config.b = matMulSide("b", b, transposeB, y.shape);
  config.batchRank = y.shape.rank - 2;
  config.batch = y.shape.size(0, config.batchRank);
  for (int i = 0; i < config.batchRank; ++i) config.batchDim[i] = y.shape.dim[i];
  expectOutput(node, 0, "out", dtype, config.batch * M * N);
  config.M = M;
  config.N = N;
  config.K = K;
  config.transposeA = transposeA;
  config.transposeB = transposeB;
  // One matrix for the whole batch: its rows are simply more rows of a.
  if (!transposeA && b.size(0, b.rank - 2) == 1 && a.size(0, a.rank - 2) == config.batch) {
    config.M *= config.batch;
    config.batch = 1;
    config.batchRank = 0;
  }
  return config;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
