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
  std::string activation = "tanh", recurrentActivation = "sigmoid", order = "ifco", norm = "none";
  bool reverse = false, bias = true, initial = false, mask = false, dropout = false, peephole = false;
  double clip = 0, forgetBias = 0;
  bool zones = false;           // masks that keep old states
  double takeH = 1, takeC = 1;  // means of old and new states
  int stateDropout = 0;         // masks on the state that goes on: one for all steps (1), or one per step (2)

  bool lstm() const { return cell == "lstm"; }
  int gates() const { return cell == "simple" ? 1 : lstm() ? 4 : 3; }
  bool keepsInput() const {
    for (const char* name : {"silu", "hardSilu", "mish", "gelu", "tanhShrink"}) {
      if (activation == name) return true;
    }
    return false;
  }
  int reserve() const {
    return cell == "simple" ? keepsInput() || zones || takeH != 1 : cell == "lstm" ? 5 : cell == "gru" ? 3 : 4;
  }
  int columns() const { return gates() * H; }
  bool normed() const { return norm != "none"; }
  bool given() const { return norm == "state"; }
  int scales() const { return normed() ? columns() + (lstm() ? H : 0) : 0; }
  int normRows() const { return normed() ? scales() + (given() ? 1 : gates()) + lstm() : 0; }
  std::string describe() const {
    return cell + " T" + std::to_string(T) + " B" + std::to_string(B) + " F" + std::to_string(F) + " H" +
           std::to_string(H) + " " + activation + "/" + recurrentActivation + " " + order +
           (reverse ? " reverse" : "") + (bias ? "" : " no bias") + (initial ? " initial" : "") +
           (mask ? " mask" : "") + (dropout ? " dropout" : "") + (peephole ? " peephole" : "") +
           (clip > 0 ? " clip" : "") + " norm " + norm + (zones ? " zones" : "") + (takeH != 1 ? " means" : "") +
           (stateDropout ? " state dropout" : "");
  }
};

// The operands by number of `rnn`'s inputs; an absent Array where the case has none.
using RnnOperands = std::vector<Array>;

inline RnnOperands randomOperands(const RnnCase& c, DType dtype, unsigned seed) {
  RnnOperands o(14);
  const auto random = [&](const Dims& dims, double scale) { return Array::random(dtype, dims, ++seed, -scale, scale); };
  o[0] = random({c.T, c.given() ? c.columns() : c.F, c.B}, 1);
  if (!c.given()) o[1] = random({c.F, c.columns()}, 0.8);
  o[2] = random({c.H, c.columns()}, c.H > 32 ? 0.1 : c.H > 8 ? 0.4 : 0.8);
  if (c.bias && !c.given())
    o[3] = c.cell == "gruResetAfter" ? random({2, c.columns()}, 0.5) : random({c.columns()}, 0.5);
  if (c.initial) o[4] = random({c.H, c.B}, 1);
  if (c.initial && c.lstm()) o[5] = random({c.H, c.B}, 1);
  if (c.mask) o[6] = Array::random(DType::boolean, {c.T, c.B}, ++seed, 0, 1);
  if (c.dropout) o[7] = random({c.H, c.B}, 1.5);
  if (c.peephole) o[8] = random({3, c.H}, 0.7);
  if (c.stateDropout) o[11] = random(c.stateDropout == 1 ? Dims{c.H, c.B} : Dims{c.T, c.H, c.B}, 1.5);
  for (int zone = 12; c.zones && zone < (c.lstm() ? 14 : 13); ++zone) {
    o[zone] = random({c.T, c.H, c.B}, 1);
    for (int64_t i = 0; i < o[zone].size(); ++i) o[zone].set(i, o[zone][i] > 0 ? 1.25 : 0);
  }
  if (c.normed()) o[9] = random({c.scales()}, 1.2), o[10] = random({c.scales()}, 0.5);
  return o;
}

constexpr double kNormEpsilon = 1e-2;

