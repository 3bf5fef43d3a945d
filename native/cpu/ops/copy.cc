// Bytes from one place to another: `copy` (also a reshape that is not an alias), `assign` to a variable, `fill`.

#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

class Copy final : public Kernel {
 public:
  explicit Copy(size_t bytes) : bytes_(bytes) {}
  void run(const Call& call) override {
    const char* x = in<char>(call, 0);
    char* y = out<char>(call, 0);
    if (x != y && bytes_ > 0) memcpy(y, x, bytes_);
  }

 private:
  size_t bytes_;
};

template <class T>
class Fill final : public Kernel {
 public:
  Fill(int64_t size, T value) : size_(size), value_(value) {}
  void run(const Call& call) override {
    T* y = out<T>(call, 0);
    for (int64_t i = 0; i < size_; ++i) y[i] = value_;
  }

 private:
  int64_t size_;
  T value_;
};

Kernel* newCopy(const Node& node) {
  const Value& x = present(node, 0);
  expectOutput(node, 0, "the output", x.dtype, x.shape.size());
  return new Copy(static_cast<size_t>(x.shape.size()) * bytesOf(x.dtype));
}

}  // namespace

Kernel* create_copy(const Node& node) { return newCopy(node); }
Kernel* create_assign(const Node& node) { return newCopy(node); }

Kernel* create_fill(const Node& node) {
  const Value& y = presentOut(node, 0);
  const double value = node.number("value", 0);
  const int64_t size = y.shape.size();
  switch (y.dtype) {
    case DType::f32: return new Fill<float>(size, static_cast<float>(value));
    case DType::f64: return new Fill<double>(size, value);
    case DType::i32: return new Fill<int32_t>(size, static_cast<int32_t>(value));
    case DType::boolean: return new Fill<uint8_t>(size, value != 0);
  }
  return nullptr;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
