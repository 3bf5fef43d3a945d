// The recurrent layers by cuDNN: against plain loops, and their gradients against those of the own kernels.

#include "cuda/dnn.h"

#include <cstdlib>

#include "tests/rnn_reference.h"

namespace seqnn {
namespace {

// SEQNN_CUDA_RNN while it lives.
class Forms {
 public:
  explicit Forms(const char* form) {
    if (const char* before = std::getenv(kName)) before_ = before;
    setenv(kName, form, 1);
  }
  ~Forms() {
    if (before_.empty()) {
      unsetenv(kName);
    } else {
      setenv(kName, before_.c_str(), 1);
    }
  }
  Forms(const Forms&) = delete;
  Forms& operator=(const Forms&) = delete;

 private:
  static constexpr const char* kName = "SEQNN_CUDA_RNN";
  std::string before_;
};

class CudaDnn : public testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    if (!cuda::findDnn(&reason)) GTEST_SKIP() << "no cuDNN: " << reason;
  }
};

std::string formOf(const FakeNode& node) { return std::unique_ptr<Kernel>(node.create("cuda"))->form; }

std::vector<RnnCase> cases() {
  std::vector<RnnCase> all;
  const int sizes[][4] = {{1, 1, 1, 1}, {4, 1, 3, 20}, {5, 17, 5, 9}, {3, 35, 20, 4}};
  for (const char* cell : {"simple", "lstm", "gruResetAfter"}) {
    for (const auto& size : sizes) {
      RnnCase c;
      c.cell = cell, c.T = size[0], c.B = size[1], c.F = size[2], c.H = size[3];
      all.push_back(c);
      c.bias = false;
      all.push_back(c);
      c.bias = c.reverse = c.initial = true;
      if (c.cell == "simple") c.activation = "relu";
      if (c.lstm()) c.order = "ijfo";
      all.push_back(c);
    }
  }
  return all;
}

// What a prediction asks for: h of all steps and the last states.
FakeNode forwardNode(const RnnCase& c, DType dtype) {
  FakeNode node = nodeOf("rnn", c, randomOperands(c, dtype, 7));
  node.out(dtype, {c.T, c.H, c.B}).out(dtype, {c.H, c.B}).skipOut();
  if (c.lstm()) node.out(dtype, {c.H, c.B});
  return node;
}

TEST_F(CudaDnn, ForwardMatchesPlainLoops) {
  const Forms asked("cudnn");
  for (const RnnCase& c : cases()) {
    SCOPED_TRACE(c.describe());
    for (const DType dtype : kFloating) {
      const FakeNode node = forwardNode(c, dtype);
      ASSERT_EQ(formOf(node), "cudnn");
      const RnnResult expected = rnnReference(c, randomOperands(c, dtype, 7));
      const std::vector<Array> y = node.run("cuda", 1, 2);
      const double tolerance = 40 * epsilonOf(dtype);
      expectNear(y[0], expected.hs, tolerance);
      expectNear(y[1], expected.hLast, tolerance);
      if (c.lstm()) expectNear(y[3], expected.cLast, tolerance);
    }
  }
}

// All gradients, from those of h of every step or of the last states, or of both.
struct Backward {
  RnnCase c;
  DType dtype;
  bool fromStates, fromLast;

  FakeNode node(const std::vector<Array>& forward) const {
    FakeNode node = nodeOf("rnnGrad", c, randomOperands(c, dtype, 11));
    node.in(forward[0]).in(forward[2]).in(forward[4]).skipIn();
    const auto gradient = [&](bool there, const Dims& dims, unsigned seed) {
      node.in(there ? Array::random(dtype, dims, seed) : Array());
    };
    gradient(fromStates, {c.T, c.H, c.B}, 50);
    gradient(fromLast, {c.H, c.B}, 51);
    node.skipIn();
    gradient(fromLast && c.lstm(), {c.H, c.B}, 52);
    node.out(dtype, {c.T, c.F, c.B}).out(dtype, {c.F, c.columns()}).out(dtype, {c.H, c.columns()});
    const Dims bias = c.cell == "gruResetAfter" ? Dims{2, c.columns()} : Dims{c.columns()};
    const auto wanted = [&](bool there, const Dims& dims) {
      if (there) {
        node.out(dtype, dims);
      } else {
        node.skipOut();
      }
    };
    wanted(c.bias, bias);
    wanted(c.initial, {c.H, c.B});
    wanted(c.initial && c.lstm(), {c.H, c.B});
    return node;
  }

