#pragma once

// One pass over a variable and the slots of its optimizer. A rule is a struct
//   template <class T> struct Rule {
//     static constexpr bool kSlots[] = {...};           which slots there are (an absent optional one is false)
//     Rule(const Settings&);                             scalars, computed in double
//     Vec<T> step(Vec<T> var, Vec<T> grad, Vec<T>* slots) const;
//   };

#include "cpu/ops/update_config.h"
#include "cpu/simd/basic.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {  // rules are local to their files, so what is made of them must be too

template <class T, template <class> class Rule, bool counts>
class Update final : public Kernel {
 public:
  explicit Update(const UpdateConfig& config)
      : config_(config), split_(splitWork((config.size + kBlock - 1) / kBlock, 2 * kBlock)) {}

  void run(const Call& call) override {
    const Settings settings = settingsOf(config_, in<char>(call, 2), counts ? in<int32_t>(call, 3) : nullptr);
    const Rule<T> rule(settings);
    const Vec<T> decay = splat(static_cast<T>(config_.weightDecay * settings.lr));
    const T *var = in<T>(call, 0), *grad = in<T>(call, 1);
    T* newVar = out<T>(call, 0);
    const T* slot[kSlots];
    T* newSlot[kSlots];
    for (int s = 0; s < kSlots; ++s) {
      slot[s] = Rule<T>::kSlots[s] ? in<T>(call, kFirstSlot + s) : nullptr;
      newSlot[s] = Rule<T>::kSlots[s] ? out<T>(call, 1 + s) : nullptr;
    }
    call.context.pool.parallel(split_.tasks, [&](int task) {
      eachVector<T>(split_.begin(task) * kBlock, least(split_.end(task) * kBlock, config_.size), [&](int64_t i, int n) {
        Vec<T> slots[kSlots];
        for (int s = 0; s < kSlots; ++s) slots[s] = Rule<T>::kSlots[s] ? loadLanes(slot[s] + i, n) : Vec<T>{};
        const Vec<T> before = loadLanes(var + i, n);
        storeLanes(newVar + i, rule.step(before - before * decay, loadLanes(grad + i, n), slots), n);
        for (int s = 0; s < kSlots; ++s) {
          if (Rule<T>::kSlots[s]) storeLanes(newSlot[s] + i, slots[s], n);
        }
      });
    });
  }

 private:
  static constexpr int64_t kBlock = 1024;
  static constexpr int kSlots = sizeof(Rule<T>::kSlots);
  static constexpr int kFirstSlot = counts ? 4 : 3;
  UpdateConfig config_;
  Split split_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
