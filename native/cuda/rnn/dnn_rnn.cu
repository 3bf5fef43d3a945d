// rnn and rnnGrad by cuDNN (operands and attributes as in cpu/ops/rnn.cc and rnn_grad.cc).
//
// What cuDNN keeps for a gradient is opaque and of a size of its own, and the op's results are not: `reserve` and c of
// every step have a layout that each form reads and writes. So a forward pass that must give those is not taken, and
// the gradient runs cuDNN's training forward once more, into its own workspace, before it goes back.

#include "cuda/rnn/dnn_pack.h"
#include "cuda/rnn/dnn_rnn.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
class DnnRnnKernel final : public OptionalOperands {
 public:
  DnnRnnKernel(const Node& node, const RnnConfig& config, DnnPass pass)
      : OptionalOperands(node), c_(config), pass_(pass), layer_(config, node.floating(), pass) {
    form = "cudnn";
    x_ = take(bytes(c_.T, c_.F));
    y_ = take(bytes(c_.T, c_.H));
    for (size_t* state : {&h0_, &c0_, &hLast_, &cLast_}) *state = take(bytes(1, c_.H));
    weights_ = take(layer_.weightBytes());
    work_ = take(layer_.workBytes());
    reserve_ = take(layer_.reserveBytes());
    if (pass == DnnPass::inference) return;
    dx_ = take(bytes(c_.T, c_.F));
    dy_ = take(bytes(c_.T, c_.H));
    for (size_t* state : {&dh0_, &dc0_}) *state = take(bytes(1, c_.H));
    dWeights_ = take(layer_.weightBytes());
  }

  void run(const Call& call) override {
    const Operands in = {turned(call, kX, c_.T, c_.F, x_, c_.reverse), turned(call, kH0, 1, c_.H, h0_),
                         c_.lstm() ? turned(call, kC0, 1, c_.H, c0_) : nullptr};
    forward(call, in);
    if (pass_ == DnnPass::training) return backward(call, in);
    turnBack(call, kHs, c_.T, c_.H, y_);
    turnBack(call, kHLast, 1, c_.H, hLast_);
    if (c_.lstm()) turnBack(call, kCLast, 1, c_.H, cLast_);
  }

 private:
  // As cuDNN reads them.
  struct Operands {
    const T *x, *h0, *c0;
  };

  void forward(const Call& call, const Operands& in) const {
    Queue& queue = queueOf(call);
    const T* bias = given<T>(call, kBias);
    const T* stateBias = bias && c_.kind == CellKind::gruResetAfter ? bias + c_.columns() : nullptr;
    const DnnGates<T> gates = gatesIn<T>(queue, layer_, c_, at(call, weights_));
    forEach(queue, gates.size(),
            PackWeights<T>{gates, {given<T>(call, kKernel), given<T>(call, kRecurrent), bias, stateBias}});
    layer_.forward(queue, spaces(call), in.x, in.h0, in.c0, at(call, y_), at(call, hLast_),
                   c_.lstm() ? at(call, cLast_) : nullptr);
  }

  void backward(const Call& call, const Operands& in) const {
    Queue& queue = queueOf(call);
    // The last states themselves are not wanted here: what comes back to them takes their places.
    const T* dhLast = turned(call, kDHLast, 1, c_.H, hLast_);
    const T* dcLast = c_.lstm() ? turned(call, kDCLast, 1, c_.H, cLast_) : nullptr;
    if (!turned(call, kDHs, c_.T, c_.H, dy_)) clear(queue.stream(), at(call, dy_), bytes(c_.T, c_.H));
    clear(queue.stream(), at(call, dWeights_), layer_.weightBytes());
    layer_.backward(queue, spaces(call), in.x, in.h0, in.c0, at(call, y_), at(call, dy_), dhLast, dcLast, at(call, dx_),
                    at(call, dh0_), c_.lstm() ? at(call, dc0_) : nullptr, at(call, dWeights_));
    turnBack(call, kDX, c_.T, c_.F, dx_, c_.reverse);
    turnBack(call, kDH0, 1, c_.H, dh0_);
    if (c_.lstm()) turnBack(call, kDC0, 1, c_.H, dc0_);
    T* dBias = wanted<T>(call, kDBias);
    T* dStateBias = dBias && c_.kind == CellKind::gruResetAfter ? dBias + c_.columns() : nullptr;
    const DnnGates<T> gates = gatesIn<T>(queue, layer_, c_, at(call, dWeights_));
    forEach(queue, gates.size(),
            UnpackGradients<T>{gates, {wanted<T>(call, kDKernel), wanted<T>(call, kDRecurrent), dBias, dStateBias}});
  }

  // The workspace begins at cudaMalloc's alignment, which a program's memory does not promise.
  static constexpr size_t kAlign = 256;
  size_t take(size_t bytes) {
    const size_t at = workspace == 0 ? kAlign : workspace;
    workspace = at + alignUp(bytes, kAlign);
    return at;
  }
  static void* at(const Call& call, size_t place) {
    return reinterpret_cast<char*>(reinterpret_cast<uintptr_t>(call.workspace) / kAlign * kAlign) + place;
  }
  DnnSpaces spaces(const Call& call) const { return {at(call, weights_), at(call, work_), at(call, reserve_)}; }
  size_t bytes(int64_t steps, int64_t size) const { return static_cast<size_t>(steps * size * c_.B) * sizeof(T); }

  // An operand [steps, size, B] at its place as [steps, B, size]; null where it was left out.
  const T* turned(const Call& call, int i, int64_t steps, int64_t size, size_t place, bool reverse = false) const {
    const T* from = given<T>(call, i);
    if (!from) return nullptr;
    T* to = static_cast<T*>(at(call, place));
    turnSteps<T>(queueOf(call), from, to, steps, c_.B, size, reverse);
    return to;
  }
  // The other way round, into a result that is wanted.
  void turnBack(const Call& call, int i, int64_t steps, int64_t size, size_t place, bool reverse = false) const {
    if (T* to = wanted<T>(call, i))
      turnSteps<T>(queueOf(call), static_cast<const T*>(at(call, place)), to, steps, size, c_.B, reverse);
  }

  RnnConfig c_;
  DnnPass pass_;
  DnnLayer layer_;
  size_t x_, y_, h0_, c0_, hLast_, cLast_, weights_, work_, reserve_, dx_ = 0, dy_ = 0, dh0_ = 0, dc0_ = 0,
                                                                      dWeights_ = 0;
};

// Only where it is asked for: it has not been measured yet.
bool asked() {
  const char* wanted = std::getenv("SEQNN_CUDA_RNN");
  return wanted && std::strcmp(wanted, "cudnn") == 0 && dnn().reason.empty();
}

Kernel* create(const Node& node, const RnnConfig& config, DnnPass pass) {
  if (!asked() || !DnnLayer::takes(config)) return nullptr;
  if (node.floating() == DType::f32) return new DnnRnnKernel<float>(node, config, pass);
  return new DnnRnnKernel<double>(node, config, pass);
}

}  // namespace

Kernel* createDnnRnn(const Node& node, const RnnConfig& config) {
  const bool keeps = node.output(kReserve).present || (config.lstm() && node.output(kCs).present);
  return keeps ? nullptr : create(node, config, DnnPass::inference);
}

Kernel* createDnnRnnGrad(const Node& node, const RnnConfig& config) {
  return node.input(kDCs).present ? nullptr : create(node, config, DnnPass::training);
}

}  // namespace cuda
}  // namespace seqnn
