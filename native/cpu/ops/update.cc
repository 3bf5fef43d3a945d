// SGD, Adam and RMSprop as Keras 3 defines them; see update.h for the operands.

#include "cpu/ops/update.h"

#include <math.h>

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// attrs: momentum, nesterov
template <class T, bool moving>
struct SgdRule {
  static constexpr bool kSlots[] = {moving};
  Vec<T> lr, momentum;
  bool nesterov;
  SEQNN_INLINE explicit SgdRule(const Settings& s)
      : lr(splat(static_cast<T>(s.lr))), momentum(splat(static_cast<T>(s.attr[0]))), nesterov(s.attr[1] != 0) {}
  SEQNN_INLINE Vec<T> step(Vec<T> var, Vec<T> grad, Vec<T>* slots) const {
    if (!moving) return var - lr * grad;
    slots[0] = momentum * slots[0] - lr * grad;
    return nesterov ? var + momentum * slots[0] - lr * grad : var + slots[0];
  }
};
template <class T>
using Sgd = SgdRule<T, false>;
template <class T>
using SgdMomentum = SgdRule<T, true>;

// attrs: beta1, beta2, epsilon; epsilon is outside the bias correction
template <class T, bool amsgrad>
struct AdamRule {
  static constexpr bool kSlots[] = {true, true, amsgrad};
  Vec<T> rate, keep1, keep2, epsilon;
  SEQNN_INLINE explicit AdamRule(const Settings& s)
      : rate(splat(static_cast<T>(s.lr * ::sqrt(1 - ::pow(s.attr[1], s.t)) / (1 - ::pow(s.attr[0], s.t))))),
        keep1(splat(static_cast<T>(1 - s.attr[0]))),
        keep2(splat(static_cast<T>(1 - s.attr[1]))),
        epsilon(splat(static_cast<T>(s.attr[2]))) {}
  SEQNN_INLINE Vec<T> step(Vec<T> var, Vec<T> grad, Vec<T>* slots) const {
    slots[0] = slots[0] + (grad - slots[0]) * keep1;
    slots[1] = slots[1] + (grad * grad - slots[1]) * keep2;
    if (amsgrad) slots[2] = nanMax<T>(slots[2], slots[1]);
    return var - rate * slots[0] / (vsqrt<T>(slots[amsgrad ? 2 : 1]) + epsilon);
  }
};
template <class T>
using Adam = AdamRule<T, false>;
template <class T>
using AmsgradAdam = AdamRule<T, true>;

// attrs: rho, momentum, epsilon (under the root); slots: mean square, momentum?, mean (centered)?
template <class T, bool moving, bool centered>
struct RmspropRule {
  static constexpr bool kSlots[] = {true, moving, centered};
  Vec<T> lr, rho, rest, momentum, epsilon;
  SEQNN_INLINE explicit RmspropRule(const Settings& s)
      : lr(splat(static_cast<T>(s.lr))),
        rho(splat(static_cast<T>(s.attr[0]))),
        rest(splat(static_cast<T>(1 - s.attr[0]))),
        momentum(splat(static_cast<T>(s.attr[1]))),
        epsilon(splat(static_cast<T>(s.attr[2]))) {}
  SEQNN_INLINE Vec<T> step(Vec<T> var, Vec<T> grad, Vec<T>* slots) const {
    slots[0] = rho * slots[0] + rest * (grad * grad);
    Vec<T> spread = slots[0] + epsilon;
    if (centered) {
      slots[2] = rho * slots[2] + rest * grad;
      spread = spread - slots[2] * slots[2];
    }
    const Vec<T> change = lr * grad / vsqrt<T>(spread);
    if (!moving) return var - change;
    slots[1] = momentum * slots[1] + change;
    return var - slots[1];
  }
};
template <class T>
using Rmsprop = RmspropRule<T, false, false>;
template <class T>
using RmspropMomentum = RmspropRule<T, true, false>;
template <class T>
using RmspropCentered = RmspropRule<T, false, true>;
template <class T>
using RmspropBoth = RmspropRule<T, true, true>;

constexpr const char* kSgdNames[] = {"momentum", "nesterov"};
constexpr double kSgdDefaults[] = {0, 0};
constexpr const char* kAdamNames[] = {"beta1", "beta2", "epsilon"};
constexpr double kAdamDefaults[] = {0.9, 0.999, 1e-7};
constexpr const char* kRmspropNames[] = {"rho", "momentum", "epsilon"};
constexpr double kRmspropDefaults[] = {0.9, 0, 1e-7};

}  // namespace

Kernel* create_sgdUpdate(const Node& node) {
  if (node.number("momentum", 0) != 0) return newUpdate<SgdMomentum, false>(node, kSgdNames, kSgdDefaults);
  return newUpdate<Sgd, false>(node, kSgdNames, kSgdDefaults);
}

Kernel* create_adamUpdate(const Node& node) {
  if (node.flag("amsgrad")) return newUpdate<AmsgradAdam, true>(node, kAdamNames, kAdamDefaults);
  return newUpdate<Adam, true>(node, kAdamNames, kAdamDefaults);
}

Kernel* create_rmspropUpdate(const Node& node) {
  const bool moving = node.number("momentum", 0) > 0, centered = node.flag("centered");
  if (moving && centered) return newUpdate<RmspropBoth, false>(node, kRmspropNames, kRmspropDefaults);
  if (moving) return newUpdate<RmspropMomentum, false>(node, kRmspropNames, kRmspropDefaults);
  if (centered) return newUpdate<RmspropCentered, false>(node, kRmspropNames, kRmspropDefaults);
  return newUpdate<Rmsprop, false>(node, kRmspropNames, kRmspropDefaults);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
