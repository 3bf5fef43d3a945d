// Softmax and its logarithm along one axis (attr axis), and their gradients from the outputs.

#include "cpu/ops/softmax_config.h"
#include "cuda/rows.h"

namespace seqnn {
namespace cuda {
namespace {

// x -> y
template <class T, bool logarithm>
struct ForwardBody {
  static constexpr int kInputs = 1;
  const T* in[kInputs];
  T* y;
  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T* x = in[0];
    const T top = highest(row, x);
    T sum = 0;
    if constexpr (logarithm) {
      row.each([&](int64_t, int64_t at) { sum += vexp<T>(x[at] - top); });
      const T logSum = vlog<T>(row.sum(sum));
      row.each([&](int64_t, int64_t at) { y[at] = (x[at] - top) - logSum; });
    } else {
      row.each([&](int64_t, int64_t at) { sum += y[at] = vexp<T>(x[at] - top); });
      sum = row.sum(sum);
      row.each([&](int64_t, int64_t at) { y[at] = y[at] / sum; });
    }
  }
};

// y, dy -> dx
template <class T, bool logarithm>
struct BackwardBody {
  static constexpr int kInputs = 2;
  const T* in[kInputs];
  T* dx;
  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T *y = in[0], *dy = in[1];
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += logarithm ? dy[at] : y[at] * dy[at]; });
    sum = row.sum(sum);
    row.each([&](int64_t, int64_t at) { dx[at] = logarithm ? dy[at] - vexp<T>(y[at]) * sum : y[at] * (dy[at] - sum); });
  }
};

template <class T, class Body>
class AlongRows final : public Kernel {
 public:
  explicit AlongRows(const AxisView& view) : view_(view) {}
  void run(const Call& call) override {
    Body body{{}, out<T>(call, 0)};
    for (int i = 0; i < Body::kInputs; ++i) body.in[i] = in<T>(call, i);
    eachRow<T>(queueOf(call), view_, body);
  }

 private:
  AxisView view_;
};
template <class T>
using Softmax = AlongRows<T, ForwardBody<T, false>>;
template <class T>
using LogSoftmax = AlongRows<T, ForwardBody<T, true>>;
template <class T>
using SoftmaxGrad = AlongRows<T, BackwardBody<T, false>>;
template <class T>
using LogSoftmaxGrad = AlongRows<T, BackwardBody<T, true>>;

}  // namespace

Kernel* create_softmax(const Node& node) { return newSoftmax<Softmax>(node, 1); }
Kernel* create_logSoftmax(const Node& node) { return newSoftmax<LogSoftmax>(node, 1); }
Kernel* create_softmaxGrad(const Node& node) { return newSoftmax<SoftmaxGrad>(node, 2); }
Kernel* create_logSoftmaxGrad(const Node& node) { return newSoftmax<LogSoftmaxGrad>(node, 2); }

}  // namespace cuda
}  // namespace seqnn
