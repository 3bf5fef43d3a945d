#include "tests/fake_node.h"

namespace seqnn {
namespace {

const Dims kShapes[] = {{3, 10, 1}, {1, 1, 1},   {32, 37, 1}, {2, 5, 3},
                        {3, 7, 32}, {1, 20, 45}, {0, 3, 2},   {600, 150, 1}};

TEST(SoftmaxCrossEntropy, DenseAndSparse) {
  for (DType dtype : kFloating) {
    for (const Dims& dims : kShapes) {
      const int64_t outer = dims[0], classes = dims[1], inner = dims[2], rows = outer * inner;
      const Array x = Array::random(dtype, dims, 1, -8, 8), dense = Array::random(dtype, dims, 2, 0, 1);
      const Array labels = Array::random(DType::i32, {outer, inner}, 3, 0, static_cast<double>(classes));
      const Array dloss = Array::random(dtype, {outer, inner}, 4);
      for (bool sparse : {false, true}) {
        std::vector<double> loss(static_cast<size_t>(rows)), p(static_cast<size_t>(x.size())), dx(p.size());
        for (int64_t row = 0; row < rows; ++row) {
          const auto at = [&](int64_t c) {
            return static_cast<size_t>((row / inner * classes + c) * inner + row % inner);
          };
          const auto target = [&](int64_t c) {
            return sparse ? double(labels[row] == static_cast<double>(c)) : dense[static_cast<int64_t>(at(c))];
          };
          double top = -INFINITY, sum = 0, weight = 0;
          for (int64_t c = 0; c < classes; ++c) top = std::max(top, x[static_cast<int64_t>(at(c))]);
          for (int64_t c = 0; c < classes; ++c) sum += std::exp(x[static_cast<int64_t>(at(c))] - top);
          for (int64_t c = 0; c < classes; ++c) {
            p[at(c)] = std::exp(x[static_cast<int64_t>(at(c))] - top) / sum;
            weight += target(c);
            loss[static_cast<size_t>(row)] += target(c) * (std::log(sum) + top - x[static_cast<int64_t>(at(c))]);
          }
          for (int64_t c = 0; c < classes; ++c) dx[at(c)] = (p[at(c)] * weight - target(c)) * dloss[row];
        }
        const Array& target = sparse ? labels : dense;
        const Array probabilities(dtype, dims, p);
        FakeNode forward("softmaxCrossEntropy"), lossOnly("softmaxCrossEntropy"), backward("softmaxCrossEntropyGrad");
        forward.in(x).in(target).out(dtype, {outer, inner}).out(dtype, dims).set("axis", 1).set("sparse", sparse);
        lossOnly.in(x).in(target).out(dtype, {outer, inner}).set("axis", 1).set("sparse", sparse);
        backward.in(probabilities).in(target).in(dloss).out(dtype, dims).set("axis", 1).set("sparse", sparse);
        const double tolerance = 40 * epsilonOf(dtype);
        forEachIsa([&](const char* isa) {
          const auto got = forward.run(isa, 2);
          expectNear(got[0], loss, tolerance);
          expectNear(got[1], p, tolerance);
          EXPECT_EQ(lossOnly.run(isa)[0].bytes, got[0].bytes);
          expectNear(backward.run(isa, 2)[0], dx, tolerance);
        });
      }
    }
  }
}

TEST(SoftmaxCrossEntropy, NamesTheLabelOutside) {
  const Array x = Array::random(DType::f32, {3, 4}, 1), labels(DType::i32, {3}, {0, 4, 1});
  forEachIsa([&](const char* isa) {
    try {
      FakeNode("softmaxCrossEntropy").in(x).in(labels).out(DType::f32, {3}).set("axis", -1).set("sparse", 1).run(isa);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "softmaxCrossEntropy: label 4 at position 1 is outside [0, 4)");
    }
  });
}

TEST(SoftmaxCrossEntropy, ClassesRuledOutCostNothing) {
  const Array x(DType::f32, {1, 3}, {1, -INFINITY, 1}), target(DType::f32, {1, 3}, {0.5, 0, 0.5});
  FakeNode node("softmaxCrossEntropy");
  node.in(x).in(target).out(DType::f32, {1}).set("axis", -1);
  forEachIsa([&](const char* isa) { EXPECT_NEAR(node.run(isa)[0][0], std::log(2.0), 1e-6); });
}

}  // namespace
}  // namespace seqnn
