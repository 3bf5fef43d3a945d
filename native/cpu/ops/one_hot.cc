// Indices to rows with a single one along `axis` of the output; an index outside gives zeros only.

#include <string.h>

#include "cpu/ops/move_config.h"

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

Kernel* create_oneHot(const Node& node) { return newTyped<OneHot>(node.output(0).dtype, oneHotView(node)); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
