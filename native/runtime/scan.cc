#include "runtime/scan.h"

#include <vector>

#include "runtime/body_kernels.h"
#include "runtime/bytes.h"
#include "runtime/device.h"

namespace seqnn {
namespace {

void copyState(const Context& context, void* to, const void* from, size_t bytes) {
  if (context.device) {
    context.device->copy(to, from, bytes);
  } else {
    copyBytes(to, from, bytes);
  }
}

class Scan final : public Kernel {
 public:
  Scan(const Node& node, const KernelTable& kernels) : frame_(node.body(0), kernels, constantsOf(node)) {
    steps_ = node.integer("steps", -1);
    stacked_ = static_cast<size_t>(node.integer("stacked", 0));
    states_ = static_cast<size_t>(node.integer("states", 0));
    constants_ = static_cast<size_t>(node.integer("constants", 0));
    reverse_ = node.flag("reverse");
    const Program& body = node.body(0);
    const size_t inputs = static_cast<size_t>(node.inputs()), outputs = static_cast<size_t>(node.outputs());
    if (steps_ < 0 || stacked_ + states_ + constants_ != inputs || outputs < states_)
      fail("scan: its operand counts do not add up");
    ys_ = outputs - states_;
    if (body.outputs.size() != states_ || body.parameters > stacked_ + states_ + constants_ + ys_) {
      fail("scan: the body has %zu outputs and %zu parameters", body.outputs.size(), body.parameters);
    }
    if (body.variables != 0) fail("scan: the body refers to a variable");
    for (size_t i = 0; i < stacked_; ++i) stride(node.input(static_cast<int>(i)));
    for (size_t i = 0; i < states_; ++i) state(node, static_cast<int>(i));
    for (size_t i = 0; i < ys_; ++i) stride(node.output(static_cast<int>(states_ + i)));
    if (steps_ > 0) checkParameters("scan", body, rooms(node));
    workspace = frame_.bytes() + stateBytes_;
    form = "scan";
    inner = &frame_;
  }

  void run(const Call& call) override {
    char* const states = call.workspace + frame_.bytes();
    frame_.bind(call.workspace, nullptr, call.context.constants);
    size_t at = 0;
    for (size_t i = 0; i < states_; ++i) {
      if (const char* from = in<char>(call, static_cast<int>(stacked_ + i)))
        copyState(call.context, states + at, from, stateSizes_[i]);
      frame_.setParameter(stacked_ + i, states + at);
      at += alignUp(stateSizes_[i]);
    }
    for (size_t i = 0; i < constants_; ++i) {
      const size_t k = stacked_ + states_ + i;
      frame_.setParameter(k, const_cast<char*>(in<char>(call, static_cast<int>(k))));
    }
    for (int64_t s = 0; s < steps_; ++s) {
      const size_t row = static_cast<size_t>(reverse_ ? steps_ - 1 - s : s);
      for (size_t i = 0; i < stacked_; ++i)
        frame_.setParameter(i, const_cast<char*>(in<char>(call, static_cast<int>(i))) + row * strides_[i]);
      for (size_t i = 0; i < ys_; ++i) {
        frame_.setParameter(stacked_ + states_ + constants_ + i,
                            out<char>(call, static_cast<int>(states_ + i)) + row * strides_[stacked_ + i]);
      }
      frame_.run(call.context, s == 0);
      at = 0;
      for (size_t i = 0; i < states_; ++i) {
        copyState(call.context, states + at, frame_.data(frame_.program().outputs[i]), stateSizes_[i]);
        at += alignUp(stateSizes_[i]);
      }
    }
    at = 0;
    for (size_t i = 0; i < states_; ++i) {
      if (char* to = out<char>(call, static_cast<int>(i))) copyState(call.context, to, states + at, stateSizes_[i]);
      at += alignUp(stateSizes_[i]);
    }
  }

 private:
  static FixedParameters constantsOf(const Node& node) {
    const size_t from =
        static_cast<size_t>(node.integer("stacked", 0)) + static_cast<size_t>(node.integer("states", 0));
    return {from, from + static_cast<size_t>(node.integer("constants", 0))};
  }

  void stride(const Value& value) {
    if (!value.present || value.shape.rank == 0 || value.shape.dim[0] != steps_)
      fail("scan: a stacked operand does not have %lld steps", static_cast<long long>(steps_));
    strides_.push_back(steps_ == 0 ? 0 : bytesOf(value) / static_cast<size_t>(steps_));
  }

  // Bytes behind each parameter of the body.
  std::vector<size_t> rooms(const Node& node) const {
    const auto ys = strides_.begin() + static_cast<std::ptrdiff_t>(stacked_);
    std::vector<size_t> all(strides_.begin(), ys);
    all.insert(all.end(), stateSizes_.begin(), stateSizes_.end());
    for (size_t i = 0; i < constants_; ++i)
      all.push_back(bytesOf(node.input(static_cast<int>(stacked_ + states_ + i))));
    all.insert(all.end(), ys, strides_.end());
    return all;
  }

  void state(const Node& node, int i) {
    const Value& first = node.input(static_cast<int>(stacked_) + i);
    if (!first.present) fail("scan: state %d is missing", i);
    stateSizes_.push_back(bytesOf(first));
    stateBytes_ += alignUp(stateSizes_.back());
    const Value& next = node.body(0).buffers[static_cast<size_t>(node.body(0).outputs[static_cast<size_t>(i)])].value;
    const Value& last = node.output(i);
    if (bytesOf(next) != stateSizes_.back() || (last.present && bytesOf(last) != stateSizes_.back()))
      fail("scan: state %d changes its size", i);
  }

  Frame frame_;
  int64_t steps_;
  size_t stacked_, states_, constants_, ys_;
  bool reverse_;
  std::vector<size_t> strides_;  // bytes per step: of the stacked inputs, then of the stacked outputs
  std::vector<size_t> stateSizes_;
  size_t stateBytes_ = 0;
};

}  // namespace

std::unique_ptr<Kernel> createScan(const Node& node, const KernelTable& kernels) {
  return std::make_unique<Scan>(node, kernels);
}

}  // namespace seqnn
