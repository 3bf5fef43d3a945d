// a [..., M, K], b [..., K, N] with numpy's broadcasting of the leading dimensions.

#include "cpu/ops/matmul_config.h"
#include "cuda/product.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
struct MatMulOperands {
  const T *a, *b;
  T* c;
  MatMulConfig p;

  __device__ T left(int z, int64_t m, int64_t k) const {
    return a[p.offset(p.a, z) + m * p.a.rowStride + k * p.a.columnStride];
  }
  __device__ T right(int z, int64_t k, int64_t n) const {
    return b[p.offset(p.b, z) + k * p.b.rowStride + n * p.b.columnStride];
  }
  __device__ void store(int z, int64_t m, int64_t n, T sum) const { c[(z * p.M + m) * p.N + n] = sum; }
  bool plain(PlainProduct<T>& as) const {
    as = {p.M, p.N, p.K, p.batch, {a, p.a.rowStride, p.a.columnStride, 0}, {b, p.b.rowStride, p.b.columnStride, 0},
          {c, p.N, 1, p.M * p.N}, false, false};
    return p.batch == 1 || (even(p.a, as.a.each) && even(p.b, as.b.each));
  }

 private:
  // Whether an operand moves by the same stride from each matrix of the batch to the next.
  bool even(const MatMulSide& side, int64_t& each) const {
    int64_t inner = 0;  // matrices of the dimensions behind, or none that has several
    for (int i = p.batchRank - 1; i >= 0; --i) {
      if (p.batchDim[i] == 1) continue;
      if (inner == 0) {
        each = side.batchStride[i];
        inner = 1;
      } else if (side.batchStride[i] != each * inner) {
        return false;
      }
      inner *= p.batchDim[i];
    }
    return true;
  }
};

template <class T>
class MatMul final : public Kernel {
 public:
  explicit MatMul(const MatMulConfig& config)
      : config_(config), shape_{config.M,           config.N,         config.K, static_cast<int>(config.batch),
                                !config.transposeA, config.transposeB} {
    workspace = productWorkspace<T>(shape_);
  }
  void run(const Call& call) override {
    product<T>(queueOf(call), shape_, MatMulOperands<T>{in<T>(call, 0), in<T>(call, 1), out<T>(call, 0), config_},
               call.workspace);
  }

 private:
  MatMulConfig config_;
  ProductShape shape_;
};

}  // namespace

Kernel* create_matmul(const Node& node) {
  const MatMulConfig config = matMulConfig(node);
  if (config.batch > (int64_t{1} << 30)) fail("matmul: a batch of %lld", static_cast<long long>(config.batch));
  return newFloating<MatMul>(node, node.floating(), config);
}

}  // namespace cuda
}  // namespace seqnn
