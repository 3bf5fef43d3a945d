#pragma once

// What an optimizer's kernel reads from its node, and what it makes its rule of.
// Operands: var, grad, lr [1], then t i32 [1] for rules that count, then the slots; outputs: var, slots.

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

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

// lr in the dtype lrType; t is null where the rule does not count.
SEQNN_INLINE Settings settingsOf(const UpdateConfig& config, const void* lr, const int32_t* t) {
  Settings settings{};
  for (int i = 0; i < kMaxSettings; ++i) settings.attr[i] = config.attr[i];
  settings.lr = config.lrType == DType::f64 ? *static_cast<const double*>(lr)
                                            : static_cast<double>(*static_cast<const float*>(lr));
  settings.t = t ? *t : 0;
  return settings;
}

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

namespace {  // rules are local to their files, so what is made of them must be too

// Each backend's pass over a variable and its slots.
template <class T, template <class> class Rule, bool counts>
class Update;

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
