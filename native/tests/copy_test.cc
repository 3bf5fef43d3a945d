#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(Copy, CopiesAndAssigns) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (const Dims& dims : {Dims{}, Dims{0}, Dims{3, 5}, Dims{1000}}) {
      const Array x = Array::random(dtype, dims, 1, -9, 9);
      const int64_t size = x.size();
      forEachIsa([&](const char* isa) {
        expectNear(FakeNode("copy").in(x).out(dtype, {size}).run(isa)[0], x.doubles(), 0);
        expectNear(FakeNode("copy").in(x).outOver(0).run(isa)[0], x.doubles(), 0);
        expectNear(FakeNode("assign").in(x).out(dtype, dims).run(isa)[0], x.doubles(), 0);
      });
    }
  }
  const Array x = Array::random(DType::f32, {4}, 1);
  EXPECT_THROW(FakeNode("copy").in(x).out(DType::f32, {5}).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("assign").in(x).out(DType::f64, {4}).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
