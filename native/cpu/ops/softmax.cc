// Softmax and its logarithm along one axis (attr axis), and their gradients from the outputs.

#include <math.h>

#include "cpu/ops/lines.h"
#include "cpu/ops/softmax_config.h"
#include "cpu/simd/math.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class Softmax : public Kernel {
 public:
  explicit Softmax(const AxisView& view) : lines_(view) {}
  void run(const Call& call) override {
    const T* x0 = in<T>(call, 0);  // [outer, count, inner]
    T* y0 = out<T>(call, 0);       // the same
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t) {
      const T* x = x0 + offset;
      T* y = y0 + offset;
      const Vec<T> low = splat(static_cast<T>(-HUGE_VAL));
      Vec<T> top = low;
      for (int64_t k = 0; k < line.steps; ++k) top = nanMax<T>(top, line.load(x, k, low));
      top = line.greatest(top);
      Vec<T> sum{};
      for (int64_t k = 0; k < line.steps; ++k) {
        const Vec<T> e = vexp<T>(line.load(x, k, low) - top);
        line.store(y, k, e);
        sum = sum + e;
      }
      sum = line.total(sum);
      for (int64_t k = 0; k < line.steps; ++k) line.store(y, k, line.load(y, k) / sum);
    });
  }

 private:
  Lines<T> lines_;
};

template <class T>
class LogSoftmax : public Kernel {
 public:
  explicit LogSoftmax(const AxisView& view) : lines_(view) {}
  void run(const Call& call) override {
    const T* x0 = in<T>(call, 0);  // [outer, count, inner]
    T* y0 = out<T>(call, 0);       // the same
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t) {
      const T* x = x0 + offset;
      T* y = y0 + offset;
      const Vec<T> low = splat(static_cast<T>(-HUGE_VAL));
      Vec<T> top = low;
      for (int64_t k = 0; k < line.steps; ++k) top = nanMax<T>(top, line.load(x, k, low));
      top = line.greatest(top);
      Vec<T> sum{};
      for (int64_t k = 0; k < line.steps; ++k) sum = sum + vexp<T>(line.load(x, k, low) - top);
      const Vec<T> logSum = vlog<T>(line.total(sum));
      for (int64_t k = 0; k < line.steps; ++k) line.store(y, k, (line.load(x, k) - top) - logSum);
    });
  }

 private:
  Lines<T> lines_;
};

template <class T>
class SoftmaxGrad : public Kernel {
 public:
  explicit SoftmaxGrad(const AxisView& view) : lines_(view) {}
  void run(const Call& call) override {
    const T *y0 = in<T>(call, 0), *dy0 = in<T>(call, 1);  // [outer, count, inner]
    T* dx0 = out<T>(call, 0);                             // the same
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t) {
      const T *y = y0 + offset, *dy = dy0 + offset;
      Vec<T> sum{};
      for (int64_t k = 0; k < line.steps; ++k) sum = sum + line.load(y, k) * line.load(dy, k);
      sum = line.total(sum);
      for (int64_t k = 0; k < line.steps; ++k) line.store(dx0 + offset, k, line.load(y, k) * (line.load(dy, k) - sum));
    });
  }

 private:
  Lines<T> lines_;
};

template <class T>
class LogSoftmaxGrad : public Kernel {
 public:
  explicit LogSoftmaxGrad(const AxisView& view) : lines_(view) {}
  void run(const Call& call) override {
    const T *y0 = in<T>(call, 0), *dy0 = in<T>(call, 1);  // [outer, count, inner]
    T* dx0 = out<T>(call, 0);                             // the same
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t) {
      const T *y = y0 + offset, *dy = dy0 + offset;
      Vec<T> sum{};
      for (int64_t k = 0; k < line.steps; ++k) sum = sum + line.load(dy, k);
      sum = line.total(sum);
      for (int64_t k = 0; k < line.steps; ++k) {
        line.store(dx0 + offset, k, line.load(dy, k) - vexp<T>(line.load(y, k)) * sum);
      }
    });
  }

 private:
  Lines<T> lines_;
};

}  // namespace

Kernel* create_softmax(const Node& node) { return newSoftmax<Softmax>(node, 1); }
Kernel* create_logSoftmax(const Node& node) { return newSoftmax<LogSoftmax>(node, 1); }
Kernel* create_softmaxGrad(const Node& node) { return newSoftmax<SoftmaxGrad>(node, 2); }
Kernel* create_logSoftmaxGrad(const Node& node) { return newSoftmax<LogSoftmaxGrad>(node, 2); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
