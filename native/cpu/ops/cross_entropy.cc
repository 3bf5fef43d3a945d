// Crossentropy of logits along one axis, against probabilities or class numbers, and its gradient.

#include <math.h>

#include "cpu/ops/lines.h"
#include "cpu/ops/softmax_config.h"
#include "cpu/simd/math.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

void checkLabels(const int32_t* label, int64_t count, int64_t classes) {
  for (int64_t i = 0; i < count; ++i) {
    if (label[i] < 0 || label[i] >= classes) {
      fail("softmaxCrossEntropy: label %d at position %lld is outside [0, %lld)", label[i], static_cast<long long>(i),
           static_cast<long long>(classes));
    }
  }
}

// The elements that the labels of a line's rows name: x[label] per row; `add` is added to them in place.
template <class T, bool across>
void addAtLabels(const Line<T, across>& line, T* x, const int32_t* label, const T* add) {
  if (across) {
    x[label[0]] += add[0];
  } else {
    for (int i = 0; i < line.lanes; ++i) x[label[i] * line.stride + i] += add[i];
  }
}
template <class T, bool across>
Vec<T> atLabels(const Line<T, across>& line, const T* x, const int32_t* label) {
  T found[kLanes<T>] = {};
  if (across) return splat(x[label[0]]);
  for (int i = 0; i < line.lanes; ++i) found[i] = x[label[i] * line.stride + i];
  return load(found);
}

template <class T>
class CrossEntropy final : public Kernel {
 public:
  explicit CrossEntropy(const CrossEntropyConfig& config) : config_(config), lines_(config.view) {}

  void run(const Call& call) override {
    const T* logits = in<T>(call, 0);
    const int32_t* label = config_.sparse ? in<int32_t>(call, 1) : nullptr;
    const T* target = config_.sparse ? nullptr : in<T>(call, 1);
    T* loss = out<T>(call, 0);
    T* probabilities = config_.probabilities ? out<T>(call, 1) : nullptr;
    if (label) checkLabels(label, config_.view.rows(), config_.view.count);
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t row) {
      const T* x = logits + offset;
      const Vec<T> low = splat(static_cast<T>(-HUGE_VAL));
      Vec<T> top = low;
      for (int64_t k = 0; k < line.steps; ++k) top = nanMax<T>(top, line.load(x, k, low));
      top = line.greatest(top);
      Vec<T> sum{};
      for (int64_t k = 0; k < line.steps; ++k) {
        const Vec<T> e = vexp<T>(line.load(x, k, low) - top);
        if (probabilities) line.store(probabilities + offset, k, e);
        sum = sum + e;
      }
      sum = line.total(sum);
      if (probabilities) {
        for (int64_t k = 0; k < line.steps; ++k) {
          line.store(probabilities + offset, k, line.load(probabilities + offset, k) / sum);
        }
      }
      const Vec<T> logSum = vlog<T>(sum);
      Vec<T> value{};
      if (label) {
        value = logSum - (atLabels(line, x, label + row) - top);
      } else {
        for (int64_t k = 0; k < line.steps; ++k) {
          const Vec<T> t = line.load(target + offset, k);
          // A class without weight costs nothing, even where its logit is -infinity.
          value = value + select(t == Vec<T>{}, Vec<T>{}, t * (logSum - (line.load(x, k) - top)));
        }
        value = line.total(value);
      }
      line.storeRow(loss + row, value);
    });
  }

 private:
  CrossEntropyConfig config_;
  Lines<T> lines_;
};

template <class T>
class CrossEntropyGrad final : public Kernel {
 public:
  explicit CrossEntropyGrad(const CrossEntropyConfig& config) : config_(config), lines_(config.view) {}

  void run(const Call& call) override {
    const T* probabilities = in<T>(call, 0);
    const int32_t* label = config_.sparse ? in<int32_t>(call, 1) : nullptr;
    const T* target = config_.sparse ? nullptr : in<T>(call, 1);
    const T* dloss = in<T>(call, 2);
    T* dlogits = out<T>(call, 0);
    if (label) checkLabels(label, config_.view.rows(), config_.view.count);
    lines_.run(call.context.pool, [&](const auto& line, int64_t offset, int64_t row) {
      const T* p = probabilities + offset;
      T* dx = dlogits + offset;
      const Vec<T> scale = line.loadRow(dloss + row);
      if (label) {
        for (int64_t k = 0; k < line.steps; ++k) line.store(dx, k, line.load(p, k) * scale);
        T minus[kLanes<T>];
        store(minus, -scale);
        addAtLabels(line, dx, label + row, minus);
        return;
      }
      const T* t = target + offset;
      Vec<T> sum{};
      for (int64_t k = 0; k < line.steps; ++k) sum = sum + line.load(t, k);
      sum = line.total(sum);
      for (int64_t k = 0; k < line.steps; ++k) line.store(dx, k, (line.load(p, k) * sum - line.load(t, k)) * scale);
    });
  }

 private:
  CrossEntropyConfig config_;
  Lines<T> lines_;
};

}  // namespace

Kernel* create_softmaxCrossEntropy(const Node& node) {
  return newFloating<CrossEntropy>(node, node.input(0).dtype, crossEntropyConfig(node));
}
Kernel* create_softmaxCrossEntropyGrad(const Node& node) {
  return newFloating<CrossEntropyGrad>(node, node.input(0).dtype, crossEntropyGradConfig(node));
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
