// Joins operands along one axis (attr axis).

#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

class Concat final : public Kernel {
 public:
  Concat(const Node& node, const AxisView& view, int axis) : count_(node.inputs()), outer_(view.outer), bytes_(count_) {
    const Value& result = node.output(0);
    const int64_t unit = view.inner * static_cast<int64_t>(bytesOf(result.dtype));
    int64_t sum = 0;
    for (int i = 0; i < count_; ++i) {
      const Value& part = present(node, i);
      expectDType(node, "an operand", part, result.dtype);
      bool fits = part.shape.rank == result.shape.rank;
      for (int d = 0; fits && d < result.shape.rank; ++d) fits = d == axis || part.shape.dim[d] == result.shape.dim[d];
      if (!fits) fail("concat: operand %d does not match the output outside axis %d", i, axis);
      bytes_[i] = part.shape.dim[axis] * unit;
      sum += part.shape.dim[axis];
    }
    if (sum != view.count) {
      fail("concat: operands hold %lld along axis %d, the output %lld", static_cast<long long>(sum), axis,
           static_cast<long long>(view.count));
    }
    row_ = sum * unit;
  }

  void run(const Call& call) override {
    char* y = out<char>(call, 0);  // [outer, count, inner]
    int64_t at = 0;
    for (int i = 0; i < count_; ++i) {
      const char* x = in<char>(call, i);  // [outer, part, inner]
      const int64_t bytes = bytes_[i];
      if (bytes > 0) {
        for (int64_t o = 0; o < outer_; ++o) memcpy(y + o * row_ + at, x + o * bytes, static_cast<size_t>(bytes));
      }
      at += bytes;
    }
  }

 private:
  int count_;
  int64_t outer_, row_ = 0;
  Owned<int64_t> bytes_;  // of one operand within a row of the output
};

}  // namespace

Kernel* create_concat(const Node& node) {
  const Shape& shape = presentOut(node, 0).shape;
  const int axis = axisOf(node, shape);
  return new Concat(node, viewAround(shape, axis), axis);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
