#include "tests/fake_node.h"

namespace seqnn {
namespace {

constexpr double kEpsilon = 1e-3;

struct Options {
  bool rms, gamma, beta;
};

// Outputs y, mean, rstd of the plain formula.
std::vector<std::vector<double>> reference(const Dims& dims, const Array& x, const Array& gamma, const Array& beta,
                                           const Options& o) {
  std::vector<double> y(static_cast<size_t>(x.size())), means, rstds;
  for (int64_t row = 0; row < dims[0] * dims[2]; ++row) {
    const auto at = [&](int64_t c) { return (row / dims[2] * dims[1] + c) * dims[2] + row % dims[2]; };
    double mean = 0, square = 0;
    for (int64_t c = 0; c < dims[1]; ++c) mean += o.rms ? 0 : x[at(c)] / static_cast<double>(dims[1]);
    for (int64_t c = 0; c < dims[1]; ++c)
      square += (x[at(c)] - mean) * (x[at(c)] - mean) / static_cast<double>(dims[1]);
    const double rstd = 1 / std::sqrt(square + kEpsilon);
    for (int64_t c = 0; c < dims[1]; ++c) {
      y[static_cast<size_t>(at(c))] = (x[at(c)] - mean) * rstd * (o.gamma ? gamma[c] : 1) + (o.beta ? beta[c] : 0);
    }
    means.push_back(mean);
    rstds.push_back(rstd);
  }
  return {y, means, rstds};
}

FakeNode forwardNode(const Dims& dims, const Array& x, const Array& gamma, const Array& beta, const Options& o) {
  FakeNode node("layerNorm");
  node.in(x);
  o.gamma ? node.in(gamma) : node.skipIn();
  if (o.beta) node.in(beta);
  const DType dtype = x.value.dtype;
  node.out(dtype, dims).out(dtype, {dims[0], dims[2]}).out(dtype, {dims[0], dims[2]});
  node.set("axis", 1).set("epsilon", kEpsilon).set("rms", o.rms);
  return node;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Array moved(const Array& a, const Array& direction, double by) {
  Array out = a;
  for (int64_t i = 0; i < a.size(); ++i) out.set(i, a[i] + by * direction[i]);
  return out;
}

const Dims kShapes[] = {{4, 20, 1},    {1, 1, 1},  {3, 37, 1}, {2, 5, 3},
                        {410, 20, 32}, {1, 7, 45}, {0, 3, 2},  {2700, 100, 1}};
const Options kOptions[] = {
    {false, true, true}, {false, false, false}, {false, true, false}, {true, true, false}, {true, false, false}};

TEST(LayerNorm, Forward) {
  for (DType dtype : kFloating) {
    for (const Dims& dims : kShapes) {
      for (const Options& o : kOptions) {
        const Array x = Array::random(dtype, dims, 1, -2, 3), gamma = Array::random(dtype, {dims[1]}, 2),
                    beta = Array::random(dtype, {dims[1]}, 3);
        const auto expected = reference(dims, x, gamma, beta, o);
        const FakeNode node = forwardNode(dims, x, gamma, beta, o);
        forEachIsa([&](const char* isa) {
          const auto got = node.run(isa, 2);
          for (size_t i = 0; i < 3; ++i) expectNear(got[i], expected[i], 50 * epsilonOf(dtype));
        });
      }
    }
  }
}

// Central differences of sum(y * dy) in double along random directions.
TEST(LayerNorm, Gradients) {
  for (const Dims& dims : kShapes) {
    if (shapeOf(dims).size() == 0) continue;
    for (const Options& o : kOptions) {
      const DType f64 = DType::f64;
      const Array x = Array::random(f64, dims, 1, -2, 3), gamma = Array::random(f64, {dims[1]}, 2),
                  beta = Array::random(f64, {dims[1]}, 3);
      const Array dy = Array::random(f64, dims, 4), vx = Array::random(f64, dims, 5),
                  vp = Array::random(f64, {dims[1]}, 6);
      const auto loss = [&](const Array& a, const Array& g, const Array& b) {
        return dot(reference(dims, a, g, b, o)[0], dy.doubles());
      };
      const double h = 1e-5;
      const double byX = (loss(moved(x, vx, h), gamma, beta) - loss(moved(x, vx, -h), gamma, beta)) / (2 * h);
      const double byGamma = (loss(x, moved(gamma, vp, h), beta) - loss(x, moved(gamma, vp, -h), beta)) / (2 * h);
      const double byBeta = (loss(x, gamma, moved(beta, vp, h)) - loss(x, gamma, moved(beta, vp, -h))) / (2 * h);
      const auto stats = reference(dims, x, gamma, beta, o);
      for (DType dtype : kFloating) {
        const auto as = [&](const Array& a) {
          return Array(dtype, Dims(a.value.shape.dim, a.value.shape.dim + a.value.shape.rank), a.doubles());
        };
        FakeNode node("layerNormGrad");
        node.in(as(x));
        o.gamma ? node.in(as(gamma)) : node.skipIn();
        o.rms ? node.skipIn() : node.in(Array(dtype, {dims[0], dims[2]}, stats[1]));
        node.in(Array(dtype, {dims[0], dims[2]}, stats[2])).in(as(dy)).out(dtype, dims);
        o.gamma ? node.out(dtype, {dims[1]}) : node.skipOut();
        if (o.beta) node.out(dtype, {dims[1]});
        node.set("axis", 1).set("rms", o.rms);
        const double tolerance = dtype == f64 ? 1e-6 : 3e-4;
        forEachIsa([&](const char* isa) {
          const auto got = node.run(isa);
          EXPECT_NEAR(dot(got[0].doubles(), vx.doubles()), byX, tolerance * std::max(1.0, std::fabs(byX)));
          if (o.gamma) {
            EXPECT_NEAR(dot(got[1].doubles(), vp.doubles()), byGamma, tolerance * std::max(1.0, std::fabs(byGamma)));
          }
          if (o.beta) {
            EXPECT_NEAR(dot(got[2].doubles(), vp.doubles()), byBeta, tolerance * std::max(1.0, std::fabs(byBeta)));
          }
          for (int threads : {2, 16}) {
            const auto again = node.run(isa, threads);
            for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(again[i].bytes, got[i].bytes);
          }
        });
      }
    }
  }
}

}  // namespace
}  // namespace seqnn
