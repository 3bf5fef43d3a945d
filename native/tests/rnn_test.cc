#include "tests/rnn_reference.h"

namespace seqnn {
namespace {

FakeNode forwardNode(const RnnCase& c, const RnnOperands& o, DType dtype, bool training) {
  FakeNode node = nodeOf("rnn", c, o);
  node.out(dtype, {c.T, c.H, c.B}).out(dtype, {c.H, c.B});
  if (c.lstm()) {
    node.out(dtype, {c.T, c.H, c.B}).out(dtype, {c.H, c.B});
  } else {
    node.skipOut().skipOut();
  }
  if (training && c.reserve() > 0) {
    node.out(dtype, {c.T, c.reserve(), c.H, c.B});
  } else {
    node.skipOut();
  }
  if (training && c.normed()) node.out(dtype, {c.T, c.normRows(), c.B});
  return node;
}

constexpr size_t kGradients = 9;  // of operands; behind them are those of the sums

// Gradients of all operands, from those of all outputs (numbered as the inputs of rnnGrad, from 18).
FakeNode backwardNode(const RnnCase& c, const RnnOperands& o, DType dtype, const std::vector<Array>& forward,
                      const std::vector<Array>& dOutputs) {
  FakeNode node = nodeOf("rnnGrad", c, o);
  node.in(forward[0]).in(forward[2]).in(forward[4]);
  if (c.normed()) {
    node.in(forward[5]);
  } else {
    node.skipIn();
  }
  for (const Array& d : dOutputs) node.in(d);
  const auto like = [&](bool wanted, const Array& a) {
    if (!wanted) {
      node.skipOut();
      return;
    }
    Dims dims(a.value.shape.dim, a.value.shape.dim + a.value.shape.rank);
    node.out(dtype, dims);
  };
  like(true, o[0]);
  like(!c.given(), o[1]);
  like(true, o[2]);
  like(c.bias && !c.given(), o[3]);
  like(c.initial, o[4]);
  like(c.initial && c.lstm(), o[5]);
  like(c.peephole, o[8]);
  like(c.normed(), o[9]);
  like(c.normed(), o[10]);
  node.out(dtype, {c.T, std::max(c.reserve(), 1), c.H, c.B});
  return node;
}

std::vector<Array> randomGradients(const RnnCase& c, DType dtype, unsigned seed) {
  std::vector<Array> d = {Array::random(dtype, {c.T, c.H, c.B}, seed), Array::random(dtype, {c.H, c.B}, seed + 1)};
  if (c.lstm()) {
    d.push_back(Array::random(dtype, {c.T, c.H, c.B}, seed + 2));
    d.push_back(Array::random(dtype, {c.H, c.B}, seed + 3));
  }
  return d;
}

double dot(const Array& a, const std::vector<double>& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(); ++i) sum += a[i] * b[static_cast<size_t>(i)];
  return sum;
}
double lossOf(const RnnCase& c, const RnnOperands& o, const std::vector<Array>& d) {
  const RnnResult r = rnnReference(c, o);
  double loss = dot(d[0], r.hs) + dot(d[1], r.hLast);
  if (c.lstm()) loss += dot(d[2], r.cs) + dot(d[3], r.cLast);
  return loss;
}

// Every cell, and every norm of its own.
std::vector<RnnCase> kinds() {
  std::vector<RnnCase> all;
  const char* const pairs[][2] = {{"simple", "none"},        {"lstm", "none"}, {"lstm", "state"},
                                  {"lstm", "gates"},         {"gru", "none"},  {"gruResetAfter", "none"},
                                  {"gruResetAfter", "state"}};
  for (const auto& pair : pairs) {
    all.emplace_back();
    all.back().cell = pair[0];
    all.back().norm = pair[1];
  }
  return all;
}

// Every cell with every option, over sizes with ones and odd tails.
std::vector<RnnCase> allCases() {
  std::vector<RnnCase> cases;
  const int sizes[][4] = {{1, 1, 1, 1},   {4, 1, 3, 20},  {4, 2, 1, 3}, {1, 5, 2, 3},
                          {4, 17, 5, 20}, {3, 32, 20, 5}, {2, 35, 2, 1}};
  for (const char* cell : {"simple", "lstm", "gru", "gruResetAfter"}) {
    for (const auto& size : sizes) {
      RnnCase plain;
      plain.cell = cell;
      plain.T = size[0], plain.B = size[1], plain.F = size[2], plain.H = size[3];
      cases.push_back(plain);
      const auto with = [&](auto change) {
        RnnCase c = plain;
        change(c);
        cases.push_back(c);
      };
      with([](RnnCase& c) { c.bias = false; });
      with([](RnnCase& c) { c.reverse = c.initial = true; });
      with([](RnnCase& c) { c.mask = true; });
      with([](RnnCase& c) { c.mask = c.reverse = c.initial = c.dropout = true; });
      with([](RnnCase& c) { c.dropout = true; });
      with([](RnnCase& c) { c.activation = "softsign", c.recurrentActivation = "hardSigmoid2", c.initial = true; });
      with([](RnnCase& c) { c.activation = "elu"; });
      with([](RnnCase& c) { c.activation = "gelu", c.mask = true; });
      with([](RnnCase& c) { c.activation = "mish", c.recurrentActivation = "silu", c.initial = c.dropout = true; });
      with([](RnnCase& c) { c.activation = "tanhShrink", c.recurrentActivation = "hardSilu"; });
      with([](RnnCase& c) { c.zones = c.mask = c.initial = c.dropout = true; });
      with([](RnnCase& c) { c.zones = c.reverse = true, c.activation = "gelu"; });
      with([](RnnCase& c) { c.takeH = 0.3, c.takeC = c.lstm() ? 0.8 : 1, c.initial = true; });
      with([](RnnCase& c) { c.stateDropout = 2, c.initial = c.dropout = true; });
      with([](RnnCase& c) { c.stateDropout = 1, c.reverse = c.zones = true; });
      for (const char* norm : {"state", "gates"}) {
        if (!plain.lstm() && (plain.cell != "gruResetAfter" || std::string(norm) == "gates")) continue;
        const auto normed = [&](auto change) {
          with([&](RnnCase& c) {
            c.norm = norm;
            change(c);
          });
        };
        normed([](RnnCase& c) { c.bias = false; });
        normed([](RnnCase& c) { c.zones = true, c.stateDropout = 2; });
        normed([](RnnCase& c) { c.reverse = c.initial = true, c.forgetBias = 1; });
        normed([](RnnCase& c) { c.mask = c.reverse = c.initial = c.dropout = true, c.order = "ijfo"; });
        normed([](RnnCase& c) { c.activation = "gelu", c.mask = true, c.clip = 0.3; });
      }
      if (!plain.lstm()) continue;
      with([](RnnCase& c) { c.peephole = c.initial = true; });
      with([](RnnCase& c) { c.peephole = c.mask = true, c.forgetBias = 1, c.order = "ijfo"; });
      with([](RnnCase& c) { c.clip = 0.3, c.initial = c.peephole = true; });
    }
    // Where the gradients of all weights are one product.
    for (const auto& [steps, samples] : {std::pair(2, 3), std::pair(4, 3), std::pair(2, 1)}) {
      RnnCase c;
      c.cell = cell, c.T = steps, c.B = samples, c.F = 2, c.H = 97;
      cases.push_back(c);
      c.reverse = true;
      cases.push_back(c);
      c.initial = c.mask = true;
      cases.push_back(c);
      c.dropout = true;
      cases.push_back(c);
    }
  }
  return cases;
}

void checkForward(const RnnCase& c) {
  SCOPED_TRACE(c.describe());
  for (DType dtype : kFloating) {
    const RnnOperands o = randomOperands(c, dtype, 7);
    const RnnResult expected = rnnReference(c, o);
    // Unbounded gates magnify roundings from step to step.
    const bool bounded = c.recurrentActivation != "silu" && c.recurrentActivation != "hardSilu";
    const double tolerance = (bounded ? 40 : 400) * epsilonOf(dtype);
    forEachIsa([&](const char* isa) {
      for (bool training : {false, true}) {
        const std::vector<Array> y = forwardNode(c, o, dtype, training).run(isa);
        expectNear(y[0], expected.hs, tolerance);
        expectNear(y[1], expected.hLast, tolerance);
        if (!c.lstm()) continue;
        expectNear(y[2], expected.cs, tolerance);
        expectNear(y[3], expected.cLast, tolerance);
      }
    });
  }
}

TEST(Rnn, ForwardMatchesPlainLoops) {
  for (const RnnCase& c : allCases()) checkForward(c);
}

// One short sequence: the units of all gates share vectors.
TEST(Rnn, OneShortSequenceOfAnyUnits) {
  for (const RnnCase& kind : kinds()) {
    for (int H = 1; H <= 41; ++H) {
      RnnCase c = kind;
      c.T = 3, c.B = 1, c.F = 2, c.H = H;
      checkForward(c);
    }
  }
}

// One sequence, weights beyond the first cache: the input's part of the sums is found for many steps at once.
TEST(Rnn, OneLongSequence) {
  for (const RnnCase& kind : kinds()) {
    RnnCase c = kind;
    c.T = 60, c.B = 1, c.F = 3, c.H = 97;
    checkForward(c);
    c.reverse = c.mask = c.initial = c.dropout = true;
    checkForward(c);
    if (c.normed()) continue;
    c.bias = false, c.activation = "gelu", c.recurrentActivation = "hardSigmoid2";
    if (c.lstm()) c.peephole = true, c.forgetBias = 1, c.order = "ijfo", c.clip = 0.3;
    checkForward(c);
  }
}

// Threads share the units of a step.
TEST(Rnn, OneSequenceOnSeveralThreads) {
  for (const RnnCase& kind : kinds()) {
    RnnCase c = kind;
    c.T = 40, c.F = 3, c.H = 200;
    for (int B : {1, 2}) {
      c.B = B;
      c.mask = c.initial = c.dropout = B == 2;
      c.peephole = B == 2 && c.lstm() && !c.normed();
      const RnnOperands o = randomOperands(c, DType::f32, 21);
      const RnnResult expected = rnnReference(c, o);
      forEachIsa([&](const char* isa) {
        std::vector<Array> first;
        for (int threads : {1, 2, 3, 16}) {
          const std::vector<Array> y = forwardNode(c, o, DType::f32, false).run(isa, threads);
          if (first.empty()) first = y;
          expectNear(y[0], expected.hs, 80 * epsilonOf(DType::f32));
          for (size_t i = 0; i < y.size(); ++i) {
            ASSERT_EQ(y[i].bytes, first[i].bytes) << c.describe() << " on " << threads << " threads, output " << i;
          }
        }
      });
    }
  }
}

#if !defined(SEQNN_CUDA_TESTS)
// Large weights that last are read in the first run only, be it of a single step.
TEST(Rnn, WeightsThatLast) {
  for (const RnnCase& kind : kinds()) {
    if (kind.normed()) continue;
    for (const auto& [steps, units] : {std::pair(9, 97), std::pair(1, 200), std::pair(40, 200)}) {
      RnnCase c = kind;
      c.T = steps, c.B = 1, c.F = 3, c.H = units;
      const RnnOperands o = randomOperands(c, DType::f32, 5);
      const RnnResult expected = rnnReference(c, o);
      forEachIsa([&](const char* isa) {
        std::vector<Array> first;
        for (int threads : {1, 2, 3}) {
          const std::vector<Array> y = forwardNode(c, o, DType::f32, false).last(1).last(2).run(isa, threads);
          if (first.empty()) first = y;
          expectNear(y[0], expected.hs, 80 * epsilonOf(DType::f32));
          for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i].bytes, first[i].bytes) << c.describe();
        }
      });
    }
  }
}
#endif

