#include "tests/fake_node.h"

namespace seqnn {
namespace {

// Partial sums of n random terms grow as the root of n, and so do their n roundings.
double errorOfSum(DType dtype, int64_t n) { return epsilonOf(dtype) * static_cast<double>(n + 4); }

struct Product {
  Dims a, b, out;
  bool transposeA, transposeB;
};

// Plain loops over a batch with numpy's broadcasting.
std::vector<double> reference(const Product& p, const Array& a, const Array& b) {
  const auto at = [](const Dims& d, size_t fromEnd) { return fromEnd > d.size() ? int64_t{1} : d[d.size() - fromEnd]; };
  const int64_t M = at(p.out, 2), N = at(p.out, 1), K = at(p.a, p.transposeA ? 2 : 1);
  int64_t batch = 1;
  for (size_t i = 0; i + 2 < p.out.size(); ++i) batch *= p.out[i];
  const auto offset = [&](const Dims& d, int64_t index) {
    int64_t stride = at(d, 1) * at(d, 2), sum = 0;
    for (size_t i = 3; i <= p.out.size(); ++i) {
      const int64_t mine = at(d, i), all = at(p.out, i);
      if (mine != 1) sum += index % all * stride;
      stride *= mine;
      index /= all;
    }
    return sum;
  };
  std::vector<double> out;
  for (int64_t i = 0; i < batch; ++i) {
    const int64_t oa = offset(p.a, i), ob = offset(p.b, i);
    for (int64_t m = 0; m < M; ++m) {
      for (int64_t n = 0; n < N; ++n) {
        double sum = 0;
        for (int64_t k = 0; k < K; ++k) {
          sum += a[oa + (p.transposeA ? k * M + m : m * K + k)] * b[ob + (p.transposeB ? n * K + k : k * N + n)];
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

void check(const Product& p, bool manyThreads = false) {
  for (DType dtype : kFloating) {
    const Array a = Array::random(dtype, p.a, 1), b = Array::random(dtype, p.b, 2);
    FakeNode node("matmul");
    node.in(a).in(b).out(dtype, p.out).set("transposeA", p.transposeA).set("transposeB", p.transposeB);
    const std::vector<double> expected = reference(p, a, b);
    const int64_t depth = p.a[p.a.size() - (p.transposeA ? 2 : 1)];
    forEachIsa([&](const char* isa) {
      const Array first = node.run(isa)[0];
      expectNear(first, expected, errorOfSum(dtype, depth));
      if (!manyThreads) return;
      for (int threads : {2, 3, 16}) EXPECT_EQ(node.run(isa, threads)[0].bytes, first.bytes) << threads << " threads";
    });
  }
}

void checkSizes(int64_t M, int64_t N, int64_t K, bool manyThreads = false) {
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      SCOPED_TRACE(testing::Message() << M << " x " << N << " x " << K << (ta ? " T" : " N") << (tb ? "T" : "N"));
      check({ta ? Dims{K, M} : Dims{M, K}, tb ? Dims{N, K} : Dims{K, N}, {M, N}, ta, tb}, manyThreads);
    }
  }
}

TEST(MatMul, AnySize) {
  for (int64_t M : {1, 2, 4, 5, 12, 13, 31}) {
    for (int64_t N : {1, 3, 16, 17, 40, 65}) {
      for (int64_t K : {1, 7, 33}) checkSizes(M, N, K);
    }
  }
}

TEST(MatMul, BlocksOfTheThreads) {
  checkSizes(200, 90, 1000, true);
  checkSizes(2000, 30, 270, true);
  checkSizes(255, 600, 110, true);
  checkSizes(30, 1100, 520, true);
}

TEST(MatMul, Nothing) {
  checkSizes(0, 3, 4);
  checkSizes(3, 0, 4);
  checkSizes(3, 4, 0);
}

TEST(MatMul, Batches) {
  check({{3, 5, 7}, {3, 7, 9}, {3, 5, 9}, false, false});
  check({{3, 5, 7}, {7, 9}, {3, 5, 9}, false, false});
  check({{5, 7}, {3, 7, 9}, {3, 5, 9}, false, false});
  check({{2, 1, 5, 7}, {3, 7, 9}, {2, 3, 5, 9}, false, false});
  check({{1, 3, 7, 5}, {2, 1, 9, 7}, {2, 3, 5, 9}, true, true});
  check({{40, 30, 32}, {40, 30, 32}, {40, 30, 30}, false, true}, true);
  check({{2, 150, 130}, {2, 130, 140}, {2, 150, 140}, false, false}, true);
}

TEST(MatMul, NaNPropagates) {
  forEachIsa([](const char* isa) {
    Array a = Array::random(DType::f32, {20, 20}, 1);
    a.set(5 * 20 + 3, std::nan(""));
    const Array b(DType::f32, {20, 33});
    const Array y = FakeNode("matmul").in(a).in(b).out(DType::f32, {20, 33}).run(isa)[0];
    for (int64_t n = 0; n < 33; ++n) {
      EXPECT_TRUE(std::isnan(y[5 * 33 + n]));
      EXPECT_EQ(y[4 * 33 + n], 0);
    }
  });
}

TEST(MatMul, NamesTheMistake) {
  const auto create = [](const Dims& a, const Dims& b, const Dims& out) {
    const FakeNode node = FakeNode("matmul").in(Array(DType::f32, a)).in(Array(DType::f32, b)).out(DType::f32, out);
    delete node.create(anyIsa());
  };
  EXPECT_THROW(create({2, 3}, {4, 5}, {2, 5}), Error);
  EXPECT_THROW(create({2, 3}, {3, 5}, {5, 2}), Error);
  EXPECT_THROW(create({4, 2, 3}, {3, 3, 5}, {4, 2, 5}), Error);
  EXPECT_THROW(create({3}, {3, 5}, {5}), Error);
}

}  // namespace
}  // namespace seqnn
