#include "tests/fake_node.h"

namespace seqnn {
namespace {

// Adds code steps by name; registers as in the kernel.
struct Chain {
  FakeNode node{"elementwise"};
  std::vector<double> code;
  Chain& step(const std::string& name, int a, int b = -1, int c = -1) {
    code.insert(code.end(), {node.stringNumber(name), double(a), double(b), double(c)});
    node.set("code", code);
    return *this;
  }
};

using Unary = double (*)(double);
using Binary = double (*)(double, double);

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double mod(double a, double b) { return a - std::floor(a / b) * b; }

const std::map<std::string, Unary> kUnary = {
    {"identity", [](double x) { return x; }},
    {"neg", [](double x) { return -x; }},
    {"abs", [](double x) { return std::fabs(x); }},
    {"sign", [](double x) { return std::isnan(x) ? x : double((x > 0) - (x < 0)); }},
    {"exp", [](double x) { return std::exp(x); }},
    {"expm1", [](double x) { return std::expm1(x); }},
    {"log", [](double x) { return std::log(x); }},
    {"log1p", [](double x) { return std::log1p(x); }},
    {"sqrt", [](double x) { return std::sqrt(x); }},
    {"rsqrt", [](double x) { return 1 / std::sqrt(x); }},
    {"square", [](double x) { return x * x; }},
    {"reciprocal", [](double x) { return 1 / x; }},
    {"sin", [](double x) { return std::sin(x); }},
    {"cos", [](double x) { return std::cos(x); }},
    {"tan", [](double x) { return std::tan(x); }},
    {"asin", [](double x) { return std::asin(x); }},
    {"acos", [](double x) { return std::acos(x); }},
    {"atan", [](double x) { return std::atan(x); }},
    {"sinh", [](double x) { return std::sinh(x); }},
    {"cosh", [](double x) { return std::cosh(x); }},
    {"asinh", [](double x) { return std::asinh(x); }},
    {"acosh", [](double x) { return std::acosh(x); }},
    {"atanh", [](double x) { return std::atanh(x); }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"sigmoid", sigmoid},
    {"erf", [](double x) { return std::erf(x); }},
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
    {"round", [](double x) { return std::nearbyint(x); }},
    {"trunc", [](double x) { return std::trunc(x); }},
    {"isNan", [](double x) { return double(std::isnan(x)); }},
    {"isFinite", [](double x) { return double(std::isfinite(x)); }},
    {"logicalNot", [](double x) { return double(x == 0); }},
    {"softplus", [](double x) { return std::log1p(std::exp(-std::fabs(x))) + (x > 0    ? x
                                                                              : x <= 0 ? 0
                                                                                       : x); }},
    {"relu", [](double x) { return x < 0 ? 0 : x; }},
};
const std::map<std::string, Binary> kBinary = {
    {"add", [](double a, double b) { return a + b; }},
    {"sub", [](double a, double b) { return a - b; }},
    {"mul", [](double a, double b) { return a * b; }},
    {"div", [](double a, double b) { return a / b; }},
    {"pow", [](double a, double b) { return std::pow(a, b); }},
    {"floorDiv", [](double a, double b) { return std::floor(a / b); }},
    {"mod", mod},
    {"minimum", [](double a, double b) { return std::isnan(a)   ? a
                                                : std::isnan(b) ? b
                                                                : std::min(a, b); }},
    {"maximum", [](double a, double b) { return std::isnan(a)   ? a
                                                : std::isnan(b) ? b
                                                                : std::max(a, b); }},
    {"atan2", [](double a, double b) { return std::atan2(a, b); }},
    {"hypot", [](double a, double b) { return std::hypot(a, b); }},
    {"equal", [](double a, double b) { return double(a == b); }},
    {"notEqual", [](double a, double b) { return double(a != b); }},
    {"less", [](double a, double b) { return double(a < b); }},
    {"lessEqual", [](double a, double b) { return double(a <= b); }},
    {"greater", [](double a, double b) { return double(a > b); }},
    {"greaterEqual", [](double a, double b) { return double(a >= b); }},
    {"logicalAnd", [](double a, double b) { return double(a != 0 && b != 0); }},
    {"logicalOr", [](double a, double b) { return double(a != 0 || b != 0); }},
    {"logAddExp", [](double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::fabs(a - b))); }},
};