// The last states alone: nothing else is stored.
TEST(Rnn, LastStateAlone) {
  for (const RnnCase& kind : kinds()) {
    for (int B : {1, 3, 17}) {
      RnnCase c = kind;
      c.T = 5, c.B = B, c.F = 2, c.H = 9;
      const RnnOperands o = randomOperands(c, DType::f64, 3);
      const RnnResult expected = rnnReference(c, o);
      forEachIsa([&](const char* isa) {
        const std::vector<Array> y = nodeOf("rnn", c, o).skipOut().out(DType::f64, {c.H, c.B}).run(isa);
        expectNear(y[1], expected.hLast, 1e-13);
      });
    }
  }
}

TEST(Rnn, GradientsMatchDifferences) {
  for (const RnnCase& c : allCases()) {
    SCOPED_TRACE(c.describe());
    const DType dtype = DType::f64;
    const RnnOperands o = randomOperands(c, dtype, 11);
    const std::vector<Array> d = randomGradients(c, dtype, 100);
    constexpr int kWeights = 9;
    const int operandOf[kWeights] = {0, 1, 2, 3, 4, 5, 8, 9, 10};
    double slopes[kWeights] = {};
    RnnOperands directions(14);
    for (int k = 0; k < kWeights; ++k) {
      const Array& base = o[operandOf[k]];
      if (!base.value.present) continue;
      Dims dims(base.value.shape.dim, base.value.shape.dim + base.value.shape.rank);
      const Array direction = Array::random(dtype, dims, 200 + k);
      const double step = 1e-6;
      RnnOperands moved = o;
      const auto lossAt = [&](double by) {
        for (int64_t i = 0; i < base.size(); ++i) moved[operandOf[k]].set(i, base[i] + by * direction[i]);
        return lossOf(c, moved, d);
      };
      slopes[k] = (lossAt(step) - lossAt(-step)) / (2 * step);
      directions[operandOf[k]] = direction;
    }
    forEachIsa([&](const char* isa) {
      const std::vector<Array> y = forwardNode(c, o, dtype, true).run(isa);
      const std::vector<Array> g = backwardNode(c, o, dtype, y, d).run(isa);
      for (int k = 0; k < kWeights; ++k) {
        if (!g[k].value.present) continue;
        const double got = dot(g[k], directions[operandOf[k]].doubles());
        ASSERT_NEAR(got, slopes[k], 2e-7 * (1 + std::fabs(slopes[k]))) << "gradient of operand " << operandOf[k];
      }
    });
  }
}

