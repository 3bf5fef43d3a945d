#include "tests/fake_node.h"

namespace seqnn {
namespace {

// Partial sums of n random terms grow as the root of n, and so do their n roundings.
double errorOfSum(DType dtype, int64_t n) { return epsilonOf(dtype) * static_cast<double>(n + 4); }

struct Sizes {
  int64_t outer, features, inner, units;
};

Dims viewed(const Sizes& s, int64_t middle) { return {s.outer, middle, s.inner}; }

std::vector<double> reference(const Sizes& s, const Array& x, const Array& w, const Array* bias, bool transposed,
                              bool tanh) {
  std::vector<double> out;
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t u = 0; u < s.units; ++u) {
      for (int64_t i = 0; i < s.inner; ++i) {
        double sum = bias ? (*bias)[u] : 0;
        for (int64_t f = 0; f < s.features; ++f) {
          sum += x[(o * s.features + f) * s.inner + i] * w[transposed ? u * s.features + f : f * s.units + u];
        }
        out.push_back(tanh ? std::tanh(sum) : sum);
      }
    }
  }
  return out;
}

void sameBits(const FakeNode& node, const char* isa, const std::vector<Array>& first) {
  for (int threads : {2, 3, 16}) {
    const std::vector<Array> again = node.run(isa, threads);
    for (size_t i = 0; i < first.size(); ++i) EXPECT_EQ(again[i].bytes, first[i].bytes) << threads << " threads";
  }
}

void checkForward(const Sizes& s, bool biased, bool transposed, bool tanh, bool manyThreads = false) {
  SCOPED_TRACE(testing::Message() << s.outer << ' ' << s.features << ' ' << s.inner << ' ' << s.units << ' '
                                  << transposed);
  for (DType dtype : kFloating) {
    const Array x = Array::random(dtype, viewed(s, s.features), 1), bias = Array::random(dtype, {s.units}, 3);
    const Array w = Array::random(dtype, transposed ? Dims{s.units, s.features} : Dims{s.features, s.units}, 2);
    FakeNode node("dense");
    node.in(x).in(w);
    if (biased) node.in(bias);
    node.out(dtype, viewed(s, s.units))
        .set("axis", 1)
        .set("transposed", transposed)
        .word("activation", tanh ? "tanh" : "linear");
    const std::vector<double> expected = reference(s, x, w, biased ? &bias : nullptr, transposed, tanh);
    forEachIsa([&](const char* isa) {
      const std::vector<Array> first = node.run(isa);
      expectNear(first[0], expected, errorOfSum(dtype, s.features));
      if (manyThreads) sameBits(node, isa, first);
    });
  }
}

void checkGradient(const Sizes& s, bool manyThreads = false) {
  SCOPED_TRACE(testing::Message() << s.outer << ' ' << s.features << ' ' << s.inner << ' ' << s.units);
  for (DType dtype : kFloating) {
    const Array x = Array::random(dtype, viewed(s, s.features), 1), dy = Array::random(dtype, viewed(s, s.units), 2);
    std::vector<double> dw(static_cast<size_t>(s.features * s.units)), dbias(static_cast<size_t>(s.units));
    for (int64_t o = 0; o < s.outer; ++o) {
      for (int64_t u = 0; u < s.units; ++u) {
        for (int64_t i = 0; i < s.inner; ++i) {
          const double d = dy[(o * s.units + u) * s.inner + i];
          dbias[static_cast<size_t>(u)] += d;
          for (int64_t f = 0; f < s.features; ++f) {
            dw[static_cast<size_t>(f * s.units + u)] += x[(o * s.features + f) * s.inner + i] * d;
          }
        }
      }
    }
    FakeNode node("denseGradW");
    node.in(x).in(dy).set("axis", -2).out(dtype, {s.features, s.units}).out(dtype, {s.units});
    const double tolerance = errorOfSum(dtype, s.outer * s.inner);
    forEachIsa([&](const char* isa) {
      const std::vector<Array> first = node.run(isa);
      expectNear(first[0], dw, tolerance);
      expectNear(first[1], dbias, tolerance);
      if (manyThreads) sameBits(node, isa, first);
    });
  }
}

const Sizes kSizes[] = {{1, 20, 32, 10}, {1, 3, 1, 5},    {5, 7, 1, 9},    {33, 20, 1, 1}, {6, 5, 3, 20},
                        {50, 1, 32, 20}, {3, 20, 17, 13}, {4, 13, 40, 25}, {2, 5, 130, 1}, {1, 1, 1, 1},
                        {7, 21, 8, 11},  {2, 6, 15, 26},  {0, 3, 4, 5},    {3, 0, 4, 5},   {3, 4, 0, 5},
                        {3, 4, 5, 0},    {1, 40, 33, 80}};

TEST(Dense, Forward) {
  for (const Sizes& s : kSizes) {
    checkForward(s, true, false, false);
    checkForward(s, false, true, true);
  }
}

TEST(Dense, ForwardOfManyThreads) {
  checkForward({40, 100, 64, 90}, true, false, true, true);
  checkForward({1, 100, 2000, 90}, true, true, false, true);
  checkForward({2000, 100, 1, 90}, true, true, false, true);
  checkForward({1000, 100, 2, 90}, true, false, true, true);
}

TEST(Dense, Gradient) {
  for (const Sizes& s : kSizes) checkGradient(s);
}

TEST(Dense, GradientOfManyThreads) {
  checkGradient({60, 60, 64, 80}, true);
  checkGradient({60, 100, 32, 97}, true);
  checkGradient({2700, 70, 1, 90}, true);
  checkGradient({1200, 33, 3, 150}, true);
}

TEST(Dense, NamesTheMistake) {
  const auto create = [](const Dims& x, const Dims& w, const Dims& out, const char* activation) {
    FakeNode node("dense");
    node.in(Array(DType::f32, x))
        .in(Array(DType::f32, w))
        .out(DType::f32, out)
        .set("axis", 1)
        .word("activation", activation);
    delete node.create(anyIsa());
  };
  EXPECT_NO_THROW(create({2, 3}, {3, 4}, {2, 4}, "relu"));
  EXPECT_THROW(create({2, 3}, {4, 4}, {2, 4}, "relu"), Error);
  EXPECT_THROW(create({2, 3}, {3, 4}, {2, 5}, "relu"), Error);
  EXPECT_THROW(create({2, 3}, {3, 4}, {2, 4}, "rellu"), Error);
}

}  // namespace
}  // namespace seqnn
