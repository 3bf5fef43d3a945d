// Indices to rows with a single one along `axis` of the output; an index outside gives zeros only.

#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class OneHot final : public Kernel {
 public:
  explicit OneHot(const AxisView& view) : view_(view) {}

  void run(const Call& call) override {
    const int32_t* index = in<int32_t>(call, 0);  // [outer, inner]
    T* y = out<T>(call, 0);                       // [outer, count, inner]
    if (view_.size() == 0) return;
    memset(static_cast<void*>(y), 0, static_cast<size_t>(view_.size()) * sizeof(T));
    for (int64_t o = 0; o < view_.outer; ++o) {
      for (int64_t i = 0; i < view_.inner; ++i) {
        const int64_t c = index[o * view_.inner + i];
        if (c >= 0 && c < view_.count) y[(o * view_.count + c) * view_.inner + i] = 1;
      }
    }
  }

 private:
  AxisView view_;
};

}  // namespace

Kernel* create_oneHot(const Node& node) {
  const Value& y = presentOut(node, 0);
  const AxisView view = viewAround(y.shape, axisOf(node, y.shape));
  expectInput(node, 0, "the indices", DType::i32, view.rows());
  switch (y.dtype) {
    case DType::f32:
      return new OneHot<float>(view);
    case DType::f64:
      return new OneHot<double>(view);
    case DType::i32:
      return new OneHot<int32_t>(view);
    case DType::boolean:
      return new OneHot<uint8_t>(view);
  }
  return nullptr;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
