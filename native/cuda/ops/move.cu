// What moves elements and computes nothing: transpose, concat, slice, unslice, pad, copy, assign, oneHot. Attributes as
// in the files of these names in cpu/ops.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

// One element per thread of a dense tensor and its place in another.
struct Walk {
  int rank;
  int64_t base, dim[kMaxRank], step[kMaxRank];
  SEQNN_INLINE int64_t at(int64_t i) const {
    int64_t place = base;
    for (int d = rank - 1; d >= 0; --d) {
      const int64_t rest = i / dim[d];
      place += (i - rest * dim[d]) * step[d];
      i = rest;
    }
    return place;
  }
};

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
  Reading(int64_t size, const Walk& walk) : size_(size), walk_(walk) {}
  void run(const Call& call) override {
    forEach(queueOf(call), size_, Read<E>{in<E>(call, 0), out<E>(call, 0), walk_});
  }

 private:
  int64_t size_;
  Walk walk_;
};

template <class E>
class Placing final : public Kernel {
 public:
  Placing(int64_t size, int64_t whole, const Walk& walk, E around)
      : size_(size), whole_(whole), walk_(walk), around_(around) {}
  void run(const Call& call) override {
    forEach(queueOf(call), whole_, Fill<E>{out<E>(call, 0), around_});
    forEach(queueOf(call), size_, Write<E>{in<E>(call, 0), out<E>(call, 0), walk_});
  }

 private:
  int64_t size_, whole_;
  Walk walk_;
  E around_;
};

Kernel* newReading(DType dtype, int64_t size, const Walk& walk) {
  switch (bytesOf(dtype)) {
    case 1:
      return new Reading<uint8_t>(size, walk);
    case 4:
      return new Reading<uint32_t>(size, walk);
    default:
      return new Reading<uint64_t>(size, walk);
  }
}

Walk transposed(const Node& node) {
  const Shape &x = present(node, 0).shape, &y = presentOut(node, 0).shape;
  int count = 0;
  const double* perm = node.attr("perm", &count);
  if (count != x.rank || y.rank != x.rank)
    fail("transpose: perm has %d entries and the output rank %d, expected rank %d", count, y.rank, x.rank);
  bool seen[kMaxRank] = {};
  Walk walk{x.rank, 0, {}, {}};
  for (int d = 0; d < y.rank; ++d) {
    const int source = perm[d] >= 0 && perm[d] < x.rank ? static_cast<int>(perm[d]) : -1;
    if (source < 0 || seen[source])
      fail("transpose: perm[%d] = %g, expected each of 0..%d once", d, perm[d], x.rank - 1);
    seen[source] = true;
    if (y.dim[d] != x.dim[source]) fail("transpose: dimension %d of the output does not match perm", d);
    walk.dim[d] = y.dim[d];
    walk.step[d] = x.size(source + 1, x.rank);
  }
  return walk;
}

int64_t listed(const Node& node, const char* name, int axis, int rank, int64_t fallback) {
  int count = 0;
  const double* values = node.attr(name, &count);
  if (!values) return fallback;
  if (count != rank) fail("%s: %s has %d entries, expected %d", node.op(), name, count, rank);
  return static_cast<int64_t>(values[axis]);
}

Walk windowOf(const Node& node, const Shape& small, const Shape& large, const char* beginName) {
  if (small.rank != large.rank) fail("%s: ranks %d and %d, expected equal ones", node.op(), small.rank, large.rank);
  Walk walk{small.rank, 0, {}, {}};
  for (int d = 0; d < small.rank; ++d) {
    const int64_t begin = listed(node, beginName, d, small.rank, 0), step = listed(node, "step", d, small.rank, 1);
    const int64_t last = begin + (small.dim[d] - 1) * step, unit = large.size(d + 1, large.rank);
    const bool inside = begin >= 0 && begin < large.dim[d] && last >= 0 && last < large.dim[d];
    if (small.dim[d] > 0 && !inside) {
      fail("%s: axis %d runs from %lld to %lld, expected within [0, %lld)", node.op(), d, static_cast<long long>(begin),
           static_cast<long long>(last), static_cast<long long>(large.dim[d]));
    }
    walk.base += begin * unit;
    walk.dim[d] = small.dim[d];
    walk.step[d] = step * unit;
  }
  return walk;
}

