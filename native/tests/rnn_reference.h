#pragma once

// The recurrent layer in plain double loops, one sample and unit at a time: what the kernels are compared with.

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/fake_node.h"

namespace seqnn {

struct RnnCase {
  std::string cell = "simple";
  int T = 1, B = 1, F = 1, H = 1;
  std::string activation = "tanh", recurrentActivation = "sigmoid", order = "ifco";
  bool reverse = false, bias = true, initial = false, mask = false, dropout = false, peephole = false;
  double clip = 0, forgetBias = 0;

  bool lstm() const { return cell == "lstm"; }
  int gates() const { return cell == "simple" ? 1 : lstm() ? 4 : 3; }
  int reserve() const { return cell == "simple" ? 0 : cell == "lstm" ? 5 : cell == "gru" ? 3 : 4; }
  int columns() const { return gates() * H; }
  std::string describe() const {
    return cell + " T" + std::to_string(T) + " B" + std::to_string(B) + " F" + std::to_string(F) + " H" +
           std::to_string(H) + " " + activation + "/" + recurrentActivation + " " + order +
           (reverse ? " reverse" : "") + (bias ? "" : " no bias") + (initial ? " initial" : "") +
           (mask ? " mask" : "") + (dropout ? " dropout" : "") + (peephole ? " peephole" : "") +
           (clip > 0 ? " clip" : "");
  }
};

// The operands by number of `rnn`'s inputs; an absent Array where the case has none.
using RnnOperands = std::vector<Array>;

inline RnnOperands randomOperands(const RnnCase& c, DType dtype, unsigned seed) {
  RnnOperands o(9);
  const auto random = [&](const Dims& dims, double scale) { return Array::random(dtype, dims, ++seed, -scale, scale); };
  o[0] = random({c.T, c.F, c.B}, 1);
  o[1] = random({c.F, c.columns()}, 0.8);
  o[2] = random({c.H, c.columns()}, c.H > 8 ? 0.4 : 0.8);
  if (c.bias) o[3] = c.cell == "gruResetAfter" ? random({2, c.columns()}, 0.5) : random({c.columns()}, 0.5);
  if (c.initial) o[4] = random({c.H, c.B}, 1);
  if (c.initial && c.lstm()) o[5] = random({c.H, c.B}, 1);
  if (c.mask) o[6] = Array::random(DType::boolean, {c.T, c.B}, ++seed, 0, 1);
  if (c.dropout) o[7] = random({c.H, c.B}, 1.5);
  if (c.peephole) o[8] = random({3, c.H}, 0.7);
  return o;
}

struct RnnResult {
  std::vector<double> hs, hLast, cs, cLast;
};

inline double activated(const std::string& name, double x) {
  if (name == "tanh") return std::tanh(x);
  if (name == "sigmoid") return 1 / (1 + std::exp(-x));
  if (name == "relu") return x > 0 ? x : 0;
  if (name == "softsign") return x / (1 + std::fabs(x));
  if (name == "elu") return x < 0 ? std::expm1(x) : x;
  if (name == "hardSigmoid2") return std::fmin(1, std::fmax(0, 0.2 * x + 0.5));
  return x;
}

inline RnnResult rnnReference(const RnnCase& c, const RnnOperands& o) {
  const int T = c.T, B = c.B, F = c.F, H = c.H, G = c.columns();
  const size_t state = static_cast<size_t>(H) * B;
  const bool after = c.cell == "gruResetAfter";
  const auto at = [](const Array& a, int64_t i) { return a.value.present ? a[i] : 0.0; };
  const auto act = [&](double v) { return activated(c.activation, v); };
  const auto gate = [&](double v) { return activated(c.recurrentActivation, v); };
  const int gi = 0, gf = c.order == "ifco" ? 1 : 2, gg = c.order == "ifco" ? 2 : 1, go = 3;
  RnnResult r;
  r.hs.resize(T * state);
  r.cs.resize(T * state);
  r.hLast.resize(state);
  r.cLast.resize(state);
  for (int b = 0; b < B; ++b) {
    std::vector<double> h(H), cell(H);
    for (int u = 0; u < H; ++u) h[u] = at(o[4], u * B + b), cell[u] = at(o[5], u * B + b);
    for (int s = 0; s < T; ++s) {
      const int t = c.reverse ? T - 1 - s : s;
      if (!c.mask || o[6][t * B + b] != 0) {
        std::vector<double> used(H), zx(G), zh(G), newH(H), newC(H);
        for (int u = 0; u < H; ++u) used[u] = h[u] * (c.dropout ? o[7][u * B + b] : 1);
        const auto product = [&](const std::vector<double>& v, int column) {
          double sum = after ? at(o[3], G + column) : 0;
          for (int k = 0; k < H; ++k) sum += v[k] * o[2][k * G + column];
          return sum;
        };
        for (int g = 0; g < G; ++g) {
          zx[g] = at(o[3], g);
          for (int f = 0; f < F; ++f) zx[g] += o[0][(t * F + f) * B + b] * o[1][f * G + g];
          zh[g] = product(used, g);
        }
        std::vector<double> reset(H);
        if (c.gates() == 3) {
          for (int u = 0; u < H; ++u) reset[u] = gate(zx[H + u] + zh[H + u]) * used[u];
        }
        for (int u = 0; u < H; ++u) {
          const auto z = [&](int g) { return zx[g * H + u] + zh[g * H + u]; };
          if (c.cell == "simple") {
            newH[u] = act(z(0));
          } else if (c.lstm()) {
            const double i = gate(z(gi) + at(o[8], u) * cell[u]);
            const double f = gate(z(gf) + c.forgetBias + at(o[8], H + u) * cell[u]);
            double next = f * cell[u] + i * act(z(gg));
            if (c.clip > 0) next = std::fmin(c.clip, std::fmax(-c.clip, next));
            newC[u] = next;
            newH[u] = gate(z(go) + at(o[8], 2 * H + u) * next) * act(next);
          } else {
            const double update = gate(z(0)), r1 = gate(z(1));
            const double inner = after ? r1 * zh[2 * H + u] : product(reset, 2 * H + u);
            newH[u] = update * h[u] + (1 - update) * act(zx[2 * H + u] + inner);
          }
        }
        h = newH;
        cell = newC;
      }
      for (int u = 0; u < H; ++u) {
        r.hs[s * state + u * B + b] = h[u];
        r.cs[s * state + u * B + b] = cell[u];
      }
    }
    for (int u = 0; u < H; ++u) r.hLast[u * B + b] = h[u], r.cLast[u * B + b] = cell[u];
  }
  return r;
}

}  // namespace seqnn
