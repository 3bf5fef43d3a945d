#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "cpu/isa.h"
#include "tests/math_probe.h"

namespace seqnn {
#define ISA(name)                    \
  namespace name {                   \
  extern const MathProbe kMathProbe; \
  }
#include "cpu/isas.def"
#undef ISA

namespace {

std::vector<const MathProbe*> usableProbes() {
  const MathProbe* all[] = {
#define ISA(name) &name::kMathProbe,
#include "cpu/isas.def"
#undef ISA
  };
  std::vector<const MathProbe*> usable;
  for (const char* const* name = usableIsas(); *name; ++name) {
    for (const MathProbe* probe : all) {
      if (std::strcmp(probe->isa, *name) == 0) usable.push_back(probe);
    }
  }
  return usable;
}

const MathFunction& find(const MathProbe& probe, const std::string& name) {
  for (int i = 0; i < probe.count; ++i) {
    if (name == probe.functions[i].name) return probe.functions[i];
  }
  throw std::runtime_error("no function " + name);
}
void apply(const MathFunction& f, const std::vector<float>& x, std::vector<float>& y) {
  f.single(x.data(), y.data(), x.size());
}
void apply(const MathFunction& f, const std::vector<double>& x, std::vector<double>& y) {
  f.twice(x.data(), y.data(), x.size());
}

// Distance from the truth in units of the last place of T at the truth.
template <class T>
double ulps(T got, long double want) {
  const T rounded = static_cast<T>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e9;
  if (std::isinf(rounded) || rounded == 0) return got == rounded ? 0 : (std::isinf(rounded) ? 1e9 : 1e8);
  int exponent;
  std::frexp(rounded, &exponent);
  const int lowest = std::numeric_limits<T>::min_exponent;
  const long double unit = std::ldexp(1.0L, std::max(exponent, lowest) - std::numeric_limits<T>::digits);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - want) / unit);
}

// Every 3007th float, or doubles over the whole range of bits and densely around where things happen.
std::vector<float> samples(float) {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < (1ull << 32); bits += 97 * 31) {
    const uint32_t word = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &word, sizeof value);
    x.push_back(value);
  }
  return x;
}
std::vector<double> samples(double) {
  std::vector<double> x;
  const uint64_t step = (1ull << 63) / 200000 + 12345;
  for (uint64_t i = 0, bits = 0; i < 400000; ++i, bits += step) {
    double value;
    std::memcpy(&value, &bits, sizeof value);
    x.push_back(value);
  }
  for (int i = -400000; i <= 400000; ++i) x.push_back(i * 1.92345e-3);
  for (int i = -400000; i <= 400000; ++i) x.push_back(i * 1.712345e-5);
  return x;
}

using Truth = std::function<long double(long double)>;

template <class T>
void expectWithin(const char* name, const Truth& truth, double limit) {
  std::vector<T> x = samples(T());
  const T infinity = std::numeric_limits<T>::infinity();
  for (T special : {T(0), T(-0.0), infinity, -infinity, std::numeric_limits<T>::quiet_NaN(),
                    std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::min(), std::numeric_limits<T>::max(),
                    T(1), T(-1), T(88.7228394), T(709.782712893384)}) {
    x.push_back(special);
  }
  std::vector<T> y(x.size());
  std::vector<long double> want(x.size());
  for (size_t i = 0; i < x.size(); ++i) want[i] = truth(x[i]);
  for (const MathProbe* probe : usableProbes()) {
    apply(find(*probe, name), x, y);
    double worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double distance = ulps(y[i], want[i]);
      if (distance > worst) worst = distance, at = i;
    }
    EXPECT_LE(worst, limit) << name << " on " << probe->isa << ", " << sizeof(T) << " bytes, at x = " << x[at]
                            << ": got " << y[at] << ", expected " << static_cast<double>(want[at]);
    ::testing::Test::RecordProperty(std::string(probe->isa) + "_" + std::to_string(sizeof(T)), std::to_string(worst));
    const T zero = T(-0.0);
    T back;
    std::vector<T> one{zero}, result(1);
    apply(find(*probe, name), one, result);
    back = result[0];
    EXPECT_EQ(std::signbit(back), std::signbit(static_cast<T>(truth(zero)))) << name << " of -0 on " << probe->isa;
  }
}

