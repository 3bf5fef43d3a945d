#include "tests/fake_node.h"

namespace seqnn {
namespace {

using Values = std::vector<double>;
using Attrs = std::map<std::string, double>;
// One element: the variable and its slots are changed in place.
using Step = std::function<void(double& var, double grad, double lr, double t, double* slots)>;

struct Rule {
  std::string op;
  Attrs attrs;
  std::vector<bool> slots;
  bool counts;
  Step step;
};

std::vector<Rule> rules() {
  std::vector<Rule> all;
  for (double decay : {0.0, 0.01}) {
    const auto decayed = [decay](double var, double lr) { return var - var * decay * lr; };
    all.push_back(
        {"sgdUpdate", {{"weightDecay", decay}}, {false}, false, [=](double& w, double g, double lr, double, double*) {
           w = decayed(w, lr) - lr * g;
         }});
    for (bool nesterov : {false, true}) {
      all.push_back({"sgdUpdate",
                     {{"weightDecay", decay}, {"momentum", 0.9}, {"nesterov", nesterov}},
                     {true},
                     false,
                     [=](double& w, double g, double lr, double, double* s) {
                       s[0] = 0.9 * s[0] - lr * g;
                       w = decayed(w, lr) + (nesterov ? 0.9 * s[0] - lr * g : s[0]);
                     }});
    }
    for (bool amsgrad : {false, true}) {
      all.push_back({"adamUpdate",
                     {{"weightDecay", decay}, {"beta1", 0.8}, {"beta2", 0.99}, {"epsilon", 1e-5}, {"amsgrad", amsgrad}},
                     {true, true, amsgrad},
                     true,
                     [=](double& w, double g, double lr, double t, double* s) {
                       s[0] += (g - s[0]) * (1 - 0.8);
                       s[1] += (g * g - s[1]) * (1 - 0.99);
                       if (amsgrad) s[2] = std::max(s[2], s[1]);
                       const double rate = lr * std::sqrt(1 - std::pow(0.99, t)) / (1 - std::pow(0.8, t));
                       w = decayed(w, lr) - rate * s[0] / (std::sqrt(s[amsgrad ? 2 : 1]) + 1e-5);
                     }});
    }
    for (bool moving : {false, true}) {
      for (bool centered : {false, true}) {
        all.push_back({"rmspropUpdate",
                       {{"weightDecay", decay},
                        {"rho", 0.95},
                        {"momentum", moving ? 0.7 : 0},
                        {"epsilon", 1e-4},
                        {"centered", centered}},
                       {true, moving, centered},
                       false,
                       [=](double& w, double g, double lr, double, double* s) {
                         s[0] = 0.95 * s[0] + 0.05 * g * g;
                         double spread = s[0] + 1e-4;
                         if (centered) {
                           s[2] = 0.95 * s[2] + 0.05 * g;
                           spread -= s[2] * s[2];
                         }
                         const double change = lr * g / std::sqrt(spread);
                         s[1] = moving ? 0.7 * s[1] + change : 0;
                         w = decayed(w, lr) - (moving ? s[1] : change);
                       }});
      }
    }
  }
  return all;
}

TEST(Update, FollowsKerasFormulas) {
  for (const Rule& rule : rules()) {
    for (DType dtype : kFloating) {
      for (int64_t size : {0, 1, 5, 37, 640, 300000}) {
        SCOPED_TRACE(rule.op + " of " + std::to_string(size) + " " + nameOf(dtype));
        const double lr = 0.05, t = 3;
        const Array var = Array::random(dtype, {size}, 1), grad = Array::random(dtype, {size}, 2);
        std::vector<Array> slots;
        // Mean squares well above squared means, as they are in training.
        for (unsigned s = 0; s < rule.slots.size(); ++s)
          slots.push_back(Array::random(dtype, {size}, 3 + s, s == 2 ? 0 : 0.5, s == 2 ? 0.1 : 1));
        FakeNode node(rule.op);
        node.in(var).in(grad).in(Array(dtype, {1}, {lr}));
        if (rule.counts) node.in(Array(DType::i32, {1}, {t}));
        node.outOver(0);
        for (size_t s = 0; s < rule.slots.size(); ++s) {
          if (rule.slots[s])
            node.in(slots[s]).outOver(node.inputs() - 1);
          else
            node.skipIn().skipOut();
        }
        for (const auto& [name, value] : rule.attrs) node.set(name, value);

        const double lrSeen = Array(dtype, {1}, {lr})[0];
        Values vars = var.doubles();
        std::vector<Values> moved(slots.size(), Values(vars.size()));
        for (int64_t i = 0; i < size; ++i) {
          double s[3] = {};
          for (size_t k = 0; k < slots.size(); ++k) s[k] = slots[k][i];
          for (int time = 0; time < 2; ++time) rule.step(vars[static_cast<size_t>(i)], grad[i], lrSeen, t, s);
          for (size_t k = 0; k < slots.size(); ++k) moved[k][static_cast<size_t>(i)] = s[k];
        }
        forEachIsa([&](const char* isa) {
          const auto got = node.run(isa, 1, 2);
          expectNear(got[0], vars, 30 * epsilonOf(dtype));
          for (size_t k = 0; k < slots.size(); ++k) {
            if (rule.slots[k]) expectNear(got[k + 1], moved[k], 30 * epsilonOf(dtype));
          }
          EXPECT_EQ(node.run(isa, 3, 2)[0].bytes, got[0].bytes);
        });
      }
    }
  }
}

TEST(Update, RefusesMissingSlots) {
  const Array var = Array::random(DType::f32, {4}, 1), lr(DType::f32, {1}, {0.1});
  EXPECT_THROW(FakeNode("sgdUpdate").in(var).in(var).in(lr).outOver(0).set("momentum", 0.9).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("adamUpdate").in(var).in(var).in(lr).outOver(0).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
