#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(OneHot, OnesAlongEveryAxis) {
  const Array index(DType::i32, {2, 3}, {0, 4, 2, -1, 5, 1});
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (int axis : {-1, 0, 1}) {
      const Dims dims = axis == -1 ? Dims{2, 3, 5} : axis == 0 ? Dims{5, 2, 3} : Dims{2, 5, 3};
      const int64_t outer = axis == -1 ? 6 : axis == 0 ? 1 : 2, inner = 6 / outer;
      std::vector<double> expected(30);
      for (int64_t o = 0; o < outer; ++o) {
        for (int64_t i = 0; i < inner; ++i) {
          const int64_t c = static_cast<int64_t>(index[o * inner + i]);
          if (c >= 0 && c < 5) expected[static_cast<size_t>((o * 5 + c) * inner + i)] = 1;
        }
      }
      FakeNode node("oneHot");
      node.in(index).out(dtype, dims).set("axis", axis);
      forEachIsa([&](const char* isa) { expectNear(node.run(isa)[0], expected, 0); });
    }
  }
}

}  // namespace
}  // namespace seqnn
