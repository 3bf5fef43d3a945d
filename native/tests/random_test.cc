#include "runtime/philox.h"
#include "tests/fake_node.h"

namespace seqnn {
namespace {

FakeNode randomNode(const std::string& kind, DType dtype, int64_t size, double a, double b, int step = 1,
                    double seed = 7, int stream = 3) {
  FakeNode node("random");
  node.in(Array(DType::i32, {1}, {double(step)})).out(dtype, {size}).word("kind", kind);
  node.set("a", a).set("b", b).set("seed", seed).set("stream", stream);
  return node;
}

// The known answers of the Random123 distribution, for a counter and key of all zeros and all ones.
TEST(Random, PhiloxKnownAnswers) {
  uint32_t words[64];
  philoxGroup({{0, 0}, 0, 0}, 0, 0, words);
  EXPECT_EQ(words[0], 0x6627e8d5u);
  EXPECT_EQ(words[16], 0xe169c58du);
  EXPECT_EQ(words[32], 0xbc57ac4cu);
  EXPECT_EQ(words[48], 0x9b00dbd8u);
  // All ones: block 2^64 - 1 is the last of the last group.
  philoxGroup({{UINT32_MAX, UINT32_MAX}, UINT32_MAX, UINT32_MAX}, (int64_t{1} << 60) - 1, 0, words);
  EXPECT_EQ(words[15], 0x408f276du);
  EXPECT_EQ(words[31], 0x41c83b0eu);
  EXPECT_EQ(words[47], 0xa20bc7c6u);
  EXPECT_EQ(words[63], 0x6d5451fdu);
}

TEST(Random, SameBitsWhateverTheSetAndThreads) {
  for (const char* kind : {"uniform", "normal", "truncatedNormal", "bernoulli"}) {
    for (DType dtype : kFloating) {
      for (int64_t size : {0, 1, 63, 64, 65, 100000}) {
        const FakeNode node = randomNode(kind, dtype, size, 0.3, 0.9);
        const auto first = node.run(anyIsa())[0].bytes;
        forEachIsa([&](const char* isa) {
          for (int threads : {1, 2, 16}) EXPECT_EQ(node.run(isa, threads)[0].bytes, first);
        });
        // A longer tensor begins with the same values.
        const auto longer = randomNode(kind, dtype, size + 70, 0.3, 0.9).run(anyIsa())[0].bytes;
        EXPECT_TRUE(std::equal(first.begin(), first.end(), longer.begin()));
      }
    }
  }
}

TEST(Random, StepsStreamsAndSeedsDiffer) {
  const auto base = randomNode("uniform", DType::f32, 100, 0, 1).run(anyIsa())[0].bytes;
  EXPECT_NE(base, randomNode("uniform", DType::f32, 100, 0, 1, 2).run(anyIsa())[0].bytes);
  EXPECT_NE(base, randomNode("uniform", DType::f32, 100, 0, 1, 1, 8).run(anyIsa())[0].bytes);
  EXPECT_NE(base, randomNode("uniform", DType::f32, 100, 0, 1, 1, 7 + 4294967296.0).run(anyIsa())[0].bytes);
  EXPECT_NE(base, randomNode("uniform", DType::f32, 100, 0, 1, 1, 7, 4).run(anyIsa())[0].bytes);
}

struct Moments {
  double mean = 0, deviation = 0, low = INFINITY, high = -INFINITY;
};
Moments momentsOf(const Array& x) {
  Moments m;
  for (double v : x.doubles()) {
    m.mean += v / static_cast<double>(x.size());
    m.low = std::min(m.low, v);
    m.high = std::max(m.high, v);
  }
  for (double v : x.doubles()) m.deviation += (v - m.mean) * (v - m.mean) / static_cast<double>(x.size());
  m.deviation = std::sqrt(m.deviation);
  return m;
}

TEST(Random, Distributions) {
  const int64_t n = 200000;
  const Moments uniform = momentsOf(randomNode("uniform", DType::f32, n, -2, 4).run(anyIsa())[0]);
  EXPECT_NEAR(uniform.mean, 1, 0.02);
  EXPECT_NEAR(uniform.deviation, 6 / std::sqrt(12.0), 0.02);
  EXPECT_GE(uniform.low, -2);
  EXPECT_LT(uniform.high, 4);
  const Moments normal = momentsOf(randomNode("normal", DType::f64, n, 1, 3).run(anyIsa())[0]);
  EXPECT_NEAR(normal.mean, 1, 0.03);
  EXPECT_NEAR(normal.deviation, 3, 0.03);
  EXPECT_GT(normal.high, 1 + 3 * 3.5);
  const Moments truncated = momentsOf(randomNode("truncatedNormal", DType::f64, n, 1, 3).run(anyIsa())[0]);
  EXPECT_NEAR(truncated.mean, 1, 0.03);
  EXPECT_NEAR(truncated.deviation, 3 * 0.87962566, 0.02);
  EXPECT_GE(truncated.low, 1 - 6);
  EXPECT_LE(truncated.high, 1 + 6);
  const Array mask = randomNode("bernoulli", DType::f32, n, 0.8, 0).run(anyIsa())[0];
  EXPECT_NEAR(momentsOf(mask).mean, 1, 0.01);
  for (double v : mask.doubles()) ASSERT_TRUE(v == 0 || v == 1.25);
  EXPECT_EQ(momentsOf(randomNode("bernoulli", DType::f32, n, 1, 0).run(anyIsa())[0]).low, 1);
  EXPECT_EQ(momentsOf(randomNode("bernoulli", DType::f32, n, 0, 0).run(anyIsa())[0]).high, 0);
  EXPECT_THROW(randomNode("bernoulli", DType::f32, 3, 1.5, 0).run(anyIsa()), Error);
  EXPECT_THROW(randomNode("cauchy", DType::f32, 3, 1, 0).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
