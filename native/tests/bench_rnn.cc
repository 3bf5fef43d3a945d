// Times the recurrent kernels: forward with a reserve and backward with all weight gradients, as one training layer
// costs. Usage: bench_rnn [isa] [threads]

#include <chrono>
#include <cstdio>

#include "runtime/machine.h"
#include "runtime/packs.h"
#include "tests/fake_node.h"

namespace seqnn {
namespace {

struct Layer {
  const char* cell;
  int gates, reserve, H, B, T, F;
};
constexpr Layer kLayers[] = {
    {"simple", 1, 0, 20, 16, 50, 20},
    {"lstm", 4, 5, 20, 16, 50, 20},
    {"gruResetAfter", 3, 4, 20, 16, 50, 20},
    {"simple", 1, 0, 20, 32, 50, 1},
    {"simple", 1, 0, 20, 32, 50, 20},
    {"lstm", 4, 5, 20, 32, 50, 1},
    {"lstm", 4, 5, 20, 32, 50, 20},
    {"gru", 3, 3, 20, 32, 50, 20},
    {"gruResetAfter", 3, 4, 20, 32, 50, 1},
    {"gruResetAfter", 3, 4, 20, 32, 50, 20},
    {"simple", 1, 0, 150, 150, 8, 8},
    {"lstm", 4, 5, 128, 64, 100, 32},
    {"gruResetAfter", 3, 4, 128, 64, 100, 32},
    {"gru", 3, 3, 128, 64, 100, 32},
    {"lstm", 4, 5, 512, 64, 50, 128},
    {"lstm", 4, 5, 20, 1, 50, 1},
    {"lstm", 4, 5, 50, 1, 60, 1},
    {"lstm", 4, 5, 50, 4, 60, 8},
    {"gruResetAfter", 3, 4, 20, 1, 50, 1},
    {"simple", 1, 0, 20, 1, 50, 1},
    {"simple", 1, 0, 20, 1, 50, 20},
    {"gruResetAfter", 3, 4, 40, 1, 50, 40},
    {"gruResetAfter", 3, 4, 60, 1, 50, 1},
    {"gruResetAfter", 3, 4, 60, 1, 50, 60},
    {"lstm", 4, 5, 512, 1, 50, 128},
};

// A created kernel with buffers of its own.
class Bound {
 public:
  Bound(const FakeNode& node, const char* isa, const std::vector<Array>& values) : kernel_(node.create(isa)) {
    const auto add = [&](const Value& value, const char* bytes) {
      if (!value.present) return -1;
      const size_t size = bytesOf(value);
      buffers_.push_back(std::make_unique<GuardedBuffer>(size, 0));
      if (bytes) std::memcpy(buffers_.back()->data(), bytes, size);
      table_.push_back(buffers_.back()->data());
      return static_cast<int>(table_.size()) - 1;
    };
    for (int i = 0; i < node.inputs(); ++i)
      in_.push_back(add(node.input(i), values[static_cast<size_t>(i)].bytes.data()));
    for (int i = 0; i < node.outputs(); ++i) out_.push_back(add(node.output(i), nullptr));
    kernel_->inputs = in_.data();
    kernel_->outputs = out_.data();
    space_ = std::make_unique<GuardedBuffer>(kernel_->workspace, 0);
  }

  double milliseconds(ThreadPool& pool) {
    Context context{pool, nullptr, nullptr, &packs_};
    const Call call{table_.data(), space_->data(), context};
    double best = 1e300, spent = 0;
    for (int repeat = 0; repeat < 5 || spent < 300; ++repeat) {
      const auto start = std::chrono::steady_clock::now();
      kernel_->run(call);
      const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
      best = std::min(best, ms);
      spent += ms;
    }
    return best;
  }

 private:
  std::unique_ptr<Kernel> kernel_;
  std::vector<std::unique_ptr<GuardedBuffer>> buffers_;
  std::vector<void*> table_;
  std::vector<int> in_, out_;
  std::unique_ptr<GuardedBuffer> space_;
  Packs packs_;
};

void time(const Layer& l, const char* isa, ThreadPool& pool) {
  const DType f32 = DType::f32;
  const int columns = l.gates * l.H;
  const bool lstm = l.reserve == 5, twoBiases = l.reserve == 4;
  std::vector<Array> values(14);
  values[0] = Array::random(f32, {l.T, l.F, l.B}, 1);
  values[1] = Array::random(f32, {l.F, columns}, 2, -0.1, 0.1);
  values[2] = Array::random(f32, {l.H, columns}, 3, -0.1, 0.1);
  values[3] = Array::random(f32, twoBiases ? Dims{2, columns} : Dims{columns}, 4, -0.1, 0.1);
  const auto start = [&](const char* op) {
    FakeNode node(op);
    for (const Array& value : values) node.in(value);
    node.word("cell", l.cell);
    return node;
  };
  const auto outputs = [&](FakeNode& node, bool training) {
    node.out(f32, {l.T, l.H, l.B}).skipOut();
    if (lstm) node.out(f32, {l.T, l.H, l.B});
    if (!lstm) node.skipOut();
    node.skipOut();
    if (training && l.reserve > 0) node.out(f32, {l.T, l.reserve, l.H, l.B});
    return node;
  };
  FakeNode predict = start("rnn"), forward = start("rnn");
  outputs(predict, false).last(1).last(2);
  outputs(forward, true);
  const double predictMs = Bound(predict, isa, values).milliseconds(pool);
  const double forwardMs = Bound(forward, isa, values).milliseconds(pool);

  const std::vector<Array> y = forward.run(isa);
  const size_t shared = values.size();
  values.push_back(y[0]);
  values.push_back(y[2]);
  values.push_back(y.size() > 4 ? y[4] : Array());
  values.push_back(Array());  // no norms
  values.push_back(Array::random(f32, {l.T, l.H, l.B}, 5));
  FakeNode backward = start("rnnGrad");
  backward.out(f32, {l.T, l.F, l.B})
      .out(f32, {l.F, columns})
      .out(f32, {l.H, columns})
      .out(f32, twoBiases ? Dims{2, columns} : Dims{columns});
  for (int i = 4; i < 9; ++i) backward.skipOut();
  backward.out(f32, y.size() > 4 ? Dims{l.T, int(y[4].size() / (l.T * l.H * l.B)), l.H, l.B} : Dims{l.T, 1, l.H, l.B});
  const double backwardMs = Bound(backward, isa, values).milliseconds(pool);
  values.resize(shared);
  const double gflop = 3 * 2e-9 * l.T * l.B * columns * (l.F + l.H);
  std::printf(
      "%-14s H%-4d B%-4d T%-4d F%-4d predict %8.4f  forward %8.4f  backward %8.4f  train %8.4f ms  %6.1f GFLOP/s\n",
      l.cell, l.H, l.B, l.T, l.F, predictMs, forwardMs, backwardMs, forwardMs + backwardMs,
      gflop / (forwardMs + backwardMs) * 1e3);
}

}  // namespace
}  // namespace seqnn

int main(int argc, char** argv) {
  const char* isa = argc > 1 ? argv[1] : seqnn::usableIsas()[0];
  seqnn::ThreadPool pool(argc > 2 ? std::atoi(argv[2]) : 2);
  seqnn::FlushDenormals flush;
  std::printf("%s, %d threads\n", isa, pool.threads());
  for (const seqnn::Layer& layer : seqnn::kLayers) seqnn::time(layer, isa, pool);
}
