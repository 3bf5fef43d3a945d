// Softmax and its logarithm along one axis (attr axis), and their gradients from the outputs.

#include "cuda/rows.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T, bool across>
__device__ T highest(const Row<T, across>& row, const T* x) {
  T top = static_cast<T>(-INFINITY);
  row.each([&](int64_t, int64_t at) { top = nanMax<T>(top, x[at]); });
  return row.greatest(top);
}

template <class T>
struct SoftmaxBody {
  const T* x;
  T* y;
  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T top = highest(row, x);
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += y[at] = vexp<T>(x[at] - top); });
    sum = row.sum(sum);
    row.each([&](int64_t, int64_t at) { y[at] = y[at] / sum; });
  }
};

template <class T>
struct LogSoftmaxBody {
  const T* x;
  T* y;
  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T top = highest(row, x);
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += vexp<T>(x[at] - top); });
    const T logSum = vlog<T>(row.sum(sum));
    row.each([&](int64_t, int64_t at) { y[at] = (x[at] - top) - logSum; });
  }
};

template <class T>
struct SoftmaxGradBody {
  const T *y, *dy;
  T* dx;
  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += y[at] * dy[at]; });
    sum = row.sum(sum);
    row.each([&](int64_t, int64_t at) { dx[at] = y[at] * (dy[at] - sum); });
  }
};

template <class T>
struct LogSoftmaxGradBody {
  const T *y, *dy;
  T* dx;
  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    T sum = 0;
    row.each([&](int64_t, int64_t at) { sum += dy[at]; });
    sum = row.sum(sum);
    row.each([&](int64_t, int64_t at) { dx[at] = dy[at] - vexp<T>(y[at]) * sum; });
  }
};

template <class T, template <class> class Body>
class Forward final : public Kernel {
 public:
  explicit Forward(const AxisView& view) : view_(view) {}
  void run(const Call& call) override { eachRow<T>(queueOf(call), view_, Body<T>{in<T>(call, 0), out<T>(call, 0)}); }

 private:
  AxisView view_;
};
template <class T, template <class> class Body>
class Backward final : public Kernel {
 public:
  explicit Backward(const AxisView& view) : view_(view) {}
  void run(const Call& call) override {
    eachRow<T>(queueOf(call), view_, Body<T>{in<T>(call, 0), in<T>(call, 1), out<T>(call, 0)});
  }

 private:
  AxisView view_;
};
template <class T>
using Softmax = Forward<T, SoftmaxBody>;
template <class T>
using LogSoftmax = Forward<T, LogSoftmaxBody>;
template <class T>
using SoftmaxGrad = Backward<T, SoftmaxGradBody>;
template <class T>
using LogSoftmaxGrad = Backward<T, LogSoftmaxGradBody>;

// All operands have the shape of the output.
AxisView checked(const Node& node, int operands) {
  const Value& y = presentOut(node, 0);
  for (int i = 0; i < operands; ++i) expectInput(node, i, "an operand", y.dtype, y.shape.size());
  return viewAround(y.shape, axisOf(node, y.shape));
}

}  // namespace

Kernel* create_softmax(const Node& node) {
  return newFloating<Softmax>(node, presentOut(node, 0).dtype, checked(node, 1));
}
Kernel* create_logSoftmax(const Node& node) {
  return newFloating<LogSoftmax>(node, presentOut(node, 0).dtype, checked(node, 1));
}
Kernel* create_softmaxGrad(const Node& node) {
  return newFloating<SoftmaxGrad>(node, presentOut(node, 0).dtype, checked(node, 2));
}
Kernel* create_logSoftmaxGrad(const Node& node) {
  return newFloating<LogSoftmaxGrad>(node, presentOut(node, 0).dtype, checked(node, 2));
}

}  // namespace cuda
}  // namespace seqnn
