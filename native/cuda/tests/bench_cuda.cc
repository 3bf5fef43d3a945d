// Milliseconds of one forward and one backward run of a recurrent layer on the GPU, per form and shape. Not part of the
// tests; build the target bench_cuda.

#include <chrono>

#include "tests/rnn_reference.h"

namespace seqnn {
namespace {

// A kernel with its operands on the device, ready to be run many times.
class Ready {
 public:
  Ready(const FakeNode& node, const std::vector<Array>& operands, const std::vector<Dims>& outputs,
        FakeDevice::Pool& pool)
      : kernel_(node.create("cuda")), pool_(pool) {
    for (const Array& array : operands) inputs_.push_back(array.value.present ? place(array.bytes.size()) : -1);
    for (size_t i = 0; i < operands.size(); ++i) {
      if (inputs_[i] >= 0)
        std::memcpy(table_[static_cast<size_t>(inputs_[i])], operands[i].bytes.data(), operands[i].bytes.size());
    }
    for (const Dims& dims : outputs)
      outputs_.push_back(dims.empty() ? -1 : place(static_cast<size_t>(shapeOf(dims).size()) * sizeof(float)));
    kernel_->inputs = inputs_.data();
    kernel_->outputs = outputs_.data();
    workspace_ = static_cast<char*>(FakeDevice::take(kernel_->workspace + 64));
  }
  ~Ready() {
    for (void* memory : table_) FakeDevice::give(memory);
    FakeDevice::give(workspace_);
  }
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;

  // The shortest of five rounds, per run.
  double milliseconds(int runs) {
    Context context{pool_};
    const Call call{table_.data(), workspace_, context};
    double best = 1e9;
    for (int round = 0; round < 6; ++round) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < runs; ++i) kernel_->run(call);
      FakeDevice::finish(pool_);
      const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
      if (round > 0) best = std::min(best, spent.count() / runs);
    }
    return best;
  }

 private:
  int place(size_t bytes) {
    table_.push_back(FakeDevice::take(bytes + 64));
    return static_cast<int>(table_.size()) - 1;
  }
  std::unique_ptr<Kernel> kernel_;
  FakeDevice::Pool& pool_;
  std::vector<void*> table_;
  std::vector<int> inputs_, outputs_;
  char* workspace_;
};

FakeNode layer(const char* op, const RnnCase& c) {
  FakeNode node(op);
  node.word("cell", c.cell).word("activation", "tanh").word("recurrentActivation", "sigmoid").word("order", "ifco");
  return node;
}

struct Layer {
  int steps, batch, units;
};

void measure(const RnnCase& c, int runs, FakeDevice::Pool& pool) {
  const Dims states{c.T, c.H, c.B}, reserve{c.T, c.reserve(), c.H, c.B};
  const bool keeps = c.reserve() > 0;
  RnnOperands operands = randomOperands(c, DType::f32, 1);
  const std::vector<Dims> outputs{states, {}, c.lstm() ? states : Dims(), {}, keeps ? reserve : Dims()};
  const auto add = [](FakeNode& node, const std::vector<Array>& inputs, const std::vector<Dims>& results) {
    for (const Array& array : inputs) node.in(array);
    for (const Dims& dims : results) {
      if (dims.empty()) {
        node.skipOut();
      } else {
        node.out(DType::f32, dims);
      }
    }
  };
  FakeNode forward = layer("rnn", c);
  add(forward, operands, outputs);
  const double ahead = Ready(forward, operands, outputs, pool).milliseconds(runs);

  std::vector<Array> kept = operands;
  const auto random = [](const Dims& dims) { return Array::random(DType::f32, dims, 3, 0.1, 0.9); };
  kept.push_back(random(states));
  kept.push_back(c.lstm() ? random(states) : Array());
  kept.push_back(keeps ? random(reserve) : Array());
  kept.push_back(Array());  // no norms
  kept.push_back(random(states));
  const int bias = c.columns() * (c.cell == "gruResetAfter" ? 2 : 1);
  const std::vector<Dims> gradients{{c.T, c.F, c.B}, {c.F, c.columns()}, {c.H, c.columns()}, {bias}};
  FakeNode backward = layer("rnnGrad", c);
  add(backward, kept, gradients);
  const double back = Ready(backward, kept, gradients, pool).milliseconds(runs);
  std::printf("%-14s T %3d B %3d F %4d H %4d  forward %8.3f ms  backward %8.3f ms\n", c.cell.c_str(), c.T, c.B, c.F,
              c.H, ahead, back);
}

}  // namespace
}  // namespace seqnn

int main(int argc, char** argv) {
  using namespace seqnn;
  try {
    const int runs = argc > 1 ? std::atoi(argv[1]) : 20;
    const std::unique_ptr<FakeDevice::Pool> pool(FakeDevice::newPool(1));
    for (const char* cell : {"simple", "lstm", "gruResetAfter"}) {
      for (const Layer& s : {Layer{50, 32, 20}, Layer{100, 64, 128}, Layer{100, 128, 1024}}) {
        RnnCase c;
        c.cell = cell;
        c.T = s.steps;
        c.B = s.batch;
        c.F = c.H = s.units;
        if (!cuda::kEmulated || c.H <= 20) measure(c, runs, *pool);
      }
    }
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
