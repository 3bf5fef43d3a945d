#pragma once

// One pass over a variable and the slots of its optimizer. A rule is a struct
//   template <class T> struct Rule {
//     static constexpr bool kSlots[] = {...};           which slots there are (an absent optional one is false)
//     Rule(const Settings&);                             scalars, computed in double
//     Vec<T> step(Vec<T> var, Vec<T> grad, Vec<T>* slots) const;
//   };
// Operands: var, grad, lr [1], then t i32 [1] for rules with kCounts, then the slots; outputs: var, slots.

#include "cpu/ops/operands.h"
#include "cpu/simd/basic.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {  // rules are local to their files, so what is made of them must be too

constexpr int kMaxSettings = 6;

// What a rule is made of at every run: its attributes, in the order of the names the factory gave.
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

template <class T, template <class> class Rule, bool counts>
class Update final : public Kernel {
 public:
  explicit Update(const UpdateConfig& config)
      : config_(config), split_(splitWork((config.size + kBlock - 1) / kBlock, 2 * kBlock)) {}

  void run(const Call& call) override {
    Settings settings{};
    for (int i = 0; i < kMaxSettings; ++i) settings.attr[i] = config_.attr[i];
    settings.lr = config_.lrType == DType::f64 ? *in<double>(call, 2) : static_cast<double>(*in<float>(call, 2));
    settings.t = counts ? *in<int32_t>(call, 3) : 0;
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

// A kernel of this rule; `names` and `fallbacks` are the rule's attributes.
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
}  // namespace SEQNN_ISA
}  // namespace seqnn