// In float, against the double kernels.
TEST(Rnn, FloatGradientsFollowDoubles) {
  for (const RnnCase& c : allCases()) {
    SCOPED_TRACE(c.describe());
    std::vector<Array> expected;
    forEachIsa([&](const char* isa) {
      for (DType dtype : {DType::f64, DType::f32}) {
        if (dtype == DType::f64 && !expected.empty()) continue;
        // The same numbers in both: a float's values.
        const RnnOperands single = randomOperands(c, DType::f32, 5);
        const std::vector<Array> d32 = randomGradients(c, DType::f32, 50);
        const auto as = [&](const Array& a) {
          if (!a.value.present || a.value.dtype == DType::boolean || dtype == DType::f32) return a;
          return Array(dtype, Dims(a.value.shape.dim, a.value.shape.dim + a.value.shape.rank), a.doubles());
        };
        RnnOperands o;
        std::vector<Array> d;
        for (const Array& a : single) o.push_back(as(a));
        for (const Array& a : d32) d.push_back(as(a));
        const std::vector<Array> y = forwardNode(c, o, dtype, true).run(isa);
        const std::vector<Array> g = backwardNode(c, o, dtype, y, d).run(isa);
        if (dtype == DType::f64) {
          expected = g;
          continue;
        }
        for (size_t k = 0; k < kGradients; ++k) {
          if (!g[k].value.present) continue;
          double scale = 1;
          for (int64_t i = 0; i < g[k].size(); ++i) scale = std::max(scale, std::fabs(expected[k][i]));
          for (int64_t i = 0; i < g[k].size(); ++i) {
            ASSERT_NEAR(g[k][i], expected[k][i], 100 * epsilonOf(DType::f32) * scale)
                << "gradient " << k << " at " << i;
          }
        }
      }
    });
  }
}

