#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(ArgReduce, FirstExtremeAlongTheAxis) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32}) {
    for (const Dims& dims : {Dims{3, 7, 70}, Dims{5, 1, 3}, Dims{2, 40, 1}, Dims{0, 3, 2}}) {
      for (bool larger : {true, false}) {
        const Array x = Array::random(dtype, dims, 4, -3, 3);
        std::vector<double> expected;
        for (int64_t o = 0; o < dims[0]; ++o) {
          for (int64_t i = 0; i < dims[2]; ++i) {
            int64_t best = 0;
            const auto at = [&](int64_t c) { return x[(o * dims[1] + c) * dims[2] + i]; };
            for (int64_t c = 1; c < dims[1]; ++c) {
              if (larger ? at(c) > at(best) : at(c) < at(best)) best = c;
            }
            expected.push_back(static_cast<double>(best));
          }
        }
        FakeNode node("argReduce");
        node.in(x).out(DType::i32, {dims[0], dims[2]}).word("kind", larger ? "max" : "min").set("axis", 1);
        forEachIsa([&](const char* isa) { expectNear(node.run(isa, 2)[0], expected, 0); });
      }
    }
  }
}

TEST(ArgReduce, NanWins) {
  const Array x(DType::f32, {4}, {1, NAN, 9, NAN});
  for (const char* kind : {"max", "min"}) {
    FakeNode node("argReduce");
    node.in(x).out(DType::i32, {}).word("kind", kind).set("axis", 0);
    forEachIsa([&](const char* isa) { EXPECT_EQ(node.run(isa)[0][0], 1); });
  }
}

TEST(TopKHit, TiesCountInFavour) {
  for (DType dtype : kFloating) {
    const Array x(dtype, {5, 4}, {4, 3, 2, 1, 1, 1, 1, 1, 0, 5, 6, 7, 1, 2, NAN, 4, 1, 2, 3, 4});
    const Array labels(DType::i32, {5}, {2, 3, 0, 2, 9});
    FakeNode node("topKHit");
    node.in(x).in(labels).out(DType::boolean, {5}).set("k", 2);
    forEachIsa([&](const char* isa) { expectNear(node.run(isa)[0], {0, 1, 0, 0, 0}, 0); });
  }
}

}  // namespace
}  // namespace seqnn
