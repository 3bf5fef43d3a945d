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
    const size_t x = lanesOuterWorkspace<T>(c_.given() ? 0 : c_.F, all, c_.T, c_.B),
                 h = lanesOuterWorkspace<T>(c_.H, all, c_.T, c_.B);
    size_t most = x < h ? h : x;
    if (together()) {
      LeftFactor<T> products[3] = {};
      products[0].M = c_.F;
      products[1].M = c_.H;
      products[2].M = 1;
      const size_t joint = gemmTogetherWorkspace<T>(products, 3, all, c_.T * c_.B);
      if (joint > most) most = joint;
    }
    outer_ = places.take(most);
  }

  void run(const BackwardOperands<T>& o, const Kept<T>& kept, char* space) const {
    if (together() && o.dKernel && o.dRecurrent && o.dBias) {
      inOnePass(o, kept, space);
    } else {
      if (o.dKernel) kernel(o, kept, space);
      if (o.dRecurrent) recurrent(o, kept, space);
      if (o.dBias) bias(o, kept);
    }
    if (o.dPeephole) peephole(o, kept);
    if (o.dNormScale) acrossLanes(kept.dScale, o.dNormScale);
    if (o.dNormShift) acrossLanes(kept.dShift, o.dNormShift);
  }

 private:
  int64_t state() const { return int64_t(c_.H) * c_.B; }
  int64_t stepOfGrads() const { return gradRows(c_) * state(); }

  // target [rows, columns from `column` blocks on] (+)= a times the gradients of `gates` blocks from block `row` on.
  void outer(const T* a, int64_t stepA, int rows, const T* dGates, int row, int gates, int column, int steps, T* target,
             bool accumulate, ThreadPool& pool, char* space) const {
    const int B = c_.B;
    lanesOuter<T>(a, stepA, B, rows, dGates + row * state(), stepOfGrads(), B, gates * c_.H, steps, B,
                  target + column * c_.H, c_.columns(), accumulate, pool, space + outer_);
  }

  // Whether the gradients of all weights come from the same columns, in a product large enough to be packed.
  bool together() const {
    const Product& q = c_.layout.product[0];
    return c_.layout.products == 1 && q.x && q.row == 0 && q.column == 0 && q.gates == c_.layout.gates &&
           q.state == StateOperand::before && !c_.given() && c_.F > 0 && c_.T > 1 && c_.H >= kPackedOuter && c_.B > 0;
  }

  // [x; h; 1] times the gradients of the sums, which are read once; the first step, before which there may be no state,
  // by itself.
  void inOnePass(const BackwardOperands<T>& o, const Kept<T>& kept, char* space) const {
    const int B = c_.B, N = c_.columns();
    const int first = kept.used ? 0 : 1, steps = c_.T - first;
    const T* h = kept.used ? kept.used : o.hs;
    const int64_t forward = int64_t(c_.F) * B, stepX = c_.reverse ? -forward : forward;
    const T* x = c_.reverse ? o.x + (c_.T - 1) * forward : o.x;
    const T* d = kept.dGates;
    if (first > 0) {
      outer(x, stepX, c_.F, d, 0, c_.layout.gates, 0, first, o.dKernel, false, o.pool, space);
      if (o.h0) outer(o.h0, 0, c_.H, d, 0, c_.layout.gates, 0, first, o.dRecurrent, false, o.pool, space);
      lanesSum<T>(d, stepOfGrads(), B, N, first, B, o.dBias, false);
    }
    const T one = 1;
    const LeftFactor<T> products[] = {
        {{x + first * stepX, B, 1, B, stepX}, o.dKernel, N, c_.F, first > 0},
        {{h, B, 1, B, state()}, o.dRecurrent, N, c_.H, first > 0 && o.h0 != nullptr},
        {{&one, 0, 0, steps * B, 0}, o.dBias, N, 1, first > 0},
    };
    gemmTogether<T>(products, 3, N, steps * B, {d + first * stepOfGrads(), B, 1, B, stepOfGrads()}, o.pool,
                    space + outer_);
  }

  void kernel(const BackwardOperands<T>& o, const Kept<T>& kept, char* space) const {
    const int64_t step = int64_t(c_.F) * c_.B;
    const T* first = c_.reverse ? o.x + (c_.T - 1) * step : o.x;
    outer(first, c_.reverse ? -step : step, c_.F, kept.dGates, 0, c_.layout.gates, 0, c_.T, o.dKernel, false, o.pool,
          space);
  }

  void recurrent(const BackwardOperands<T>& o, const Kept<T>& kept, char* space) const {
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (q.state == StateOperand::none) continue;
      const T* whole = q.state == StateOperand::reset ? kept.reset : kept.used;
      if (whole) {
        outer(whole, state(), c_.H, kept.dGates, q.row, q.gates, q.column, c_.T, o.dRecurrent, false, o.pool, space);
        continue;
      }
      // The states before the steps: the initial one, then the outputs but the last.
      const int first = c_.T > 0 ? 1 : 0, rest = c_.T - first;
      if (o.h0) outer(o.h0, 0, c_.H, kept.dGates, q.row, q.gates, q.column, first, o.dRecurrent, false, o.pool, space);
      if (o.h0 && rest == 0) continue;
      outer(o.hs, state(), c_.H, kept.dGates + stepOfGrads(), q.row, q.gates, q.column, rest, o.dRecurrent,
            o.h0 != nullptr, o.pool, space);
    }
  }

  void bias(const BackwardOperands<T>& o, const Kept<T>& kept) const {
    const int H = c_.H;
    sums(kept.dGates, c_.layout.gates * H, o.dBias, o.pool);
    if (c_.kind != CellKind::gruResetAfter) return;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (q.state != StateOperand::before) continue;
      sums(kept.dGates + q.row * state(), q.gates * H, o.dBias + c_.columns() + q.column * H, o.pool);
    }
  }

  // to[row] = the sum of a row of the gradients over steps and samples.
  void sums(const T* d, int rows, T* to, ThreadPool& pool) const {
    constexpr int kRowsOfATask = 32;
    const int B = c_.B;
    const int64_t step = stepOfGrads();
    const int tasks = c_.flops() < 2 * kWorthThreads ? 1 : (rows + kRowsOfATask - 1) / kRowsOfATask;
    pool.parallel(tasks, [&](int task) {
      const int begin = static_cast<int>(int64_t(rows) * task / tasks),
                end = static_cast<int>(int64_t(rows) * (task + 1) / tasks);
      lanesSum<T>(d + int64_t(begin) * B, step, B, end - begin, c_.T, B, to + begin, false);
    });
  }

  void acrossLanes(const T* sums, T* to) const {
    lanesSum<T>(sums, 0, paddedBatch<T>(c_.B), c_.normed(), 1, c_.B, to, false);
  }

  // Rows i and f saw the cell state before the step, row o the one after it.
  void peephole(const BackwardOperands<T>& o, const Kept<T>& kept) const {
    const int gates[3] = {c_.order.i, c_.order.f, c_.order.o};
    for (int gate = 0; gate < 3; ++gate) {
      for (int u = 0; u < c_.H; ++u) {
        Vec<T> sum = splat<T>(T(0));
        for (int s = 0; s < c_.T; ++s) {
          const Rows<const T> c =
              gate == 2 ? Rows<const T>{o.cs + s * state(), c_.B} : stateBefore<T>(c_, o.cs, o.c0, kept.zeros, s, 0);
          const T* d = kept.dGates + s * stepOfGrads() + gates[gate] * state();
          overBlock<T>(1, c_.B, [&](int, int lane, int n) SEQNN_FLAT {
            sum = sum + loadLanes<T>(d + int64_t(u) * c_.B + lane, n) * loadLanes<T>(c.p + u * c.ld + lane, n);
          });
        }
        o.dPeephole[gate * c_.H + u] = sumLanes(sum);
      }
    }
  }

  RnnConfig c_;
  size_t outer_;
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