long double sigmoid(long double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }

TEST(Math, Exp) {
  const Truth truth = [](long double x) { return std::exp(x); };
  expectWithin<float>("exp", truth, 1.0);
  expectWithin<double>("exp", truth, 1.5);
}
TEST(Math, Expm1) {
  const Truth truth = [](long double x) { return std::expm1(x); };
  expectWithin<float>("expm1", truth, 1.5);
  expectWithin<double>("expm1", truth, 2);
}
TEST(Math, Log) {
  const Truth truth = [](long double x) { return std::log(x); };
  expectWithin<float>("log", truth, 1.5);
  expectWithin<double>("log", truth, 1.5);
}
TEST(Math, Log1p) {
  const Truth truth = [](long double x) { return std::log1p(x); };
  expectWithin<float>("log1p", truth, 1.5);
  expectWithin<double>("log1p", truth, 1.5);
}
TEST(Math, Tanh) {
  const Truth truth = [](long double x) { return std::tanh(x); };
  expectWithin<float>("tanh", truth, 2);
  expectWithin<double>("tanh", truth, 2.5);
}
TEST(Math, Sigmoid) {
  expectWithin<float>("sigmoid", sigmoid, 2);
  expectWithin<double>("sigmoid", sigmoid, 2.5);
}
TEST(Math, Gate) {
  expectWithin<float>("gate", sigmoid, 2.5);
  expectWithin<double>("gate", sigmoid, 2.5);
}
TEST(Math, Erf) {
  const Truth truth = [](long double x) { return std::erf(x); };
  expectWithin<float>("erf", truth, 2);
  expectWithin<double>("erf", truth, 2.5);
}
TEST(Math, SinAndCos) {
  expectWithin<float>(
      "sin", [](long double x) { return std::isinf(x) ? NAN : static_cast<long double>(std::sin((double)x)); }, 1.5);
  expectWithin<float>(
      "cos", [](long double x) { return std::isinf(x) ? NAN : static_cast<long double>(std::cos((double)x)); }, 1.5);
}

// Slopes from outputs against central differences of the values.
TEST(Activation, SlopesMatchDifferences) {
  std::vector<double> x, up, down;
  const double step = 1e-6;
  for (int i = -500; i < 500; ++i) x.push_back(i * 0.0171 + 0.0053);
  for (double v : x) up.push_back(v + step), down.push_back(v - step);
  std::vector<double> y(x.size()), slope(x.size()), above(x.size()), below(x.size());
  for (const MathProbe* probe : usableProbes()) {
    for (int i = 0; i < probe->count; ++i) {
      const std::string name = probe->functions[i].name;
      if (name.rfind("activation ", 0) != 0) continue;
      const MathFunction& value = probe->functions[i];
      apply(value, x, y);
      apply(value, up, above);
      apply(value, down, below);
      apply(find(*probe, "slope " + name.substr(11)), y, slope);
      for (size_t k = 0; k < x.size(); ++k) {
        EXPECT_NEAR(slope[k], (above[k] - below[k]) / (2 * step), 1e-7 * (1 + std::fabs(slope[k])))
            << name << " on " << probe->isa << " at " << x[k];
      }
    }
  }
}

TEST(Activation, NaNPropagates) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const MathProbe* probe : usableProbes()) {
    for (int i = 0; i < probe->count; ++i) {
      const std::string name = probe->functions[i].name;
      if (name.rfind("slope ", 0) == 0) continue;
      std::vector<float> x{nan}, y{0};
      apply(probe->functions[i], x, y);
      EXPECT_TRUE(std::isnan(y[0])) << name << " on " << probe->isa;
    }
  }
}

}  // namespace
}  // namespace seqnn
