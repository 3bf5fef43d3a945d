#pragma once

// Stands in for cpu/ops/update.h where the SEQNN_ISA is cuda: the rules of the optimizers are those of
// cpu/ops/update.cc. What a rule is made of (learning rate, step count) lies on the device, so one thread makes the
// rule there and the others read it.

#include "cpu/ops/update_config.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

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
  const Settings settings = settingsOf(config, lr, t);
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

}  // namespace
}  // namespace cuda
}  // namespace seqnn
