#include "tests/fake_node.h"

namespace seqnn {
namespace {

// Calls body(flat index in the window, flat index in the large tensor).
void eachElement(const Dims& small, const Dims& large, const std::vector<double>& begin,
                 const std::vector<double>& step, const std::function<void(int64_t, int64_t)>& body) {
  for (int64_t flat = 0; flat < shapeOf(small).size(); ++flat) {
    int64_t rest = flat, index = 0, scale = 1;
    for (size_t d = small.size(); d-- > 0;) {
      index += (static_cast<int64_t>(begin[d]) + rest % small[d] * static_cast<int64_t>(step[d])) * scale;
      rest /= small[d];
      scale *= large[d];
    }
    body(flat, index);
  }
}

struct Case {
  Dims large, small;
  std::vector<double> begin, step;
};
const std::vector<Case> kCases = {
    {{}, {}, {}, {}},
    {{9}, {4}, {1}, {2}},
    {{9}, {9}, {8}, {-1}},
    {{9}, {0}, {9}, {1}},
    {{4, 6, 5}, {4, 2, 5}, {0, 3, 0}, {1, 1, 1}},
    {{4, 6, 5}, {2, 3, 2}, {3, 0, 4}, {-2, 2, -3}},
    {{4, 6, 5}, {4, 6, 3}, {0, 0, 2}, {1, 1, 1}},
    {{4, 6, 5}, {4, 6, 5}, {3, 5, 4}, {-1, -1, -1}},
    {{4, 6, 5}, {4, 6, 5}, {0, 0, 0}, {1, 1, 1}},
    {{4, 6}, {1, 6}, {2, 0}, {1, 1}},
};

TEST(Slice, ReadsAndWritesWindows) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (const Case& c : kCases) {
      const Array x = Array::random(dtype, c.large, 1, -9, 9), dy = Array::random(dtype, c.small, 2, -9, 9);
      std::vector<double> read(static_cast<size_t>(dy.size())), written(static_cast<size_t>(x.size()));
      eachElement(c.small, c.large, c.begin, c.step, [&](int64_t small, int64_t large) {
        read[static_cast<size_t>(small)] = x[large];
        written[static_cast<size_t>(large)] = dy[small];
      });
      FakeNode slice("slice"), unslice("unslice");
      slice.in(x).out(dtype, c.small).set("begin", c.begin).set("step", c.step);
      unslice.in(dy).out(dtype, c.large).set("begin", c.begin).set("step", c.step);
      forEachIsa([&](const char* isa) {
        expectNear(slice.run(isa)[0], read, 0);
        expectNear(unslice.run(isa)[0], written, 0);
      });
    }
  }
}

TEST(Slice, Pads) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    const Dims small = {2, 3, 4}, large = {2, 6, 5};
    const Array x = Array::random(dtype, small, 1, -9, 9);
    const double value = dtype == DType::boolean ? 1 : -7;
    std::vector<double> expected(60, value);
    eachElement(small, large, {0, 2, 1}, {1, 1, 1},
                [&](int64_t s, int64_t l) { expected[static_cast<size_t>(l)] = x[s]; });
    FakeNode node("pad");
    node.in(x).out(dtype, large).set("before", {0, 2, 1}).set("value", value);
    forEachIsa([&](const char* isa) { expectNear(node.run(isa)[0], expected, 0); });
  }
}

TEST(Slice, RefusesWindowsOutside) {
  const Array x = Array::random(DType::f32, {5}, 1);
  EXPECT_THROW(FakeNode("slice").in(x).out(DType::f32, {3}).set("begin", 3).set("step", 1).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("slice").in(x).out(DType::f32, {3}).set("begin", 1).set("step", -1).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("pad").in(x).out(DType::f32, {5}).set("before", 1).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
