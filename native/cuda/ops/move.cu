// What moves elements and computes nothing: transpose, concat, slice, unslice, pad, copy, assign, oneHot. Operands and
// attributes as in cpu/ops/move_config.h.

#include "cpu/ops/move_config.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

// One element per thread of a dense tensor and its place in another.
template <class E>
struct Read {
  const E* from;
  E* to;
  Walk walk;
  SEQNN_INLINE void operator()(int64_t i) const { to[i] = from[walk.at(i)]; }
};
template <class E>
struct Write {
  const E* from;
  E* to;
  Walk walk;
  SEQNN_INLINE void operator()(int64_t i) const { to[walk.at(i)] = from[i]; }
};
template <class E>
struct Fill {
  E* to;
  E value;
  SEQNN_INLINE void operator()(int64_t i) const { to[i] = value; }
};

template <class E>
class Reading final : public Kernel {
 public:
  Reading(const Walk& walk, int64_t size) : walk_(walk), size_(size) {}
  void run(const Call& call) override {
    forEach(queueOf(call), size_, Read<E>{in<E>(call, 0), out<E>(call, 0), walk_});
  }

 private:
  Walk walk_;
  int64_t size_;
};

template <class E>
class Placing final : public Kernel {
 public:
  explicit Placing(const Placement<E>& placement) : p_(placement) {}
  void run(const Call& call) override {
    forEach(queueOf(call), p_.whole, Fill<E>{out<E>(call, 0), p_.around});
    forEach(queueOf(call), p_.size, Write<E>{in<E>(call, 0), out<E>(call, 0), p_.walk});
  }

 private:
  Placement<E> p_;
};

// One operand of a concat into its rows of the output, in units of E.
template <class E>
struct CopyBlock {
  const E* from;
  E* to;
  int64_t width, row, at;  // of a row of the operand, of the output, and where the operand begins in it
  SEQNN_INLINE void operator()(int64_t i) const { to[i / width * row + at + i % width] = from[i]; }
};

template <class E>
class Concat final : public Kernel {
 public:
  explicit Concat(const Node& node) : config_(node) {}
  void run(const Call& call) override {
    constexpr int64_t kUnit = sizeof(E);
    int64_t at = 0;
    for (int i = 0; i < config_.count; ++i) {
      const int64_t width = config_.bytes[i] / kUnit;
      forEach(queueOf(call), config_.outer * width,
              CopyBlock<E>{in<E>(call, i), out<E>(call, 0), width, config_.row / kUnit, at});
      at += width;
    }
  }

 private:
  ConcatConfig config_;
};

class Copy final : public Kernel {
 public:
  explicit Copy(size_t bytes) : bytes_(bytes) {}
  void run(const Call& call) override { copy(queueOf(call).stream(), out<char>(call, 0), in<char>(call, 0), bytes_); }

 private:
  size_t bytes_;
};

template <class T>
struct OneHotElement {
  const int32_t* index;  // [outer, inner]
  T* y;                  // [outer, count, inner]
  int64_t count, inner;
  SEQNN_INLINE void operator()(int64_t i) const {
    const int64_t c = i / inner % count;
    y[i] = index[i / inner / count * inner + i % inner] == c ? T(1) : T(0);
  }
};

template <class T>
class OneHot final : public Kernel {
 public:
  explicit OneHot(const AxisView& view) : view_(view) {}
  void run(const Call& call) override {
    forEach(queueOf(call), view_.size(),
            OneHotElement<T>{in<int32_t>(call, 0), out<T>(call, 0), view_.count, view_.inner});
  }

 private:
  AxisView view_;
};

}  // namespace

Kernel* create_transpose(const Node& node) {
  return newMoving<Reading>(node.input(0).dtype, transposeWalk(node), node.input(0).shape.size());
}
Kernel* create_slice(const Node& node) {
  return newMoving<Reading>(node.input(0).dtype, sliceWalk(node), node.output(0).shape.size());
}
Kernel* create_unslice(const Node& node) { return newPlacing<Placing>(node, "begin", 0); }
Kernel* create_pad(const Node& node) { return newPlacing<Placing>(node, "before", node.number("value", 0)); }

Kernel* create_concat(const Node& node) { return newMoving<Concat>(presentOut(node, 0).dtype, node); }

Kernel* create_copy(const Node& node) { return new Copy(copiedBytes(node)); }
Kernel* create_assign(const Node& node) { return new Copy(copiedBytes(node)); }

Kernel* create_oneHot(const Node& node) { return newTyped<OneHot>(node.output(0).dtype, oneHotView(node)); }

}  // namespace cuda
}  // namespace seqnn
