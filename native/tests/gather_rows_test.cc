#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(GatherRows, TakesAndAddsRows) {
  for (DType dtype : kFloating) {
    for (int64_t width : {1, 3, 20, 100}) {
      for (int64_t count : {0, 1, 6, 3000}) {
        const Array table = Array::random(dtype, {7, width}, 1), index = Array::random(DType::i32, {count}, 2, 0, 7);
        const Array dy = Array::random(dtype, {count, width}, 3);
        std::vector<double> rows, sums(static_cast<size_t>(7 * width));
        for (int64_t i = 0; i < count; ++i) {
          for (int64_t c = 0; c < width; ++c) {
            const int64_t at = static_cast<int64_t>(index[i]) * width + c;
            rows.push_back(table[at]);
            sums[static_cast<size_t>(at)] += dy[i * width + c];
          }
        }
        FakeNode gather("gatherRows"), scatter("scatterAddRows");
        gather.in(table).in(index).out(dtype, {count, width});
        scatter.in(index).in(dy).out(dtype, {7, width});
        forEachIsa([&](const char* isa) {
          expectNear(gather.run(isa, 2)[0], rows, 0);
          const Array sum = scatter.run(isa)[0];
          expectNear(sum, sums, 1000 * epsilonOf(dtype));
          EXPECT_EQ(scatter.run(isa, 3)[0].bytes, sum.bytes);
        });
      }
    }
  }
}

TEST(GatherRows, NamesTheIndexOutside) {
  const Array table = Array::random(DType::f32, {5, 2}, 1), index(DType::i32, {4}, {0, 1, 2, 7});
  forEachIsa([&](const char* isa) {
    try {
      FakeNode("gatherRows").in(table).in(index).out(DType::f32, {4, 2}).run(isa);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "gather: index 7 at position 3 is outside [0, 5)");
    }
  });
}

}  // namespace
}  // namespace seqnn