// The op with its attributes and the operands that both passes have.
inline FakeNode nodeOf(const char* op, const RnnCase& c, const RnnOperands& o) {
  FakeNode node(op);
  for (const Array& operand : o) node.in(operand);
  node.word("cell", c.cell).word("activation", c.activation).word("recurrentActivation", c.recurrentActivation);
  node.set("takeH", c.takeH).set("takeC", c.takeC);
  node.word("norm", c.norm).set("epsilon", kNormEpsilon);
  node.word("order", c.order).set("reverse", c.reverse).set("cellClip", c.clip).set("forgetBias", c.forgetBias);
  return node;
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
  if (name == "silu") return x / (1 + std::exp(-x));
  if (name == "hardSilu") return x * std::fmin(1, std::fmax(0, x / 6 + 0.5));
  if (name == "mish") return x * std::tanh(std::log1p(std::exp(x)));
  if (name == "gelu") return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  if (name == "tanhShrink") return x - std::tanh(x);
  return x;
}

// Rows [first, first + count) of v, normalised, scaled and shifted as the norm's parameters from there on say.
inline void normalizeReference(std::vector<double>& v, int first, int count, const Array& scale, const Array& shift,
                               int parameter) {
  double mean = 0, variance = 0;
  for (int i = 0; i < count; ++i) mean += v[first + i] / count;
  for (int i = 0; i < count; ++i) variance += (v[first + i] - mean) * (v[first + i] - mean) / count;
  for (int i = 0; i < count; ++i) {
    v[first + i] =
        (v[first + i] - mean) / std::sqrt(variance + kNormEpsilon) * scale[parameter + i] + shift[parameter + i];
  }
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
          zx[g] = c.given() ? o[0][(t * G + g) * B + b] : at(o[3], g);
          for (int f = 0; f < (c.given() ? 0 : F); ++f) zx[g] += o[0][(t * F + f) * B + b] * o[1][f * G + g];
          zh[g] = product(used, g);
        }
        if (c.norm == "state") normalizeReference(zh, 0, G, o[9], o[10], 0);
        if (c.norm == "gates") {
          for (int g = 0; g < G; ++g) zh[g] += zx[g], zx[g] = 0;
          for (int g = 0; g < 4; ++g) normalizeReference(zh, g * H, H, o[9], o[10], g * H);
        }
        std::vector<double> reset(H), seen(H);
        if (c.gates() == 3) {
          for (int u = 0; u < H; ++u) reset[u] = gate(zx[H + u] + zh[H + u]) * used[u];
        }
        const auto z = [&](int g, int u) { return zx[g * H + u] + zh[g * H + u]; };
        for (int u = 0; u < H; ++u) {
          if (c.cell == "simple") {
            newH[u] = act(z(0, u));
          } else if (c.lstm()) {
            const double i = gate(z(gi, u) + at(o[8], u) * cell[u]);
            const double f = gate(z(gf, u) + c.forgetBias + at(o[8], H + u) * cell[u]);
            double next = f * cell[u] + i * act(z(gg, u));
            if (c.clip > 0) next = std::fmin(c.clip, std::fmax(-c.clip, next));
            newC[u] = next;
          } else {
            const double update = gate(z(0, u)), r1 = gate(z(1, u));
            const double inner = after ? r1 * zh[2 * H + u] : product(reset, 2 * H + u);
            newH[u] = update * h[u] + (1 - update) * act(zx[2 * H + u] + inner);
          }
        }
        if (c.lstm()) {
          seen = newC;
          if (c.normed()) normalizeReference(seen, 0, H, o[9], o[10], G);
          if (c.norm == "gates") newC = seen;
          for (int u = 0; u < H; ++u) newH[u] = gate(z(go, u) + at(o[8], 2 * H + u) * newC[u]) * act(seen[u]);
        }
        const auto zoned = [&](const Array& mask, double take, const std::vector<double>& old,
                               std::vector<double>& now) {
          for (int u = 0; u < H; ++u) {
            const double part = mask.value.present ? mask[s * state + u * B + b] != 0 : take;
            now[u] = part * now[u] + (1 - part) * old[u];
          }
        };
        zoned(o[12], c.takeH, h, newH);
        zoned(o[13], c.takeC, cell, newC);
        h = newH;
        cell = newC;
      }
      for (int u = 0; u < H; ++u) {
        r.hs[s * state + u * B + b] = h[u];
        r.cs[s * state + u * B + b] = cell[u];
        if (c.stateDropout) h[u] *= o[11][(c.stateDropout == 2 ? s * state : 0) + u * B + b];
      }
    }
    for (int u = 0; u < H; ++u) r.hLast[u * B + b] = h[u], r.cLast[u * B + b] = cell[u];
  }
  return r;
}

}  // namespace seqnn