template <class E, class T>
E bitsAs(T value) {
  E bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

Kernel* newPlacing(const Node& node, const char* beginName, double around) {
  const Value &x = present(node, 0), &y = presentOut(node, 0);
  expectDType(node, "the output", y, x.dtype);
  const Walk walk = windowOf(node, x.shape, y.shape, beginName);
  const int64_t size = x.shape.size(), whole = y.shape.size();
  switch (x.dtype) {
    case DType::f32:
      return new Placing<uint32_t>(size, whole, walk, bitsAs<uint32_t>(static_cast<float>(around)));
    case DType::i32:
      return new Placing<uint32_t>(size, whole, walk, bitsAs<uint32_t>(static_cast<int32_t>(around)));
    case DType::f64:
      return new Placing<uint64_t>(size, whole, walk, bitsAs<uint64_t>(around));
    case DType::boolean:
      return new Placing<uint8_t>(size, whole, walk, around != 0);
  }
  return nullptr;
}

// One operand of a concat into its rows of the output.
struct CopyBlock {
  const uint8_t* from;
  uint8_t* to;
  int64_t width, row, at;  // bytes of a row of the operand, of the output, and where the operand begins in it
  SEQNN_INLINE void operator()(int64_t i) const { to[i / width * row + at + i % width] = from[i]; }
};
struct CopyBlockWords {
  const uint32_t* from;
  uint32_t* to;
  int64_t width, row, at;
  SEQNN_INLINE void operator()(int64_t i) const { to[i / width * row + at + i % width] = from[i]; }
};

class Concat final : public Kernel {
 public:
  Concat(const Node& node, const AxisView& view, int axis) : count_(node.inputs()), outer_(view.outer), bytes_(count_) {
    const Value& result = node.output(0);
    unit_ = static_cast<int64_t>(bytesOf(result.dtype));
    int64_t sum = 0;
    for (int i = 0; i < count_; ++i) {
      const Value& part = present(node, i);
      expectDType(node, "an operand", part, result.dtype);
      bool fits = part.shape.rank == result.shape.rank;
      for (int d = 0; fits && d < result.shape.rank; ++d) fits = d == axis || part.shape.dim[d] == result.shape.dim[d];
      if (!fits) fail("concat: operand %d does not match the output outside axis %d", i, axis);
      bytes_[i] = part.shape.dim[axis] * view.inner * unit_;
      sum += part.shape.dim[axis];
    }
    if (sum != view.count) {
      fail("concat: operands hold %lld along axis %d, the output %lld", static_cast<long long>(sum), axis,
           static_cast<long long>(view.count));
    }
    row_ = sum * view.inner * unit_;
  }

  void run(const Call& call) override {
    int64_t at = 0;
    for (int i = 0; i < count_; ++i) {
      const int64_t bytes = bytes_[i];
      if (unit_ % 4 == 0) {
        forEach(queueOf(call), outer_ * bytes / 4,
                CopyBlockWords{in<uint32_t>(call, i), out<uint32_t>(call, 0), bytes / 4, row_ / 4, at / 4});
      } else {
        forEach(queueOf(call), outer_ * bytes, CopyBlock{in<uint8_t>(call, i), out<uint8_t>(call, 0), bytes, row_, at});
      }
      at += bytes;
    }
  }

 private:
  int count_;
  int64_t outer_, unit_, row_;
  Owned<int64_t> bytes_;  // of one operand within a row of the output
};

class Copy final : public Kernel {
 public:
  explicit Copy(size_t bytes) : bytes_(bytes) {}
  void run(const Call& call) override { copy(queueOf(call).stream(), out<char>(call, 0), in<char>(call, 0), bytes_); }

 private:
  size_t bytes_;
};

Kernel* newCopy(const Node& node) {
  const Value& x = present(node, 0);
  expectOutput(node, 0, "the output", x.dtype, x.shape.size());
  return new Copy(static_cast<size_t>(x.shape.size()) * bytesOf(x.dtype));
}

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
  const DType dtype = present(node, 0).dtype;
  expectDType(node, "the output", presentOut(node, 0), dtype);
  return newReading(dtype, node.input(0).shape.size(), transposed(node));
}

Kernel* create_concat(const Node& node) {
  const Shape& shape = presentOut(node, 0).shape;
  const int axis = axisOf(node, shape);
  return new Concat(node, viewAround(shape, axis), axis);
}

Kernel* create_slice(const Node& node) {
  const Value &x = present(node, 0), &y = presentOut(node, 0);
  expectDType(node, "the output", y, x.dtype);
  return newReading(x.dtype, y.shape.size(), windowOf(node, y.shape, x.shape, "begin"));
}
Kernel* create_unslice(const Node& node) { return newPlacing(node, "begin", 0); }
Kernel* create_pad(const Node& node) { return newPlacing(node, "before", node.number("value", 0)); }

Kernel* create_copy(const Node& node) { return newCopy(node); }
Kernel* create_assign(const Node& node) { return newCopy(node); }

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

}  // namespace cuda
}  // namespace seqnn
