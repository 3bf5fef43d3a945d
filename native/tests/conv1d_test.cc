#include "tests/fake_node.h"

namespace seqnn {
namespace {

// Partial sums of n random terms grow as the root of n, and so do their n roundings.
double errorOfSum(DType dtype, int64_t n) { return epsilonOf(dtype) * static_cast<double>(n + 4); }

struct Conv {
  int64_t T, F, B, K, O, T2;
  int64_t stride = 1, dilation = 1, padLeft = 0, groups = 1;

  Dims x() const { return {T, F, B}; }
  Dims w() const { return {K, F / groups, O}; }
  Dims y() const { return {T2, O, B}; }
};

// body(index in x, in w, in y) for every product of the convolution.
template <class Body>
void eachProduct(const Conv& c, Body body) {
  const int64_t fs = c.F / c.groups, os = c.O / c.groups;
  for (int64_t t = 0; t < c.T2; ++t) {
    for (int64_t k = 0; k < c.K; ++k) {
      const int64_t s = t * c.stride + k * c.dilation - c.padLeft;
      if (s < 0 || s >= c.T) continue;
      for (int64_t o = 0; o < c.O; ++o) {
        for (int64_t f = 0; f < fs; ++f) {
          for (int64_t b = 0; b < c.B; ++b) {
            body(static_cast<size_t>((s * c.F + o / os * fs + f) * c.B + b),
                 static_cast<size_t>((k * fs + f) * c.O + o), static_cast<size_t>((t * c.O + o) * c.B + b));
          }
        }
      }
    }
  }
}

void configure(FakeNode& node, const Conv& c) {
  node.set("stride", static_cast<double>(c.stride)).set("dilation", static_cast<double>(c.dilation));
  node.set("padLeft", static_cast<double>(c.padLeft)).set("groups", static_cast<double>(c.groups));
}

void compare(const FakeNode& node, const std::vector<std::vector<double>>& expected, double tolerance,
             bool manyThreads) {
  forEachIsa([&](const char* isa) {
    const std::vector<Array> first = node.run(isa);
    for (size_t i = 0; i < expected.size(); ++i) expectNear(first[i], expected[i], tolerance);
    if (!manyThreads) return;
    for (int threads : {2, 3, 16}) {
      const std::vector<Array> again = node.run(isa, threads);
      for (size_t i = 0; i < first.size(); ++i) EXPECT_EQ(again[i].bytes, first[i].bytes) << threads << " threads";
    }
  });
}

void check(const Conv& c, bool manyThreads = false) {
  SCOPED_TRACE(testing::Message() << "T " << c.T << " F " << c.F << " B " << c.B << " K " << c.K << " O " << c.O
                                  << " T2 " << c.T2 << " stride " << c.stride << " dilation " << c.dilation << " pad "
                                  << c.padLeft << " groups " << c.groups);
  for (DType dtype : kFloating) {
    const Array x = Array::random(dtype, c.x(), 1), w = Array::random(dtype, c.w(), 2),
                dy = Array::random(dtype, c.y(), 4);
    const Array bias = Array::random(dtype, {c.O}, 3);
    std::vector<double> y(static_cast<size_t>(dy.size())), dx(static_cast<size_t>(x.size())),
        dw(static_cast<size_t>(w.size()));
    std::vector<double> dbias(static_cast<size_t>(c.O));
    for (size_t i = 0; i < y.size(); ++i) {
      const size_t o = i / static_cast<size_t>(c.B) % static_cast<size_t>(c.O);
      y[i] = bias[static_cast<int64_t>(o)];
      dbias[o] += dy[static_cast<int64_t>(i)];
    }
    eachProduct(c, [&](size_t ix, size_t iw, size_t iy) {
      const auto at = [](const Array& array, size_t i) { return array[static_cast<int64_t>(i)]; };
      y[iy] += at(x, ix) * at(w, iw);
      dx[ix] += at(dy, iy) * at(w, iw);
      dw[iw] += at(x, ix) * at(dy, iy);
    });
    for (double& v : y) v = v > 0 ? v : 0;

    FakeNode forward("conv1d");
    configure(forward.in(x).in(w).in(bias).out(dtype, c.y()).word("activation", "relu"), c);
    compare(forward, {y}, errorOfSum(dtype, c.K * c.F), manyThreads);
    FakeNode backward("conv1dGradX");
    configure(backward.in(dy).in(w).out(dtype, c.x()), c);
    compare(backward, {dx}, errorOfSum(dtype, c.K * c.O), manyThreads);
    FakeNode weights("conv1dGradW");
    configure(weights.in(x).in(dy).out(dtype, c.w()).out(dtype, {c.O}), c);
    compare(weights, {dw, dbias}, errorOfSum(dtype, c.T2 * c.B), manyThreads);
  }
}

TEST(Conv1D, Causal) {
  for (int64_t B : {1, 2, 3, 5, 17, 32}) {
    for (int64_t dilation : {1, 2, 4}) check({10, 20, B, 2, 20, 10, 1, dilation, dilation});
  }
}

TEST(Conv1D, StridesAndPadding) {
  for (int64_t B : {1, 3, 16, 20}) {
    check({50, 1, B, 4, 20, 24, 2});
    check({11, 3, B, 5, 7, 11, 1, 1, 2});
    check({11, 3, B, 3, 7, 4, 3, 1, 1});
    check({9, 2, B, 3, 5, 7, 2, 3, 6});
    check({2, 3, B, 7, 4, 2, 1, 1, 3});
    check({6, 1, B, 1, 1, 6});
    check({4, 2, B, 3, 3, 9, 1, 1, 0});
    check({50, 8, B, 4, 20, 24, 2});
    check({17, 12, B, 3, 36, 7, 3, 2, 4});
    check({9, 8, B, 3, 9, 1, 1000000000, 1, 1});
  }
}

TEST(Conv1D, Groups) {
  for (int64_t B : {1, 2, 16, 33}) {
    check({8, 6, B, 3, 9, 8, 1, 1, 2, 3});
    check({9, 5, B, 2, 5, 5, 2, 1, 1, 5});
    check({7, 4, B, 3, 8, 7, 1, 2, 4, 4});
    check({9, 24, B, 2, 72, 8, 1, 1, 0, 2});
  }
}

TEST(Conv1D, ManyThreads) {
  check({40, 40, 64, 3, 60, 40, 1, 1, 1}, true);
  check({3, 70, 400, 3, 70, 3, 1, 1, 1}, true);
  check({500, 40, 1, 3, 300, 500, 1, 1, 1}, true);
  check({60, 60, 16, 5, 60, 60, 1, 1, 2}, true);  // shared by taps
}

TEST(Conv1D, Nothing) {
  check({0, 3, 4, 2, 5, 3, 1, 1, 1});
  check({3, 0, 4, 2, 5, 3, 1, 1, 1});
  check({3, 2, 0, 2, 5, 3, 1, 1, 1});
  check({3, 2, 4, 2, 5, 0, 1, 1, 1});
  check({3, 2, 4, 0, 5, 3, 1, 1, 1});
}

TEST(Conv1D, NamesTheMistake) {
  const auto create = [](const Conv& c, const Dims& w) {
    FakeNode node("conv1d");
    configure(node.in(Array(DType::f32, c.x())).in(Array(DType::f32, w)).out(DType::f32, c.y()), c);
    delete node.create(anyIsa());
  };
  const Conv good{10, 4, 3, 2, 6, 9};
  EXPECT_NO_THROW(create(good, good.w()));
  EXPECT_THROW(create(good, {2, 3, 6}), Error);
  Conv bad = good;
  bad.groups = 4;
  EXPECT_THROW(create(bad, bad.w()), Error);
  bad = good;
  bad.stride = 0;
  EXPECT_THROW(create(bad, bad.w()), Error);
}

}  // namespace
}  // namespace seqnn
