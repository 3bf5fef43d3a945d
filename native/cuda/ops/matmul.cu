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
