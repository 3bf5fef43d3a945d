#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(Transpose, EveryDtypeAndPermutation) {
  const std::vector<std::pair<Dims, std::vector<double>>> cases = {
      {{}, {}},
      {{5}, {0}},
      {{3, 5}, {1, 0}},
      {{33, 70}, {1, 0}},
      {{32, 50, 20}, {1, 2, 0}},
      {{50, 20, 32}, {2, 0, 1}},
      {{5, 6, 7}, {1, 0, 2}},
      {{5, 6, 7}, {2, 1, 0}},
      {{4, 1, 9}, {2, 0, 1}},
      {{2, 3, 4, 5}, {3, 1, 2, 0}},
      {{2, 3, 4, 5}, {0, 1, 2, 3}},
      {{2, 0, 4}, {2, 1, 0}},
      {{300, 500}, {1, 0}},
      {{2, 2, 2, 2, 2, 2, 2, 3}, {7, 3, 1, 0, 2, 6, 5, 4}},
  };
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (const auto& [dims, perm] : cases) {
      const Array x = Array::random(dtype, dims, 1, -100, 100);
      Dims outDims;
      for (double p : perm) outDims.push_back(dims[static_cast<size_t>(p)]);
      std::vector<double> expected;
      for (int64_t flat = 0; flat < x.size(); ++flat) {
        int64_t rest = flat, index = 0;
        for (size_t d = perm.size(); d-- > 0;) {
          const int source = static_cast<int>(perm[d]);
          index += rest % outDims[d] * x.value.shape.size(source + 1, x.value.shape.rank);
          rest /= outDims[d];
        }
        expected.push_back(x[index]);
      }
      FakeNode node("transpose");
      node.in(x).out(dtype, outDims).set("perm", perm);
      forEachIsa([&](const char* isa) { expectNear(node.run(isa, 3)[0], expected, 0); });
    }
  }
}

TEST(Transpose, RefusesBadPermutations) {
  const Array x = Array::random(DType::f32, {3, 5}, 1);
  EXPECT_THROW(FakeNode("transpose").in(x).out(DType::f32, {3, 5}).set("perm", {1, 0}).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("transpose").in(x).out(DType::f32, {3, 3}).set("perm", {0, 0}).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("transpose").in(x).out(DType::f32, {5, 3}).set("perm", {1, 2}).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
