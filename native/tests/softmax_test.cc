#include "tests/fake_node.h"

namespace seqnn {
namespace {

struct Rows {
  int64_t outer, count, inner;
  int64_t size() const { return outer * count * inner; }
  // body(row number, flat index of the row's element c)
  void each(const std::function<void(int64_t, const std::function<int64_t(int64_t)>&)>& body) const {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i)
        body(o * inner + i, [&, o, i](int64_t c) { return (o * count + c) * inner + i; });
    }
  }
};
const Rows kRows[] = {{3, 10, 1},  {1, 1, 1}, {4, 37, 1}, {2, 5, 3},    {3, 7, 32},
                      {1, 20, 45}, {0, 3, 2}, {2, 16, 1}, {500, 200, 1}};

Dims dimsOf(const Rows& r) { return {r.outer, r.count, r.inner}; }

std::vector<double> softmaxOf(const Rows& rows, const Array& x) {
  std::vector<double> y(static_cast<size_t>(x.size()));
  rows.each([&](int64_t, const auto& at) {
    double top = -INFINITY, sum = 0;
    for (int64_t c = 0; c < rows.count; ++c) top = std::max(top, x[at(c)]);
    for (int64_t c = 0; c < rows.count; ++c) sum += std::exp(x[at(c)] - top);
    for (int64_t c = 0; c < rows.count; ++c) y[static_cast<size_t>(at(c))] = std::exp(x[at(c)] - top) / sum;
  });
  return y;
}

TEST(Softmax, ForwardAndGradients) {
  for (DType dtype : kFloating) {
    for (const Rows& rows : kRows) {
      const Dims dims = dimsOf(rows);
      const Array x = Array::random(dtype, dims, 1, -8, 8), dy = Array::random(dtype, dims, 2);
      const std::vector<double> y = softmaxOf(rows, x);
      std::vector<double> logs;
      for (double v : y) logs.push_back(std::log(v));
      const Array yArray(dtype, dims, y), logArray(dtype, dims, logs);
      std::vector<double> dx(y.size()), dxLog(y.size());
      rows.each([&](int64_t, const auto& at) {
        double dot = 0, sum = 0;
        for (int64_t c = 0; c < rows.count; ++c) {
          dot += yArray[at(c)] * dy[at(c)];
          sum += dy[at(c)];
        }
        for (int64_t c = 0; c < rows.count; ++c) {
          dx[static_cast<size_t>(at(c))] = yArray[at(c)] * (dy[at(c)] - dot);
          dxLog[static_cast<size_t>(at(c))] = dy[at(c)] - std::exp(logArray[at(c)]) * sum;
        }
      });
      const double tolerance = 40 * epsilonOf(dtype);
      forEachIsa([&](const char* isa) {
        const auto run = [&](const char* op, const std::vector<Array>& operands) {
          FakeNode node(op);
          for (const Array& operand : operands) node.in(operand);
          return node.out(dtype, dims).set("axis", 1).run(isa, 2)[0];
        };
        expectNear(run("softmax", {x}), y, tolerance);
        expectNear(run("logSoftmax", {x}), logs, tolerance);
        expectNear(run("softmaxGrad", {yArray, dy}), dx, tolerance);
        expectNear(run("logSoftmaxGrad", {logArray, dy}), dxLog, tolerance);
      });
    }
  }
}

TEST(Softmax, MaskedAndNanRows) {
  for (int64_t inner : {1, 3}) {
    const Rows rows{2, 5, inner};
    Array x = Array::random(DType::f32, dimsOf(rows), 1);
    rows.each([&](int64_t row, const auto& at) {
      if (row == 0) x.set(at(1), -INFINITY);
      if (row == 1) x.set(at(2), NAN);
    });
    FakeNode node("softmax");
    node.in(x).out(DType::f32, dimsOf(rows)).set("axis", 1);
    forEachIsa([&](const char* isa) {
      const Array y = node.run(isa)[0];
      rows.each([&](int64_t row, const auto& at) {
        for (int64_t c = 0; c < 5; ++c) EXPECT_EQ(std::isnan(y[at(c)]), row == 1);
        if (row == 0) {
          EXPECT_EQ(y[at(1)], 0);
        }
      });
    });
  }
}

}  // namespace
}  // namespace seqnn
