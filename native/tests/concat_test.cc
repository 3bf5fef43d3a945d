#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(Concat, JoinsAlongEveryAxis) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (int axis : {0, 1, 2, -1}) {
      const size_t at = static_cast<size_t>(axis < 0 ? axis + 3 : axis);
      Dims total = {3, 4, 5};
      total[at] = 0;
      FakeNode node("concat");
      std::vector<Array> parts;
      for (int64_t length : {2, 0, 7, 1}) {
        Dims dims = {3, 4, 5};
        dims[at] = length;
        total[at] += length;
        parts.push_back(Array::random(dtype, dims, static_cast<unsigned>(length), -9, 9));
        node.in(parts.back());
      }
      const Shape shape = shapeOf(total);
      const int64_t inner = shape.size(static_cast<int>(at) + 1, 3);
      std::vector<double> expected;
      for (int64_t o = 0; o < shape.size(0, static_cast<int>(at)); ++o) {
        for (const Array& part : parts) {
          const int64_t run = part.value.shape.dim[at] * inner;
          for (int64_t i = 0; i < run; ++i) expected.push_back(part[o * run + i]);
        }
      }
      node.out(dtype, total).set("axis", axis);
      forEachIsa([&](const char* isa) { expectNear(node.run(isa)[0], expected, 0); });
    }
  }
}

TEST(Concat, RefusesShapesThatDoNotFit) {
  const Array a = Array::random(DType::f32, {2, 3}, 1), b = Array::random(DType::f32, {2, 4}, 1);
  EXPECT_THROW(FakeNode("concat").in(a).in(b).out(DType::f32, {4, 3}).set("axis", 0).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("concat").in(a).in(b).out(DType::f32, {2, 8}).set("axis", 1).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
