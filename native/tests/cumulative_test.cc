#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(Cumulative, EveryKindDirectionAndAxis) {
  for (DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    for (const std::string kind : {"sum", "prod", "max", "min"}) {
      if (dtype == DType::boolean && (kind == "sum" || kind == "prod")) continue;
      for (const Dims& dims : {Dims{3, 5, 70}, Dims{2, 9, 1}, Dims{2, 0, 3}}) {
        for (int flags = 0; flags < 4; ++flags) {
          const bool reverse = flags & 1, exclusive = flags & 2;
          const Array x = Array::random(dtype, dims, 1, -3, 3);
          const double low = dtype == DType::boolean ? 0 : dtype == DType::i32 ? INT32_MIN : -INFINITY;
          const double high = dtype == DType::boolean ? 1 : dtype == DType::i32 ? INT32_MAX : INFINITY;
          std::vector<double> expected(static_cast<size_t>(x.size()));
          for (int64_t o = 0; o < dims[0]; ++o) {
            for (int64_t i = 0; i < dims[2]; ++i) {
              double carry = kind == "sum" ? 0 : kind == "prod" ? 1 : kind == "max" ? low : high;
              for (int64_t s = 0; s < dims[1]; ++s) {
                const int64_t at = (o * dims[1] + (reverse ? dims[1] - 1 - s : s)) * dims[2] + i;
                const double v = x[at];
                const double next = kind == "sum"    ? carry + v
                                    : kind == "prod" ? carry * v
                                    : kind == "max"  ? std::max(carry, v)
                                                     : std::min(carry, v);
                expected[static_cast<size_t>(at)] = exclusive ? carry : next;
                carry = next;
              }
            }
          }
          FakeNode node("cumulative");
          node.in(x)
              .out(dtype, dims)
              .word("kind", kind)
              .set("axis", 1)
              .set("reverse", reverse)
              .set("exclusive", exclusive);
          forEachIsa([&](const char* isa) {
            expectNear(node.run(isa)[0], expected, 2 * epsilonOf(dtype == DType::f64 ? DType::f64 : DType::f32));
          });
        }
      }
    }
  }
}

TEST(Cumulative, NanStays) {
  const Array x(DType::f32, {4}, {1, NAN, 2, 0});
  for (const char* kind : {"sum", "prod", "max", "min"}) {
    FakeNode node("cumulative");
    node.in(x).out(DType::f32, {4}).word("kind", kind).set("axis", 0);
    forEachIsa([&](const char* isa) { expectNear(node.run(isa)[0], {1, NAN, NAN, NAN}, 0); });
  }
}

}  // namespace
}  // namespace seqnn