// A sample alone is walked back unit by unit, with others lane by lane: its own gradients are the same, those of the
// weights half of what two like it give.
TEST(Rnn, ASampleAloneTrainsAsAmongOthers) {
  for (const RnnCase& kind : kinds()) {
    // Steps that are walked back in two goes; units that threads share.
    for (const auto& [steps, units] : {std::pair(300, 97), std::pair(40, 200)}) {
      RnnCase one = kind;
      one.T = steps, one.B = 1, one.F = 3, one.H = units;
      one.mask = one.initial = one.dropout = one.reverse = true;
      one.peephole = one.lstm() && !one.normed();
      RnnCase two = one;
      two.B = 2;
      const auto twice = [](const Array& a) {
        if (!a.value.present) return a;
        Dims dims(a.value.shape.dim, a.value.shape.dim + a.value.shape.rank);
        dims.back() = 2;
        std::vector<double> values;
        for (double value : a.doubles()) values.insert(values.end(), 2, value);
        return Array(a.value.dtype, dims, values);
      };
      const RnnOperands o = randomOperands(one, DType::f64, 3);
      RnnOperands pair = o;
      for (int sample : {0, 4, 5, 6, 7}) pair[static_cast<size_t>(sample)] = twice(o[static_cast<size_t>(sample)]);
      const std::vector<Array> d = randomGradients(one, DType::f64, 8);
      std::vector<Array> dPair;
      for (const Array& gradient : d) dPair.push_back(twice(gradient));
      forEachIsa([&](const char* isa) {
        SCOPED_TRACE(one.describe());
        const auto gradients = [&](const RnnCase& c, const RnnOperands& operands, const std::vector<Array>& given) {
          const std::vector<Array> y = forwardNode(c, operands, DType::f64, true).run(isa, 3);
          return backwardNode(c, operands, DType::f64, y, given).run(isa, 3);
        };
        const std::vector<Array> g = gradients(one, o, d), both = gradients(two, pair, dPair);
        for (size_t k = 0; k < kGradients; ++k) {
          if (!g[k].value.present) continue;
          const bool ofSample = k == 0 || k == 4 || k == 5;
          for (int64_t i = 0; i < g[k].size(); ++i) {
            const double expected = ofSample ? both[k][2 * i] : both[k][i] / 2;
            ASSERT_NEAR(g[k][i], expected, 1e-10 * (1 + std::fabs(expected))) << "gradient " << k << " at " << i;
          }
        }
      });
    }
  }
}

