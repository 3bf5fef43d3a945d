// Running sums, products and extremes along one axis (attrs kind sum|prod|max|min, axis, reverse, exclusive).

#include "cpu/ops/along_axis_config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T, CumulativeKind kind>
class Cumulative final : public Kernel {
 public:
  explicit Cumulative(const CumulativeConfig& config)
      : view_(config.view), reverse_(config.reverse), exclusive_(config.exclusive) {}

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);  // [outer, count, inner]
    T* y = out<T>(call, 0);       // the same
    const int64_t tiles = (view_.inner + kTile - 1) / kTile;
    const Split split = splitWork(view_.outer * tiles, view_.count * least(kTile, view_.inner));
    call.context.pool.parallel(split.tasks, [&](int task) {
      for (int64_t unit = split.begin(task); unit < split.end(task); ++unit) {
        const int64_t o = unit / tiles, i = unit % tiles * kTile, offset = o * view_.count * view_.inner + i;
        runTile(x + offset, y + offset, least(kTile, view_.inner - i));
      }
    });
  }

 private:
  using A = typename Carry<T>::type;
  static constexpr int64_t kTile = 64;

  void runTile(const T* x, T* y, int64_t n) const {
    const A start = carriedFirst<T>(kind);
    A carry[kTile];
    for (int64_t i = 0; i < n; ++i) carry[i] = start;
    for (int64_t s = 0; s < view_.count; ++s) {
      const int64_t row = (reverse_ ? view_.count - 1 - s : s) * view_.inner;
      for (int64_t i = 0; i < n; ++i) {
        const A next = carriedOn<A>(kind, carry[i], static_cast<A>(x[row + i]));
        y[row + i] = static_cast<T>(exclusive_ ? carry[i] : next);
        carry[i] = next;
      }
    }
  }

  AxisView view_;
  bool reverse_, exclusive_;
};

template <class T>
Kernel* createFor(const CumulativeConfig& config) {
  using Kind = CumulativeKind;
  if (config.kind == Kind::max) return new Cumulative<T, Kind::max>(config);
  if (config.kind == Kind::min) return new Cumulative<T, Kind::min>(config);
  if constexpr (sizeof(T) > 1) {
    if (config.kind == Kind::sum) return new Cumulative<T, Kind::sum>(config);
    if (config.kind == Kind::prod) return new Cumulative<T, Kind::prod>(config);
  }
  return nullptr;
}

}  // namespace

Kernel* create_cumulative(const Node& node) {
  const CumulativeConfig config = cumulativeConfig(node);
  switch (node.input(0).dtype) {
    case DType::f32:
      return createFor<float>(config);
    case DType::f64:
      return createFor<double>(config);
    case DType::i32:
      return createFor<int32_t>(config);
    case DType::boolean:
      return createFor<uint8_t>(config);
  }
  return nullptr;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
