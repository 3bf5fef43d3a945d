// Samples that fill half a vector of AVX-512 are lanes of AVX2's: the same bits.

#include <cstring>

#include "tests/fake_node.h"

namespace seqnn {
namespace {

bool has(const char* isa) {
  for (const char* const* name = usableIsas(); *name; ++name) {
    if (std::strcmp(*name, isa) == 0) return true;
  }
  return false;
}

std::vector<Array> recurrent(int lanes, const char* isa) {
  constexpr int T = 9, F = 3, H = 20;
  FakeNode node("rnn");
  node.in(Array::random(DType::f32, {T, F, lanes}, 1)).in(Array::random(DType::f32, {F, 4 * H}, 2));
  node.in(Array::random(DType::f32, {H, 4 * H}, 3)).in(Array::random(DType::f32, {4 * H}, 4));
  return node.word("cell", "lstm").out(DType::f32, {T, H, lanes}).run(isa);
}

std::vector<Array> convolution(int lanes, const char* isa) {
  constexpr int T = 9, F = 30, O = 20, K = 3;
  FakeNode node("conv1d");
  node.in(Array::random(DType::f32, {T, F, lanes}, 1)).in(Array::random(DType::f32, {K, F, O}, 2)).skipIn();
  return node.word("activation", "tanh").out(DType::f32, {T - K + 1, O, lanes}).run(isa);
}

TEST(FewLanes, HalfAVectorIsAWholeOneOfTheNarrowerSet) {
  if (!has("avx512") || !has("avx2")) GTEST_SKIP() << "needs AVX-512 and AVX2";
  for (auto* layer : {recurrent, convolution}) {
    for (int lanes : {5, 8}) EXPECT_EQ(layer(lanes, "avx512")[0].bytes, layer(lanes, "avx2")[0].bytes) << lanes;
    // Otherwise they look tanh up in tables, and round differently.
    for (int lanes : {9, 16}) EXPECT_NE(layer(lanes, "avx512")[0].bytes, layer(lanes, "avx2")[0].bytes) << lanes;
  }
}

}  // namespace
}  // namespace seqnn