TEST(Rnn, BitsDoNotDependOnThreads) {
  // Enough work for several threads; the weights' gradients in one product; one sample, whose units they share.
  const int sizes[][4] = {{60, 67, 40, 65}, {60, 67, 16, 100}, {40, 1, 16, 200}};
  for (const RnnCase& kind : kinds()) {
    RnnCase c = kind;
    c.mask = c.initial = true;
    c.peephole = c.lstm() && !c.normed();
    for (const auto& size : sizes) {
      c.T = size[0], c.B = size[1], c.F = size[2], c.H = size[3];
      c.dropout = c.H != 100;
      const DType dtype = c.B > 1 && c.dropout ? DType::f64 : DType::f32;
      const RnnOperands o = randomOperands(c, dtype, 1);
      const std::vector<Array> d = randomGradients(c, dtype, 9);
      forEachIsa([&](const char* isa) {
        std::vector<Array> first;
        for (int threads : {1, 2, 3, 16}) {
          std::vector<Array> all = forwardNode(c, o, dtype, true).run(isa, threads);
          const std::vector<Array> g = backwardNode(c, o, dtype, all, d).run(isa, threads);
          all.insert(all.end(), g.begin(), g.end());
          if (first.empty()) first = all;
          for (size_t i = 0; i < all.size(); ++i)
            ASSERT_EQ(all[i].bytes, first[i].bytes) << c.describe() << " output " << i;
        }
      });
    }
  }
}