TEST(Elementwise, EveryUnaryMicroOp) {
  for (DType dtype : kFloating) {
    Array x = Array::random(dtype, {37}, 1, -2, 2);
    const double special[] = {0.0, -0.0, 0.5, -0.5, 1.5, 2.5, 1.0, -1.0, INFINITY, -INFINITY, NAN};
    for (int i = 0; i < 11; ++i) x.set(i, special[i]);
    for (const auto& [name, f] : kUnary) {
      SCOPED_TRACE(name);
      std::vector<double> expected;
      for (double v : x.doubles()) expected.push_back(f(v));
      Chain chain;
      chain.node.in(x).out(dtype, {37}).set("results", 1);
      chain.step(name, 0);
      forEachIsa([&](const char* isa) { expectNear(chain.node.run(isa)[0], expected, 8 * epsilonOf(dtype)); });
    }
  }
}

TEST(Elementwise, EveryBinaryMicroOp) {
  for (DType dtype : kFloating) {
    Array a = Array::random(dtype, {37}, 1, -2, 2), b = Array::random(dtype, {37}, 2, -2, 2);
    const double special[][2] = {{NAN, 1}, {1, NAN}, {0, 0}, {1, 1}, {-3, 2}, {3, -2}, {-4, 2}};
    for (int i = 0; i < 7; ++i) {
      a.set(i, special[i][0]);
      b.set(i, special[i][1]);
    }
    for (const auto& [name, f] : kBinary) {
      SCOPED_TRACE(name);
      std::vector<double> expected;
      for (int64_t i = 0; i < a.size(); ++i) {
        // std::max above drops a NaN.
        expected.push_back(name == "logAddExp" && (std::isnan(a[i]) || std::isnan(b[i])) ? NAN : f(a[i], b[i]));
      }
      Chain chain;
      chain.node.in(a).in(b).out(dtype, {37}).set("results", 2);
      chain.step(name, 0, 1);
      forEachIsa([&](const char* isa) { expectNear(chain.node.run(isa)[0], expected, 16 * epsilonOf(dtype)); });
    }
  }
}

TEST(Elementwise, BroadcastsAndSelects) {
  const std::vector<std::pair<Dims, Dims>> cases = {
      {{3, 5}, {5}},       {{3, 5}, {3, 1}},    {{3, 1, 7}, {2, 1}},       {{}, {}},        {{4}, {}},
      {{2, 3, 4}, {3, 1}}, {{0, 3}, {3}},       {{50, 20, 32}, {20, 1}},   {{1, 1}, {700}}, {{2, 300, 3}, {2, 1, 3}},
      {{5, 0}, {1, 0}},    {{130, 700}, {700}}, {{2, 1, 3, 1}, {5, 1, 4}},
  };
  for (const auto& [da, db] : cases) {
    const size_t rank = std::max(da.size(), db.size());
    Dims dims(rank, 1);
    const auto dimOf = [&](const Dims& d, size_t i) {
      return i + d.size() < rank ? int64_t{1} : d[i + d.size() - rank];
    };
    for (size_t i = 0; i < rank; ++i) dims[i] = dimOf(da, i) == 1 ? dimOf(db, i) : dimOf(da, i);
    const auto indexIn = [&](const Dims& d, int64_t flat) {
      int64_t index = 0, scale = 1;
      for (size_t i = rank; i-- > 0;) {
        const int64_t at = flat % dims[i];
        flat /= dims[i];
        if (dimOf(d, i) != 1) index += at * scale;
        scale *= dimOf(d, i);
      }
      return index;
    };
    for (DType dtype : kFloating) {
      const Array a = Array::random(dtype, da, 1), b = Array::random(DType::f32, db, 2),
                  cond = Array::random(DType::boolean, da, 3);
      std::vector<double> expected, flags;
      for (int64_t i = 0; i < shapeOf(dims).size(); ++i) {
        const double x = a[indexIn(da, i)], y = b[indexIn(db, i)];
        expected.push_back(cond[indexIn(da, i)] != 0 ? x + 2 * y : y);
        flags.push_back(x < y);
      }
      Chain chain;
      chain.node.in(a)
          .in(b)
          .in(cond)
          .out(dtype, dims)
          .out(DType::boolean, dims)
          .set("constants", 2)
          .set("results", {6, 7});
      chain.step("mul", 3, 1).step("add", 0, 4).step("select", 2, 5, 1).step("less", 0, 1);
      forEachIsa([&](const char* isa) {
        const auto got = chain.node.run(isa, 3);
        expectNear(got[0], expected, 2 * epsilonOf(dtype));
        expectNear(got[1], flags, 0);
      });
    }
  }
}

