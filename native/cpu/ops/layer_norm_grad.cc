// Gradient of layerNorm.

#include <string.h>

#include "cpu/ops/layer_norm_config.h"
#include "cpu/ops/lines.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// dgamma and dbeta are summed per task into vectors (one for each position of the axis, or of each vector of
// positions), and the tasks' sums are added up in order.
template <class T>
class LayerNormGrad final : public Kernel {
 public:
  explicit LayerNormGrad(const LayerNormGradConfig& config) : config_(config), lines_(config.view) {
    lines_.split.tasks = static_cast<int>(least(lines_.split.tasks, 16));
    sums_ = config.view.inner == 1 ? (config.view.count + kLanes<T> - 1) / kLanes<T> : config.view.count;
    sums_ *= kLanes<T>;
    if (!config.dgamma && !config.dbeta) sums_ = 0;
    workspace = static_cast<size_t>(2 * sums_ * lines_.split.tasks) * sizeof(T);
  }

  void run(const Call& call) override {
    T* sums = reinterpret_cast<T*>(call.workspace);  // [task, gamma or beta, position, lane]
    memset(call.workspace, 0, workspace);
    if (config_.view.size() > 0) {
      call.context.pool.parallel(lines_.split.tasks, [&](int task) { runTask(call, task, sums + 2 * sums_ * task); });
    }
    if (config_.dgamma) collect(sums, out<T>(call, 1));
    if (config_.dbeta) collect(sums + sums_, out<T>(call, 2));
  }

 private:
  void runTask(const Call& call, int task, T* sums) const {
    const T *x0 = in<T>(call, 0), *gamma = config_.gamma ? in<T>(call, 1) : nullptr, *dy0 = in<T>(call, 4);
    const T *means = config_.mean ? in<T>(call, 2) : nullptr, *rstds = in<T>(call, 3);
    T* dx0 = config_.dx ? out<T>(call, 0) : nullptr;
    const bool parameters = config_.dgamma || config_.dbeta;
    const Vec<T> count = splat(static_cast<T>(config_.view.count));
    lines_.each(task, [&](const auto& line, int64_t offset, int64_t row) {
      const T *x = x0 + offset, *dy = dy0 + offset;
      const Vec<T> mean = means ? line.loadRow(means + row) : Vec<T>{}, rstd = line.loadRow(rstds + row);
      Vec<T> sum{}, dot{};
      for (int64_t k = 0; k < line.steps; ++k) {
        const Vec<T> d = line.load(dy, k), normal = (line.load(x, k, mean) - mean) * rstd;
        const Vec<T> weighted = gamma ? d * line.parameter(gamma, k) : d;
        sum = sum + weighted;
        dot = dot + weighted * normal;
        if (!parameters) continue;
        T* at = sums + k * kLanes<T>;
        store(at, load(at) + d * normal);
        store(at + sums_, load(at + sums_) + d);
      }
      if (!dx0) return;
      const Vec<T> shift = config_.rms ? Vec<T>{} : line.total(sum) / count, slope = line.total(dot) / count;
      for (int64_t k = 0; k < line.steps; ++k) {
        const Vec<T> d = line.load(dy, k), normal = (line.load(x, k) - mean) * rstd;
        const Vec<T> weighted = gamma ? d * line.parameter(gamma, k) : d;
        line.store(dx0 + offset, k, ((weighted - shift) - normal * slope) * rstd);
      }
    });
  }

  void collect(const T* sums, T* total) const {
    const bool lanesAreRows = config_.view.inner != 1;
    for (int64_t c = 0; c < config_.view.count; ++c) {
      if (lanesAreRows) {
        Vec<T> all{};
        for (int task = 0; task < lines_.split.tasks; ++task) all = all + load(sums + 2 * sums_ * task + c * kLanes<T>);
        total[c] = sumLanes(all);
      } else {
        total[c] = 0;
        for (int task = 0; task < lines_.split.tasks; ++task) total[c] += sums[2 * sums_ * task + c];
      }
    }
  }

  LayerNormGradConfig config_;
  Lines<T> lines_;
  int64_t sums_;  // elements of one parameter's sums
};

}  // namespace

Kernel* create_layerNormGrad(const Node& node) {
  return newFloating<LayerNormGrad>(node, node.input(0).dtype, layerNormGradConfig(node));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
