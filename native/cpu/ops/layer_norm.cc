// Normalisation over one axis.

#include "cpu/ops/layer_norm_config.h"
#include "cpu/ops/lines.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class LayerNorm final : public Kernel {
 public:
  explicit LayerNorm(const LayerNormConfig& config) : config_(config), lines_(config.view) {}

  void run(const Call& call) override {
    const T* x0 = in<T>(call, 0);
    const T* gamma = config_.gamma ? in<T>(call, 1) : nullptr;
    const T* beta = config_.beta ? in<T>(call, 2) : nullptr;
    T* y0 = out<T>(call, 0);
    T* means = config_.mean ? out<T>(call, 1) : nullptr;
    T* rstds = config_.rstd ? out<T>(call, 2) : nullptr;
    const Vec<T> count = splat(static_cast<T>(config_.view.count)), one = splat<T>(1);
    const Vec<T> epsilon = splat(static_cast<T>(config_.epsilon));
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t row) {
      const T* x = x0 + offset;
      T* y = y0 + offset;
      Vec<T> mean{};
      if (!config_.rms) {
        for (int64_t k = 0; k < line.steps; ++k) mean = mean + line.load(x, k);
        mean = line.total(mean) / count;
      }
      Vec<T> square{};
      for (int64_t k = 0; k < line.steps; ++k) {
        const Vec<T> d = line.load(x, k, mean) - mean;
        square = square + d * d;
      }
      const Vec<T> rstd = one / vsqrt<T>(line.total(square) / count + epsilon);
      for (int64_t k = 0; k < line.steps; ++k) {
        const Vec<T> normal = (line.load(x, k) - mean) * rstd;
        const Vec<T> scaled = gamma ? normal * line.parameter(gamma, k) : normal;
        line.store(y, k, beta ? scaled + line.parameter(beta, k) : scaled);
      }
      if (means) line.storeRow(means + row, mean);
      if (rstds) line.storeRow(rstds + row, rstd);
    });
  }

 private:
  LayerNormConfig config_;
  Lines<T> lines_;
};

}  // namespace

Kernel* create_layerNorm(const Node& node) {
  return newFloating<LayerNorm>(node, node.input(0).dtype, layerNormConfig(node));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