TEST(Elementwise, IntegersAreExact) {
  const Array a(DType::i32, {4}, {2147483647, -2147483648.0, 16777217, -7}), b(DType::i32, {4}, {1, 1, 1, 2});
  Chain chain;
  chain.node.in(a).in(b).out(DType::i32, {4}).out(DType::boolean, {4}).out(DType::i32, {4}).set("results", {2, 3, 4});
  chain.step("mul", 0, 1).step("equal", 0, 1).step("floorDiv", 0, 1);
  forEachIsa([&](const char* isa) {
    const auto got = chain.node.run(isa);
    expectNear(got[0], {2147483647, -2147483648.0, 16777217, -14}, 0);
    expectNear(got[1], {0, 0, 0, 0}, 0);
    expectNear(got[2], {2147483647, -2147483648.0, 16777217, -4}, 0);
  });
}

TEST(Elementwise, CastsSaturate) {
  const Array x(DType::f32, {5}, {1.9, -1.9, 1e20, -1e20, NAN});
  Chain chain;
  chain.node.in(x).out(DType::i32, {5}).out(DType::boolean, {5}).out(DType::f64, {5}).set("results", {0, 0, 0});
  forEachIsa([&](const char* isa) {
    const auto got = chain.node.run(isa);
    expectNear(got[0], {1, -1, 2147483647, -2147483648.0, 0}, 0);
    expectNear(got[1], {1, 1, 1, 1, 1}, 0);
    expectNear(got[2], x.doubles(), 0);
  });
}

// Outputs over the inputs' buffers: the second step still needs what the first would overwrite.
TEST(Elementwise, InPlace) {
  for (int64_t n : {1, 5, 640, 1500, 300000}) {
    const Array a = Array::random(DType::f32, {n}, 1), b = Array::random(DType::f32, {n}, 2);
    std::vector<double> sum, difference;
    for (int64_t i = 0; i < n; ++i) {
      sum.push_back(static_cast<double>(static_cast<float>(a[i] + b[i])));
      difference.push_back(static_cast<double>(static_cast<float>(a[i] - b[i])));
    }
    Chain chain;
    chain.node.in(a).in(b).outOver(0).outOver(1).set("results", {2, 3});
    chain.step("add", 0, 1).step("sub", 0, 1);
    Chain swap;
    swap.node.in(a).in(b).outOver(0).outOver(1).set("results", {1, 0}).set("code", std::vector<double>{});
    Chain truth;  // a converted output over an input of the same element size
    truth.node.in(a).outOver(0, DType::i32).set("results", {1});
    truth.step("sign", 0);
    forEachIsa([&](const char* isa) {
      const auto got = chain.node.run(isa, 2);
      expectNear(got[0], sum, 0);
      expectNear(got[1], difference, 0);
      const auto swapped = swap.node.run(isa, 2);
      expectNear(swapped[0], b.doubles(), 0);
      expectNear(swapped[1], a.doubles(), 0);
      const auto signs = truth.node.run(isa, 2)[0];
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(signs[i], (a[i] > 0) - (a[i] < 0));
    });
  }
}

TEST(Elementwise, LongChainsReuseScratch) {
  const Array x = Array::random(DType::f32, {1000}, 1), row = Array::random(DType::f32, {1}, 2);
  Chain chain;
  chain.node.in(x).in(row).out(DType::f32, {1000}).set("constants", 0.5);
  int last = 0;
  for (int i = 0; i < 40; ++i) {
    chain.step("mul", last, 2).step("add", 3 + 2 * i, i % 2 ? 0 : 1);
    last = 4 + 2 * i;
  }
  chain.node.set("results", last);
  std::vector<double> expected;
  for (double v : x.doubles()) {
    double y = v;
    for (int i = 0; i < 40; ++i) y = y * 0.5 + (i % 2 ? v : row[0]);
    expected.push_back(y);
  }
  forEachIsa([&](const char* isa) { expectNear(chain.node.run(isa)[0], expected, 4 * epsilonOf(DType::f32)); });
}

TEST(Elementwise, NamesWhatIsWrong) {
  const Array x = Array::random(DType::f32, {4}, 1);
  const auto errorOf = [](const FakeNode& node) {
    try {
      node.run(anyIsa());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  Chain unknown;
  unknown.node.in(x).out(DType::f32, {4}).set("results", 1);
  unknown.step("gamma", 0);
  EXPECT_NE(errorOf(unknown.node).find("gamma"), std::string::npos);
  Chain outside;
  outside.node.in(x).out(DType::f32, {4}).set("results", 1);
  outside.step("neg", 3);
  EXPECT_NE(errorOf(outside.node).find("register 3"), std::string::npos);
  Chain shape;
  shape.node.in(x).out(DType::f32, {5}).set("results", 1);
  shape.step("neg", 0);
  EXPECT_NE(errorOf(shape.node).find("broadcast"), std::string::npos);
}

}  // namespace
}  // namespace seqnn
