#include "tests/fake_node.h"

namespace seqnn {
namespace {

struct Case {
  Dims dims;
  std::vector<double> axes;
};

const std::vector<Case> kCases = {
    {{}, {}},
    {{7}, {0}},
    {{3, 5}, {1}},
    {{3, 5}, {0}},
    {{3, 5}, {0, -1}},
    {{50, 20, 32}, {0, 2}},
    {{4, 3, 37}, {1}},
    {{2, 3, 4, 5}, {0, 2}},
    {{2, 3, 4, 5}, {1, 3}},
    {{5000}, {0}},
    {{3, 10000}, {1}},
    {{1000, 19}, {0}},
    {{700, 530}, {0}},
    {{0, 4}, {0}},
    {{4, 0}, {0}},
    {{1, 6, 1}, {0}},
    {{300, 1000}, {0, 1}},
    {{6, 4}, {}},
    {{9, 130}, {0}},
};

// Wider than what is tested, so that the reference's own rounding does not count.
using Wide = long double;

struct Reference {
  double start;
  Wide (*join)(Wide, Wide);
};

Reference referenceOf(const std::string& kind) {
  if (kind == "sum" || kind == "mean") return {0, [](Wide a, Wide b) { return a + b; }};
  if (kind == "prod") return {1, [](Wide a, Wide b) { return a * b; }};
  if (kind == "max")
    return {-INFINITY, [](Wide a, Wide b) { return std::isnan(a) ? a : std::isnan(b) ? b : std::max(a, b); }};
  if (kind == "min")
    return {INFINITY, [](Wide a, Wide b) { return std::isnan(a) ? a : std::isnan(b) ? b : std::min(a, b); }};
  if (kind == "any") return {0, [](Wide a, Wide b) { return Wide(a != 0 || b != 0); }};
  return {1, [](Wide a, Wide b) { return Wide(a != 0 && b != 0); }};
}

// The reduced tensor's shape (reduced axes dropped) and values.
std::pair<Dims, std::vector<double>> reduced(const Array& x, const std::vector<double>& axes, const std::string& kind) {
  const int rank = x.value.shape.rank;
  std::vector<bool> gone(static_cast<size_t>(rank));
  for (double axis : axes) gone[static_cast<size_t>(axis < 0 ? axis + rank : axis)] = true;
  Dims dims;
  for (int d = 0; d < rank; ++d) {
    if (!gone[static_cast<size_t>(d)]) dims.push_back(x.value.shape.dim[d]);
  }
  const Reference reference = referenceOf(kind);
  std::vector<Wide> out(static_cast<size_t>(shapeOf(dims).size()), reference.start), count(out.size());
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t rest = i, index = 0, scale = 1;
    for (int d = rank - 1; d >= 0; --d) {
      const int64_t at = rest % x.value.shape.dim[d];
      rest /= x.value.shape.dim[d];
      if (gone[static_cast<size_t>(d)]) continue;
      index += at * scale;
      scale *= x.value.shape.dim[d];
    }
    out[static_cast<size_t>(index)] = reference.join(out[static_cast<size_t>(index)], x[i]);
    ++count[static_cast<size_t>(index)];
  }
  for (size_t i = 0; kind == "mean" && i < out.size(); ++i) out[i] /= count[i];
  return {dims, std::vector<double>(out.begin(), out.end())};
}

TEST(Reduce, EveryKindAndAxis) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (const char* kind : {"sum", "mean", "prod", "max", "min", "any", "all"}) {
      const bool logical = std::string(kind) == "any" || std::string(kind) == "all";
      if (logical != (dtype == DType::boolean) || (dtype == DType::i32 && std::string(kind) == "mean")) continue;
      for (const Case& c : kCases) {
        SCOPED_TRACE(std::string(kind) + " of " + nameOf(dtype) + ", rank " + std::to_string(c.dims.size()));
        const bool product = std::string(kind) == "prod";
        if (product && dtype == DType::i32) continue;  // overflows: see Wraps
        const Array x = Array::random(dtype, c.dims, 1, product ? 0.99 : -10, product ? 1.01 : 10);
        auto [dims, expected] = reduced(x, c.axes, kind);
        if (x.size() == 0 && dtype == DType::i32) {
          for (double& e : expected) e = std::isinf(e) ? (e < 0 ? INT32_MIN : INT32_MAX) : e;
        }
        FakeNode node("reduce");
        node.in(x).out(dtype, dims).word("kind", kind).set("axes", c.axes);
        forEachIsa([&](const char* isa) {
          const Array y = node.run(isa)[0];
          // Terms of up to 10; errors grow with the root of their number.
          const double terms =
              static_cast<double>(x.size()) / static_cast<double>(std::max<size_t>(expected.size(), 1));
          expectNear(y, expected,
                     10 * (2 + std::sqrt(terms)) * epsilonOf(dtype == DType::f64 ? DType::f64 : DType::f32));
          for (int threads : {2, 3, 16}) EXPECT_EQ(node.run(isa, threads)[0].bytes, y.bytes);
        });
      }
    }
  }
}

TEST(Reduce, NanWinsAndLongSumsStayAccurate) {
  for (DType dtype : kFloating) {
    for (int64_t at : {0, 5, 36, 100}) {
      Array x = Array::random(dtype, {101}, 1);
      x.set(at, NAN);
      for (const char* kind : {"sum", "max", "min"}) {
        FakeNode node("reduce");
        node.in(x).out(dtype, {}).word("kind", kind).set("axes", 0);
        forEachIsa([&](const char* isa) { EXPECT_TRUE(std::isnan(node.run(isa)[0][0])); });
      }
    }
  }
  Array tenths(DType::f32, {1000000});
  for (int64_t i = 0; i < tenths.size(); ++i) tenths.set(i, 0.1);
  FakeNode node("reduce");
  node.in(tenths).out(DType::f32, {}).word("kind", "sum").set("axes", 0);
  forEachIsa([&](const char* isa) { EXPECT_NEAR(node.run(isa)[0][0], 1e6 * static_cast<double>(0.1f), 0.1); });
}

TEST(Reduce, IntegersWrap) {
  const Array x(DType::i32, {3}, {2147483647, 2, -5});
  FakeNode node("reduce");
  node.in(x).out(DType::i32, {}).word("kind", "sum").set("axes", 0);
  forEachIsa([&](const char* isa) { EXPECT_EQ(node.run(isa)[0][0], 2147483644); });
}

TEST(Reduce, RefusesWrongOperands) {
  const Array x = Array::random(DType::f32, {3, 4}, 1);
  EXPECT_THROW(FakeNode("reduce").in(x).out(DType::f32, {3}).word("kind", "sum").set("axes", 2).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("reduce").in(x).out(DType::f32, {4}).word("kind", "sum").set("axes", 1).run(anyIsa()), Error);
  EXPECT_THROW(FakeNode("reduce").in(x).out(DType::f32, {3}).word("kind", "any").set("axes", 1).run(anyIsa()), Error);
}

}  // namespace
}  // namespace seqnn