TEST(Rnn, EmptySizes) {
  for (const RnnCase& kind : kinds()) {
    for (int empty = 0; empty < 4; ++empty) {
      RnnCase c = kind;
      c.T = empty == 0 ? 0 : 3, c.B = empty == 1 ? 0 : 5, c.F = empty == 2 ? 0 : 2, c.H = empty == 3 ? 0 : 4;
      for (bool initial : {false, true}) {
        c.initial = initial;
        const RnnOperands o = randomOperands(c, DType::f32, 1);
        forEachIsa([&](const char* isa) {
          const std::vector<Array> y = forwardNode(c, o, DType::f32, true).run(isa);
          expectNear(y[1], rnnReference(c, o).hLast, 1e-5);
          const std::vector<Array> g = backwardNode(c, o, DType::f32, y, randomGradients(c, DType::f32, 1)).run(isa);
          if (empty > 1) return;
          for (int k = 1; k < 4; ++k) {
            if (!g[k].value.present) continue;
            for (int64_t i = 0; i < g[k].size(); ++i) ASSERT_EQ(g[k][i], 0) << "no steps or samples: gradient " << k;
          }
        });
      }
    }
  }
}

TEST(Rnn, NaNPropagates) {
  for (const char* cell : {"simple", "lstm", "gru", "gruResetAfter"}) {
    for (int B : {1, 20}) {
      RnnCase c;
      c.cell = cell, c.T = 3, c.B = B, c.F = 2, c.H = 4, c.clip = 5;
      RnnOperands o = randomOperands(c, DType::f32, 1);
      o[0].set(0, NAN);
      forEachIsa([&](const char* isa) {
        const std::vector<Array> y = forwardNode(c, o, DType::f32, false).run(isa);
        for (int u = 0; u < c.H; ++u) EXPECT_TRUE(std::isnan(y[1][u * B])) << cell << " unit " << u;
        if (B > 1) {
          EXPECT_FALSE(std::isnan(y[1][1]));
        }
      });
    }
  }
}

TEST(Rnn, RefusesWhatDoesNotFit) {
  RnnCase c;
  c.T = 2, c.B = 3, c.F = 2, c.H = 4;
  const RnnOperands o = randomOperands(c, DType::f32, 1);
  RnnCase unknown = c;
  unknown.cell = "elman";
  EXPECT_THROW(forwardNode(unknown, o, DType::f32, false).run(anyIsa()), Error);
  unknown = c;
  unknown.activation = "softplusplus";
  EXPECT_THROW(forwardNode(unknown, o, DType::f32, false).run(anyIsa()), Error);
  unknown = c;
  unknown.cell = "lstm";  // four times the columns
  EXPECT_THROW(forwardNode(unknown, o, DType::f32, false).run(anyIsa()), Error);
  unknown = c;
  unknown.cell = "gru";
  unknown.norm = "state";  // the reset comes before the product
  EXPECT_THROW(forwardNode(unknown, randomOperands(unknown, DType::f32, 1), DType::f32, false).run(anyIsa()), Error);
  unknown.cell = "lstm";
  unknown.peephole = true;
  EXPECT_THROW(forwardNode(unknown, randomOperands(unknown, DType::f32, 1), DType::f32, false).run(anyIsa()), Error);
  unknown.peephole = false;
  unknown.mask = true;
  unknown.stateDropout = 1;
  EXPECT_THROW(forwardNode(unknown, randomOperands(unknown, DType::f32, 1), DType::f32, false).run(anyIsa()), Error);
  RnnOperands wrong = o;
  wrong[3] = Array::random(DType::f32, {5}, 1);
  EXPECT_THROW(forwardNode(c, wrong, DType::f32, false).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
