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
    const int all = static_cast<int>(c_.columns());
    const size_t x = lanesOuterWorkspace<T>(c_.given() ? 0 : c_.F, all, stepsAtOnce(), c_.B),
                 h = lanesOuterWorkspace<T>(c_.H, all, stepsAtOnce(), c_.B);
    size_t most = x < h ? h : x;
    if (large()) {
      LeftFactor<T> factors[2] = {};
      factors[0].M = c_.given() ? 0 : c_.F;
      factors[1].M = c_.H;
      const size_t joint = gemmTogetherWorkspace<T>(factors, 2, all, stepsAtOnce() * c_.B);
      if (joint > most) most = joint;
    }
    outer_ = places.take(most);
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
    if (!c_.given()) clear(o.dKernel, c_.F * c_.columns());
    clear(o.dRecurrent, c_.H * c_.columns());
    clear(o.dBias, c_.columns() * (c_.kind == CellKind::gruResetAfter ? 2 : 1));
    clear(o.dPeephole, 3 * int64_t(c_.H));
  }

  // Adds what steps [from, to) contribute.
  void add(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space) const {
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (q.state == StateOperand::none) {
        product(o, kept, q, nullptr, from, to, space);
        continue;
      }
      if (const T* states = q.state == StateOperand::reset ? kept.reset : kept.used) {
        product(o, kept, q, states + from * state(), from, to, space);
        continue;
      }
      // The states before the steps: the initial one, then the outputs.
      const int first = from == 0 ? 1 : from;
      product(o, kept, q, o.hs + (first - 1) * state(), first, to, space);
      if (from == 0 && to > 0) product(o, kept, q, o.h0, 0, 1, space);
    }
    if (o.dPeephole) peephole(o, kept, from, to);
  }

  void finish(const BackwardOperands<T>& o, const Kept<T>& kept) const {
    if (o.dNormScale) acrossLanes(kept.dScale, o.dNormScale);
    if (o.dNormShift) acrossLanes(kept.dShift, o.dNormShift);
  }

 private:
  static constexpr int kSamplesAtOnce = 256;

  // Whether the products are packed.
  bool large() const { return c_.H >= kPackedOuter && c_.B > 0; }
  int64_t state() const { return int64_t(c_.H) * c_.B; }
  int64_t stepOfGrads() const { return gradRows(c_) * state(); }

  // Adds the products of what a product read with the gradients of its sums, and their sums. `states` are those of step
  // `from` on; null: there are none.
  void product(const BackwardOperands<T>& o, const Kept<T>& kept, const Product& q, const T* states, int from, int to,
               char* space) const {
    if (from >= to) return;
    const int64_t H = c_.H, forward = int64_t(c_.F) * c_.B;
    const T* d = gradsOf(c_, kept, from) + q.row * state();
    LeftFactor<T> factors[2];
    int count = 0;
    if (q.x && o.dKernel)
      factors[count++] =
          left(o.x + timeOf(c_, from) * forward, c_.reverse ? -forward : forward, c_.F, o.dKernel + q.column * H);
    if (states && o.dRecurrent) factors[count++] = left(states, state(), c_.H, o.dRecurrent + q.column * H);
    const int N = q.gates * c_.H, steps = to - from, B = c_.B;
    if (large()) {
      gemmTogether<T>(factors, count, N, steps * B, {d, B, 1, B, stepOfGrads()}, o.pool, space + outer_);
    } else {
      for (int i = 0; i < count; ++i) {
        const LeftFactor<T>& f = factors[i];
        lanesOuter<T>(f.a.data, f.a.step, B, f.M, d, stepOfGrads(), B, N, steps, B, f.c, f.ldc, true, o.pool,
                      space + outer_);
      }
    }
    if (!o.dBias) return;
    if (q.x) sums(d, N, steps, o.dBias + q.column * H, o.pool);
    if (c_.kind == CellKind::gruResetAfter && q.state == StateOperand::before)
      sums(d, N, steps, o.dBias + c_.columns() + q.column * H, o.pool);
  }

  LeftFactor<T> left(const T* a, int64_t step, int rows, T* to) const {
    return {{a, c_.B, 1, c_.B, step}, to, c_.columns(), rows, true};
  }

  // to[row] += the sum of a row of the gradients over steps and samples.
  void sums(const T* d, int rows, int steps, T* to, ThreadPool& pool) const {
    constexpr int kRowsOfATask = 32;
    const int B = c_.B;
    const int tasks = c_.flops() < 2 * kWorthThreads ? 1 : (rows + kRowsOfATask - 1) / kRowsOfATask;
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
