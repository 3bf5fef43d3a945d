#include "cpu/gemm/blocks.h"
#include "cpu/gemm/gemm.h"
#include "cpu/ops/matmul_config.h"
#include "cpu/ops/taps_kernel.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class MatMul final : public Kernel {
 public:
  MatMul(const Node& node, const MatMulConfig& config)
      : config_(config), M_(asSize(node, config.M)), N_(asSize(node, config.N)), K_(asSize(node, config.K)) {
    tasks_ = sharesBatch() ? lesser(gemmTasks(M_, N_, K_, config.batch), config.batch) : 1;
    workspace =
        tasks_ > 1 ? gemmSerialWorkspace<T>(M_, N_, K_) * static_cast<size_t>(tasks_) : gemmWorkspace<T>(M_, N_, K_);
  }

  void run(const Call& call) override {
    const MatMulConfig& p = config_;
    const int M = M_, N = N_, K = K_;
    const T* const a = in<T>(call, 0);
    const T* const b = in<T>(call, 1);
    T* const c = out<T>(call, 0);
    const auto left = [&](int64_t i) { return matrix<T>(a + p.offset(p.a, i), p.a.rowStride, p.a.columnStride, K); };
    const auto right = [&](int64_t i) { return matrix<T>(b + p.offset(p.b, i), p.b.columnStride, p.b.rowStride, K); };
    const auto result = [&](int64_t i) { return c + i * M * N; };
    if (tasks_ == 1) {
      for (int64_t i = 0; i < p.batch; ++i) {
        gemm<T>(M, N, K, left(i), right(i), result(i), N, false, call.context.pool, call.workspace);
      }
      return;
    }
    const size_t slice = gemmSerialWorkspace<T>(M, N, K);
    call.context.pool.parallel(tasks_, [&](int task) {
      void* const own = call.workspace + slice * static_cast<size_t>(task);
      for (int64_t i = p.batch * task / tasks_; i < p.batch * (task + 1) / tasks_; ++i) {
        gemmSerial<T>(M, N, K, left(i), right(i), result(i), N, false, own);
      }
    });
  }

 private:
  // Whole matrices are shared out when they are small or many, else each is cut into blocks.
  bool sharesBatch() const {
    const int64_t batch = config_.batch;
    return batch >= 16 || (batch > 1 && gemmTasks(M_, N_, K_) == 1);
  }

  MatMulConfig config_;
  int M_, N_, K_, tasks_;
};

}  // namespace

Kernel* create_matmul(const Node& node) { return newFloating<MatMul>(node, node.floating(), node, matMulConfig(node)); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