  // What the forward pass of the own kernels keeps.
  std::vector<Array> forward() const {
    FakeNode node = nodeOf("rnn", c, randomOperands(c, dtype, 11));
    node.out(dtype, {c.T, c.H, c.B}).skipOut();
    if (c.lstm()) {
      node.out(dtype, {c.T, c.H, c.B}).skipOut();
    } else {
      node.skipOut().skipOut();
    }
    if (c.reserve() > 0) {
      node.out(dtype, {c.T, c.reserve(), c.H, c.B});
    } else {
      node.skipOut();
    }
    return node.run("cuda");
  }
};

TEST_F(CudaDnn, GradientsAreThoseOfTheOwnKernels) {
  for (const RnnCase& c : cases()) {
    for (const DType dtype : kFloating) {
      for (const int from : {1, 2, 3}) {
        SCOPED_TRACE(c.describe() + " from " + std::to_string(from));
        const Backward backward{c, dtype, (from & 1) != 0, (from & 2) != 0};
        std::vector<Array> kept, expected;
        {
          const Forms own("steps");
          kept = backward.forward();
          expected = backward.node(kept).run("cuda");
        }
        const Forms asked("cudnn");
        const FakeNode node = backward.node(kept);
        ASSERT_EQ(formOf(node), "cudnn");
        const std::vector<Array> got = node.run("cuda", 1, 2);
        for (size_t i = 0; i < got.size(); ++i) {
          if (!got[i].value.present) continue;
          SCOPED_TRACE("gradient " + std::to_string(i));
          const std::vector<double> values = expected[i].doubles();
          double scale = 1;
          for (const double v : values) scale = std::max(scale, std::fabs(v));
          expectNear(got[i], values, 100 * epsilonOf(dtype) * scale);
        }
      }
    }
  }
}

TEST_F(CudaDnn, LeavesTheRestToTheOwnKernels) {
  RnnCase plain;
  plain.cell = "lstm", plain.T = 2, plain.B = 3, plain.F = 2, plain.H = 4;
  EXPECT_NE(formOf(forwardNode(plain, DType::f32)), "cudnn") << "nobody asked";
  const Forms asked("cudnn");
  EXPECT_EQ(formOf(forwardNode(plain, DType::f32)), "cudnn");
  const auto leaves = [&](const char* why, auto change) {
    RnnCase c = plain;
    change(c);
    EXPECT_NE(formOf(forwardNode(c, DType::f32)), "cudnn") << why;
  };
  leaves("mask", [](RnnCase& c) { c.mask = true; });
  leaves("recurrent dropout", [](RnnCase& c) { c.dropout = true; });
  leaves("peepholes", [](RnnCase& c) { c.peephole = true; });
  leaves("clip", [](RnnCase& c) { c.clip = 1; });
  leaves("forget bias", [](RnnCase& c) { c.forgetBias = 1; });
  leaves("activation", [](RnnCase& c) { c.activation = "softsign"; });
  leaves("recurrent activation", [](RnnCase& c) { c.recurrentActivation = "hardSigmoid2"; });
  leaves("norm", [](RnnCase& c) { c.norm = "gates"; });
  leaves("zones", [](RnnCase& c) { c.zones = true; });
  leaves("mean of old and new c", [](RnnCase& c) { c.takeC = 0.5; });
  leaves("state dropout", [](RnnCase& c) { c.stateDropout = 1; });
  leaves("reset before the product", [](RnnCase& c) { c.cell = "gru"; });
  leaves("softsign cell", [](RnnCase& c) { c.cell = "simple", c.activation = "softsign"; });
  for (int RnnCase::*size : {&RnnCase::T, &RnnCase::B, &RnnCase::F, &RnnCase::H})
    leaves("nothing to do", [&](RnnCase& c) { c.*size = 0; });

  const RnnOperands o = randomOperands(plain, DType::f32, 7);
  const Dims states{plain.T, plain.H, plain.B}, reserve{plain.T, plain.reserve(), plain.H, plain.B};
  FakeNode memory = nodeOf("rnn", plain, o), keeps = nodeOf("rnn", plain, o);
  EXPECT_NE(formOf(memory.out(DType::f32, states).skipOut().out(DType::f32, states)), "cudnn") << "c of every step";
  EXPECT_NE(formOf(keeps.out(DType::f32, states).skipOut().skipOut().skipOut().out(DType::f32, reserve)), "cudnn")
      << "reserve";
  FakeNode back = nodeOf("rnnGrad", plain, o);
  const Array state(DType::f32, states);
  back.in(state).in(state).in(Array(DType::f32, reserve)).skipIn().in(state).skipIn().in(state);
  EXPECT_NE(formOf(back.out(DType::f32, {plain.T, plain.F, plain.B})), "cudnn") << "gradient of c of every step";
}

TEST_F(CudaDnn, ErrorsSayWhatWasBeingDone) {
  try {
    cuda::checkDnn(3000, "describing a state");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("gpu: cuDNN: describing a state: "), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace seqnn
