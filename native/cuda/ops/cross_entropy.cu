// Crossentropy of logits along one axis, against probabilities or (flag sparse) class numbers; operands as in
// cpu/ops/cross_entropy.cc. A class number out of range gives NaN and fails the run at its end.

#include "cuda/rows.h"

namespace seqnn {
namespace cuda {
namespace {

struct Config {
  AxisView view;
  bool sparse, probabilities;
};

template <class T>
struct LossBody {
  const T* logits;
  const T* target;       // null with labels
  const int32_t* label;  // null with probabilities as target
  T *loss, *probabilities;
  Fault* fault;

  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    T top = static_cast<T>(-INFINITY);
    row.each([&](int64_t, int64_t at) { top = nanMax<T>(top, logits[at]); });
    top = row.greatest(top);
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += vexp<T>(logits[at] - top); });
    sum = row.sum(sum);
    if (probabilities) row.each([&](int64_t, int64_t at) { probabilities[at] = vexp<T>(logits[at] - top) / sum; });
    const T logSum = vlog<T>(sum);
    T value = 0;
    if (label) {
      const int32_t c = label[row.number];
      const bool inside = c >= 0 && c < row.count;
      value = inside ? logSum - (logits[row.offset + c * row.stride] - top) : static_cast<T>(NAN);
      if (!inside && row.leads()) reportFault(fault, FaultKind::label, c, row.number, row.count);
    } else {
      row.each([&](int64_t, int64_t at) {
        // A class without weight costs nothing, even where its logit is -infinity.
        const T t = target[at];
        if (t != 0) value += t * (logSum - (logits[at] - top));
      });
      value = row.sum(value);
    }
    if (row.leads()) loss[row.number] = value;
  }
};

template <class T>
struct GradBody {
  const T* probabilities;
  const T* target;
  const int32_t* label;
  const T* dloss;
  T* dlogits;
  Fault* fault;

  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T scale = dloss[row.number];
    if (label) {
      const int32_t c = label[row.number];
      if ((c < 0 || c >= row.count) && row.leads()) reportFault(fault, FaultKind::label, c, row.number, row.count);
      row.each([&](int64_t k, int64_t at) { dlogits[at] = probabilities[at] * scale - (k == c ? scale : T(0)); });
      return;
    }
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += target[at]; });
    sum = row.sum(sum);
    row.each([&](int64_t, int64_t at) { dlogits[at] = (probabilities[at] * sum - target[at]) * scale; });
  }
};

template <class T>
class CrossEntropy final : public Kernel {
 public:
  explicit CrossEntropy(const Config& config) : config_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const bool sparse = config_.sparse;
    eachRow<T>(queue, config_.view,
               LossBody<T>{in<T>(call, 0), sparse ? nullptr : in<T>(call, 1), sparse ? in<int32_t>(call, 1) : nullptr,
                           out<T>(call, 0), config_.probabilities ? out<T>(call, 1) : nullptr, queue.fault()});
  }

 private:
  Config config_;
};

template <class T>
class CrossEntropyGrad final : public Kernel {
 public:
  explicit CrossEntropyGrad(const Config& config) : config_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const bool sparse = config_.sparse;
    eachRow<T>(queue, config_.view,
               GradBody<T>{in<T>(call, 0), sparse ? nullptr : in<T>(call, 1), sparse ? in<int32_t>(call, 1) : nullptr,
                           in<T>(call, 2), out<T>(call, 0), queue.fault()});
  }

 private:
  Config config_;
};

Config configOf(const Node& node, const Value& logits) {
  const Config config{viewAround(logits.shape, axisOf(node, logits.shape)), node.flag("sparse"),
                      node.output(1).present};
  if (config.sparse) {
    expectInput(node, 1, "the labels", DType::i32, config.view.rows());
  } else {
    expectInput(node, 1, "the target", logits.dtype, config.view.size());
  }
  return config;
}

}  // namespace

Kernel* create_softmaxCrossEntropy(const Node& node) {
  const Value& logits = present(node, 0);
  const Config config = configOf(node, logits);
  expectOutput(node, 0, "the loss", logits.dtype, config.view.rows());
  if (config.probabilities) expectOutput(node, 1, "the probabilities", logits.dtype, config.view.size());
  return newFloating<CrossEntropy>(node, logits.dtype, config);
}

Kernel* create_softmaxCrossEntropyGrad(const Node& node) {
  const Value& probabilities = present(node, 0);
  const Config config = configOf(node, probabilities);
  expectInput(node, 2, "dloss", probabilities.dtype, config.view.rows());
  expectOutput(node, 0, "dlogits", probabilities.dtype, config.view.size());
  return newFloating<CrossEntropyGrad>(node, probabilities.dtype, config);
}

}  // namespace cuda
}  // namespace seqnn
