#include "tests/fake_node.h"
#include "tests/lanes_probe.h"

namespace seqnn {

#define ISA(name)                      \
  namespace name {                     \
  extern const LanesProbe kLanesProbe; \
  }
#include "cpu/isas.def"
#undef ISA

namespace {

const LanesProbe& probeOf(const std::string& isa) {
#define ISA(name) \
  if (isa == #name) return name::kLanesProbe;
#include "cpu/isas.def"
#undef ISA
  fail("no probe of %s", isa.c_str());
}

template <class T>
const LanesCalls<T>& callsOf(const char* isa);
template <>
const LanesCalls<float>& callsOf(const char* isa) {
  return probeOf(isa).single;
}
template <>
const LanesCalls<double>& callsOf(const char* isa) {
  return probeOf(isa).twice;
}

template <class T>
std::vector<T> random(int64_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<T> uniform(-1, 1);
  std::vector<T> values(static_cast<size_t>(count));
  for (T& value : values) value = uniform(engine);
  return values;
}

template <class T>
double epsilon() {
  return static_cast<double>(std::numeric_limits<T>::epsilon());
}

// c between the rows, past `lanes`, must stay as it was.
template <class T>
void checkProduct(const LanesCase& p) {
  SCOPED_TRACE(testing::Message() << "M " << p.M << " K " << p.K << " lanes " << p.lanes << " missing " << p.missing);
  const auto w = random<T>(p.K * p.M, 1), x = random<T>(p.K * p.ld, 2), bias = random<T>(p.M, 3),
             before = random<T>(p.M * p.ld, 4);
  const int head = (p.K - p.missing) / 2;
  std::vector<double> expected(before.begin(), before.end());
  for (int m = 0; m < p.M; ++m) {
    for (int lane = 0; lane < p.lanes; ++lane) {
      double& sum = expected[static_cast<size_t>(m * p.ld + lane)];
      if (!p.accumulate) sum = bias[static_cast<size_t>(m)];
      for (int k = 0; k < p.K; ++k) {
        const bool skipped = k >= head && k < head + p.missing;
        if (!skipped) sum += double(w[static_cast<size_t>(k * p.M + m)]) * x[static_cast<size_t>(k * p.ld + lane)];
      }
    }
  }
  forEachIsa([&](const char* isa) {
    std::vector<T> c = before;
    callsOf<T>(isa).product(p, w.data(), x.data(), p.accumulate ? nullptr : bias.data(), c.data());
    for (size_t i = 0; i < c.size(); ++i) ASSERT_NEAR(double(c[i]), expected[i], epsilon<T>() * (p.K + 4)) << i;
    LanesCase cut = p;  // the split of the lanes must not show
    cut.cut = p.lanes / 3;
    std::vector<T> parts = before;
    callsOf<T>(isa).product(cut, w.data(), x.data(), p.accumulate ? nullptr : bias.data(), parts.data());
    EXPECT_TRUE(parts == c);
  });
}

TEST(Lanes, Product) {
  for (int M = 1; M <= 40; ++M) {
    for (int lanes : {1, 2, 7, 8, 15, 16, 17, 32, 33, 50, 64}) {
      for (bool accumulate : {false, true}) {
        const int K = 3 + M % 5, missing = M % 3;
        checkProduct<float>({M, K, lanes, lanes + M % 4, missing, accumulate, 0});
        checkProduct<double>({M, K, lanes, lanes + M % 4, missing, accumulate, 0});
      }
    }
  }
  checkProduct<float>({80, 1030, 100, 100, 7, false, 0});  // more than the second cache takes at once
  checkProduct<float>({0, 4, 5, 5, 0, false, 0});
  checkProduct<float>({4, 0, 5, 5, 0, false, 0});
  checkProduct<float>({4, 4, 0, 5, 0, false, 0});
}

template <class T>
void checkOuter(const OuterCase& p) {
  SCOPED_TRACE(testing::Message() << "M " << p.M << " N " << p.N << " steps " << p.steps << " lanes " << p.lanes);
  const auto a = random<T>(p.steps * p.M * p.ld, 1), d = random<T>(p.steps * p.N * p.ld, 2);
  const auto before = random<T>(p.M * p.N, 3), sumBefore = random<T>(p.N, 4);
  std::vector<double> expected(before.size()), sums(sumBefore.size());
  for (int n = 0; n < p.N; ++n) {
    sums[static_cast<size_t>(n)] = p.accumulate ? sumBefore[static_cast<size_t>(n)] : 0;
    for (int m = 0; m < p.M; ++m) {
      double& sum = expected[static_cast<size_t>(m * p.N + n)];
      sum = p.accumulate ? before[static_cast<size_t>(m * p.N + n)] : 0;
      for (int t = 0; t < p.steps; ++t) {
        for (int l = 0; l < p.lanes; ++l) {
          sum += double(a[static_cast<size_t>((t * p.M + m) * p.ld + l)]) *
                 d[static_cast<size_t>((t * p.N + n) * p.ld + l)];
        }
      }
    }
    for (int t = 0; t < p.steps; ++t) {
      for (int l = 0; l < p.lanes; ++l)
        sums[static_cast<size_t>(n)] += d[static_cast<size_t>((t * p.N + n) * p.ld + l)];
    }
  }
  const double tolerance = epsilon<T>() * (p.steps * p.lanes + 4);
  forEachIsa([&](const char* isa) {
    const LanesCalls<T>& calls = callsOf<T>(isa);
    std::vector<T> c = before, sum = sumBefore;
    calls.outer(p, a.data(), d.data(), c.data(), 1);
    for (size_t i = 0; i < c.size(); ++i) ASSERT_NEAR(double(c[i]), expected[i], tolerance) << i;
    for (int threads : {2, 3, 16}) {
      if (1.0 * p.M * p.N * p.steps * p.lanes < 4e6) break;  // one thread anyway
      std::vector<T> again = before;
      calls.outer(p, a.data(), d.data(), again.data(), threads);
      EXPECT_TRUE(again == c) << threads << " threads";
    }
    calls.sum(p, d.data(), sum.data());
    for (size_t i = 0; i < sum.size(); ++i) ASSERT_NEAR(double(sum[i]), sums[i], tolerance) << i;
  });
}

TEST(Lanes, Outer) {
  for (int M : {1, 2, 5, 6, 11}) {
    for (int N : {1, 3, 8, 14}) {
      for (int lanes : {1, 3, 8, 16, 19, 32, 45}) {
        checkOuter<float>({M, N, 4, lanes, lanes + M % 3, false});
        checkOuter<double>({M, N, 3, lanes, lanes + M % 3, true});
      }
    }
  }
  for (bool accumulate : {false, true}) {
    checkOuter<float>({20, 80, 320, 32, 32, accumulate});
    checkOuter<double>({97, 100, 50, 35, 36, accumulate});
    checkOuter<float>({66, 90, 1000, 3, 3, accumulate});
    checkOuter<float>({9, 11, 33, 5000, 5000, accumulate});
    checkOuter<float>({7, 8, 0, 4, 4, accumulate});
    checkOuter<float>({7, 8, 4, 0, 4, accumulate});
    checkOuter<float>({0, 8, 4, 3, 4, accumulate});
  }
}

}  // namespace
}  // namespace seqnn
