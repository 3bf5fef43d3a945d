#pragma once

// Stands in for cpu/ops/update.h where the SEQNN_ISA is cuda: the rules of the optimizers are those of
// cpu/ops/update.cc. What a rule is made of (learning rate, step count) lies on the device, so one thread makes the
// rule there and the others read it.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

constexpr int kMaxSettings = 6;

struct Settings {
  double attr[kMaxSettings];
  double lr;
  int32_t t;
};

struct UpdateConfig {
  int64_t size;
  double attr[kMaxSettings];
  double weightDecay;
  DType lrType;
};

template <class R>
constexpr int slotMask() {
  int mask = 0;
  for (unsigned s = 0; s < sizeof R::kSlots; ++s) mask |= R::kSlots[s] ? 1 << s : 0;
  return mask;
}

template <class T, class R>
struct Prepared {
  R rule;
  T decay;
};

template <class T, class R>
__global__ void prepareKernel(UpdateConfig config, const void* lr, const int32_t* t, Prepared<T, R>* to) {
  Settings settings{};
  for (int i = 0; i < kMaxSettings; ++i) settings.attr[i] = config.attr[i];
  settings.lr = config.lrType == DType::f64 ? *static_cast<const double*>(lr)
                                            : static_cast<double>(*static_cast<const float*>(lr));
  settings.t = t ? *t : 0;
  *to = Prepared<T, R>{R(settings), static_cast<T>(config.weightDecay * settings.lr)};
}

template <class T, class R, int kSlots, int kMask>
struct UpdateElement {
  const Prepared<T, R>* prepared;
  const T *var, *grad;
  T* newVar;
  const T* slot[kSlots];
  T* newSlot[kSlots];
  SEQNN_INLINE void operator()(int64_t i) const {
    const Prepared<T, R> p = *prepared;
    T slots[kSlots];
    for (int s = 0; s < kSlots; ++s) slots[s] = kMask >> s & 1 ? slot[s][i] : T(0);
    const T before = var[i];
    newVar[i] = p.rule.step(before - before * p.decay, grad[i], slots);
    for (int s = 0; s < kSlots; ++s) {
      if (kMask >> s & 1) newSlot[s][i] = slots[s];
    }
  }
};

template <class T, template <class> class Rule, bool counts>
class Update final : public Kernel {
 public:
  explicit Update(const UpdateConfig& config) : config_(config) { workspace = sizeof(Prepared<T, Rule<T>>); }

  void run(const Call& call) override {
    using R = Rule<T>;
    constexpr int kSlots = sizeof R::kSlots, kMask = slotMask<R>();
    Queue& queue = queueOf(call);
    auto* prepared = reinterpret_cast<Prepared<T, R>*>(call.workspace);
    launchThreads(queue, prepareKernel<T, R>, dim3(1), 1, 0, config_, static_cast<const void*>(in<char>(call, 2)),
                  counts ? in<int32_t>(call, 3) : nullptr, prepared);
    UpdateElement<T, R, kSlots, kMask> element{prepared, in<T>(call, 0), in<T>(call, 1), out<T>(call, 0), {}, {}};
    for (int s = 0; s < kSlots; ++s) {
      element.slot[s] = R::kSlots[s] ? in<T>(call, (counts ? 4 : 3) + s) : nullptr;
      element.newSlot[s] = R::kSlots[s] ? out<T>(call, 1 + s) : nullptr;
    }
    forEach(queue, config_.size, element);
  }

 private:
  UpdateConfig config_;
};

// Checks the operands and gathers the named attributes.
inline UpdateConfig updateConfig(const Node& node, bool counts, const bool* slots, int slotCount,
                                 const char* const* names, const double* fallbacks, int nameCount) {
  const Value& var = present(node, 0);
  const int64_t size = var.shape.size();
  expectInput(node, 1, "the gradient", var.dtype, size);
  const DType lrType = present(node, 2).dtype;
  expectInput(node, 2, "the learning rate", lrType == DType::f64 ? DType::f64 : DType::f32, 1);
  if (counts) expectInput(node, 3, "the step count", DType::i32, 1);
  expectOutput(node, 0, "the variable", var.dtype, size);
  for (int s = 0; s < slotCount; ++s) {
    if (!slots[s]) continue;
    expectInput(node, (counts ? 4 : 3) + s, "a slot", var.dtype, size);
    expectOutput(node, 1 + s, "a slot", var.dtype, size);
  }
  UpdateConfig config{size, {}, node.number("weightDecay", 0), lrType};
  for (int i = 0; i < nameCount; ++i) config.attr[i] = node.number(names[i], fallbacks[i]);
  return config;
}

template <template <class> class Rule, bool counts, int count>
Kernel* newUpdate(const Node& node, const char* const (&names)[count], const double (&fallbacks)[count]) {
  static_assert(count <= kMaxSettings, "raise kMaxSettings");
  const UpdateConfig config =
      updateConfig(node, counts, Rule<float>::kSlots, sizeof(Rule<float>::kSlots), names, fallbacks, count);
  const DType dtype = node.input(0).dtype;
  if (dtype == DType::f32) return new Update<float, Rule, counts>(config);
  if (dtype == DType::f64) return new Update<double, Rule, counts>(config);
  fail("%s: a variable of %s, expected float32 or float64", node.op(), nameOf(dtype));
}

}  // namespace
}  // namespace cuda
}  // namespace seqnn
