#pragma once

// The kernels around gemm/taps.h, and the attributes that they share.

#include "cpu/gemm/taps.h"
#include "cpu/ops/few_lanes.h"
#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

// inputs: source, weights, bias (optional)
template <class T>
class TapsKernel final : public Kernel {
 public:
  // fixedWeights: the same at all steps of a loop, which then packs them once.
  TapsKernel(const Taps& taps, bool biased, bool fixedWeights) : taps_(taps), biased_(biased) {
    workspace = tapsWorkspace<T>(taps);
    if (fixedWeights) keeps = tapsPackedBytes<T>(taps);
  }
  void run(const Call& call) override {
    if (kept && call.first) tapsPack<T>(taps_, in<T>(call, 1), kept);
    tapsProduct<T>(taps_, in<T>(call, 0), in<T>(call, 1), kept, biased_ ? in<T>(call, 2) : nullptr, out<T>(call, 0),
                   call.context.pool, call.workspace);
  }

 private:
  Taps taps_;
  bool biased_;
};

// inputs: source, gradient of the output; outputs: gradients of the weights and of the bias (optional)
template <class T>
class TapGradientKernel final : public Kernel {
 public:
  TapGradientKernel(const TapGradient& taps, bool biased) : taps_(taps), biased_(biased) {
    workspace = tapGradientWorkspace<T>(taps);
  }
  void run(const Call& call) override {
    tapGradient<T>(taps_, in<T>(call, 0), in<T>(call, 1), out<T>(call, 0), biased_ ? out<T>(call, 1) : nullptr,
                   call.context.pool, call.workspace);
  }

 private:
  TapGradient taps_;
  bool biased_;
};

// A kernel of these, for the dtype and the lanes.
template <template <class> class K, class Products, class... Args>
Kernel* newTaps(const Node& node, DType dtype, const Products& taps, const Args&... args) {
  if (Kernel* kernel = forFewLanes(node, dtype, taps.lanes)) return kernel;
  return newFloating<K>(node, dtype, taps, args...);
}

// A dimension as the products take it.
inline int asSize(const Node& node, int64_t size) {
  if (size < 0 || size > (int64_t{1} << 30)) {
    fail("%s: a dimension of %lld elements, expected at most %d", node.op(), static_cast<long long>(size), 1 << 30);
  }
  return static_cast<int>(size);
}

inline void expectShape(const Node& node, const char* what, const Value& value, int64_t d0, int64_t d1, int64_t d2) {
  const Shape& s = value.shape;
  if (s.rank != 3 || s.dim[0] != d0 || s.dim[1] != d1 || s.dim[2] != d2) {
    fail("%s: %s has rank %d and dimensions [%lld, %lld, %lld, ...], expected [%lld, %lld, %lld]", node.op(), what,
         s.rank, static_cast<long long>(s.dim[0]), static_cast<long long>(s.dim[1]), static_cast<long long>(s.dim[2]),
         static_cast<long long>(d0), static_cast<long long>(d1), static_cast<long long>(d2));
  }
}
inline void expectRank(const Node& node, const char* what, const Value& value, int rank) {
  if (value.shape.rank != rank) fail("%s: %s has rank %d, expected %d", node.op(), what, value.shape.rank, rank);
}

// What a convolution's node says beside its shapes.
struct ConvOptions {
  explicit ConvOptions(const Node& node)
      : stride(atLeastOne(node, "stride")),
        dilation(atLeastOne(node, "dilation")),
        padLeft(node.integer("padLeft", 0)),
        groups(atLeastOne(node, "groups")) {}
  int64_t stride, dilation, padLeft, groups;

 private:
  static int64_t atLeastOne(const Node& node, const char* name) {
    const int64_t value = node.integer(name, 1);
    if (value < 1) fail("%s: %s is %lld, expected at least 1", node.op(), name, static_cast<long long>(value));
    return value;
  }
};

// Features of one group.
inline int groupSize(const Node& node, const char* what, int64_t features, int64_t groups) {
  if (features % groups != 0) {
    fail("%s: %lld %s do not split into %lld groups", node.op(), static_cast<long long>(features), what,
         static_cast<long long>(groups));
  }
  return asSize(node, features / groups);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
