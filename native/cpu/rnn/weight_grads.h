#pragma once

// Gradients of the weights: sums over all steps and samples, each in an order that the shapes fix.

#include "cpu/gemm/gemm.h"
#include "cpu/gemm/lanes.h"
#include "cpu/rnn/backward.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class WeightGrads {
 public:
  WeightGrads(const RnnConfig& config, Places& places) : c_(config) {
    const int all = static_cast<int>(c_.columns()), F = c_.given() ? 0 : c_.F, steps = stepsAtOnce();
    if (large()) {
      LeftFactor<T> factors[2] = {};
      factors[0].M = F;
      factors[1].M = c_.H;
      outer_ = places.take(gemmTogetherWorkspace<T>(factors, 2, all, steps * c_.B));
    } else {
      const size_t x = lanesOuterWorkspace<T>(F, all, steps, c_.B), h = lanesOuterWorkspace<T>(c_.H, all, steps, c_.B);
      outer_ = places.take(x < h ? h : x);
    }
  }

  // Steps whose gradients of the sums are walked back and then summed: all, or as many as a product takes at once,
  // which are then still in the second-level cache.
  int stepsAtOnce() const {
    // A result beyond that cache would be read and written once more for each part.
    const double result = double(sizeof(T)) * (c_.F + c_.H) * double(c_.columns());
    if (!large() || result > 1 << 20) return c_.T;
    const int steps = kSamplesAtOnce / c_.B;
    return steps < 1 ? 1 : steps < c_.T ? steps : c_.T;
  }

  void start(const BackwardOperands<T>& o) const {
    const auto clear = [](T* to, int64_t count) {
      if (to) std::memset(to, 0, static_cast<size_t>(count) * sizeof(T));
    };
    clear(o.dKernel, c_.F * c_.columns());
    clear(o.dRecurrent, c_.H * c_.columns());
    clear(o.dBias, c_.columns() * (c_.kind == CellKind::gruResetAfter ? 2 : 1));
    clear(o.dPeephole, 3 * int64_t(c_.H));
  }

  // Adds what steps [from, to) contribute.
  void add(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space) const {
    if (from >= to) return;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (o.dBias) sums(gradsOf(c_, kept, from) + q.row * state(), q.gates * c_.H, to - from, biasOf(o, q), o.pool);
      // Inputs share a product with the states where the gradients of the sums are packed for it, else run by
      // themselves: the first step, before which the states lie elsewhere, is then none of theirs.
      const bool apart = !large() || q.state == StateOperand::none;
      if (apart) product(o, kept, q, true, nullptr, from, to, space);
      if (q.state == StateOperand::none) continue;
      if (const T* states = q.state == StateOperand::reset ? kept.reset : kept.used) {
        product(o, kept, q, !apart, states + from * state(), from, to, space);
        continue;
      }
      // The states before the steps: the initial one, then the outputs.
      const int first = from == 0 ? 1 : from;
      product(o, kept, q, !apart, o.hs + (first - 1) * state(), first, to, space);
      if (from == 0) product(o, kept, q, !apart, o.h0, 0, 1, space);
    }
    if (o.dPeephole) peephole(o, kept, from, to);
  }

  void finish(const BackwardOperands<T>& o, const Kept<T>& kept) const {
    if (o.dNormScale) acrossLanes(kept.dScale, o.dNormScale);
    if (o.dNormShift) acrossLanes(kept.dShift, o.dNormShift);
    if (!o.dBias || c_.kind != CellKind::gruResetAfter) return;
    // Sums that both parts enter have one gradient for both biases.
    const Product& both = c_.layout.product[0];
    const int64_t first = both.column * c_.H;
    std::memcpy(o.dBias + c_.columns() + first, o.dBias + first, size_t(both.gates) * c_.H * sizeof(T));
  }

 private:
  static constexpr int kSamplesAtOnce = 256;

  // Whether the products are packed.
  bool large() const { return c_.H >= kPackedOuter && c_.B > 0; }
  int64_t state() const { return int64_t(c_.H) * c_.B; }
  int64_t stepOfGrads() const { return gradRows(c_) * state(); }

  // The bias of a product's sums: the input's, or that of the state alone.
  T* biasOf(const BackwardOperands<T>& o, const Product& q) const {
    return o.dBias + (q.x ? 0 : c_.columns()) + q.column * c_.H;
  }

  // Adds the products of what a product read, inputs or states (null: none) or both, with the gradients of its sums.
  // `states` are those of step `from` on.
  void product(const BackwardOperands<T>& o, const Kept<T>& kept, const Product& q, bool inputs, const T* states,
               int from, int to, char* space) const {
    const int64_t H = c_.H, forward = int64_t(c_.F) * c_.B;
    LeftFactor<T> factors[2];
    int count = 0;
    if (inputs && q.x && o.dKernel)
      factors[count++] =
          left(o.x + timeOf(c_, from) * forward, c_.reverse ? -forward : forward, c_.F, o.dKernel + q.column * H);
    if (states && o.dRecurrent) factors[count++] = left(states, state(), c_.H, o.dRecurrent + q.column * H);
    if (count == 0 || from >= to) return;
    const T* d = gradsOf(c_, kept, from) + q.row * state();
    const int N = q.gates * c_.H, steps = to - from, B = c_.B;
    if (large())
      return gemmTogether<T>(factors, count, N, steps * B, {d, B, 1, B, stepOfGrads()}, o.pool, space + outer_);
    for (int i = 0; i < count; ++i) {
      const LeftFactor<T>& f = factors[i];
      lanesOuter<T>(f.a.data, f.a.step, B, f.M, d, stepOfGrads(), B, N, steps, B, f.c, f.ldc, true, o.pool,
                    space + outer_);
    }
  }

  LeftFactor<T> left(const T* a, int64_t step, int rows, T* to) const {
    return {{a, c_.B, 1, c_.B, step}, to, c_.columns(), rows, true};
  }

  // to[row] += the sum of a row of the gradients over steps and samples.
  void sums(const T* d, int rows, int steps, T* to, ThreadPool& pool) const {
    constexpr int kRowsOfATask = 32;
    constexpr double kWorthThreadsToAdd = 1 << 18;
    const int B = c_.B;
    const int tasks = 1.0 * rows * steps * B < kWorthThreadsToAdd ? 1 : (rows + kRowsOfATask - 1) / kRowsOfATask;
    pool.parallel(tasks, [&](int task) {
      const int begin = static_cast<int>(int64_t(rows) * task / tasks),
                end = static_cast<int>(int64_t(rows) * (task + 1) / tasks);
      lanesSum<T>(d + int64_t(begin) * B, stepOfGrads(), B, end - begin, steps, B, to + begin, true);
    });
  }

  void acrossLanes(const T* sums, T* to) const {
    lanesSum<T>(sums, 0, paddedBatch<T>(c_.B), c_.normed(), 1, c_.B, to, false);
  }

  // Rows i and f saw the cell state before the step, row o the one after it.
  void peephole(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to) const {
    const int gates[3] = {c_.order.i, c_.order.f, c_.order.o};
    for (int gate = 0; gate < 3; ++gate) {
      for (int u = 0; u < c_.H; ++u) {
        Vec<T> sum = splat<T>(T(0));
        for (int s = from; s < to; ++s) {
          const Rows<const T> c =
              gate == 2 ? Rows<const T>{o.cs + s * state(), c_.B} : stateBefore<T>(c_, o.cs, o.c0, kept.zeros, s, 0);
          const T* d = gradsOf(c_, kept, s) + gates[gate] * state();
          overBlock<T>(1, c_.B, [&](int, int lane, int n) SEQNN_FLAT {
            sum = sum + loadLanes<T>(d + int64_t(u) * c_.B + lane, n) * loadLanes<T>(c.p + u * c.ld + lane, n);
          });
        }
        o.dPeephole[gate * c_.H + u] += sumLanes(sum);
      }
    }
  }

  RnnConfig c_;
  size_t outer_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
