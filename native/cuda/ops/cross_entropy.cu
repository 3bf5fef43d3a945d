// Crossentropy of logits along one axis, against probabilities or class numbers, and its gradient. A class number out
// of range gives NaN and fails the run at its end.

#include "cpu/ops/softmax_config.h"
#include "cuda/rows.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
struct LossBody {
  const T* logits;
  const T* target;       // null with labels
  const int32_t* label;  // null with probabilities as target
  T *loss, *probabilities;
  Fault* fault;

  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T top = highest(row, logits);
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
  explicit CrossEntropy(const CrossEntropyConfig& config) : config_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const bool sparse = config_.sparse;
    eachRow<T>(queue, config_.view,
               LossBody<T>{in<T>(call, 0), sparse ? nullptr : in<T>(call, 1), sparse ? in<int32_t>(call, 1) : nullptr,
                           out<T>(call, 0), config_.probabilities ? out<T>(call, 1) : nullptr, queue.fault()});
  }

 private:
  CrossEntropyConfig config_;
};

template <class T>
class CrossEntropyGrad final : public Kernel {
 public:
  explicit CrossEntropyGrad(const CrossEntropyConfig& config) : config_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const bool sparse = config_.sparse;
    eachRow<T>(queue, config_.view,
               GradBody<T>{in<T>(call, 0), sparse ? nullptr : in<T>(call, 1), sparse ? in<int32_t>(call, 1) : nullptr,
                           in<T>(call, 2), out<T>(call, 0), queue.fault()});
  }

 private:
  CrossEntropyConfig config_;
};

}  // namespace

Kernel* create_softmaxCrossEntropy(const Node& node) {
  return newFloating<CrossEntropy>(node, node.input(0).dtype, crossEntropyConfig(node));
}
Kernel* create_softmaxCrossEntropyGrad(const Node& node) {
  return newFloating<CrossEntropyGrad>(node, node.input(0).dtype, crossEntropyGradConfig(node));
}

}  // namespace cuda
}  // namespace seqnn
