// Rectangles of a tensor. `slice` reads one (attrs begin, step per axis), `unslice` is its gradient and writes one
// into zeros, `pad` writes one at `before` into a tensor of `value`.

#include <string.h>

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// The small tensor's dimensions with their steps through the large one, neighbours merged.
struct Window {
  int rank = 0;
  int64_t base = 0, dim[kMaxRank], step[kMaxRank];
};

// The value of an axis in a list attribute; an absent list means `fallback` everywhere.
int64_t listed(const Node& node, const char* name, int axis, int rank, int64_t fallback) {
  int count = 0;
  const double* values = node.attr(name, &count);
  if (!values) return fallback;
  if (count != rank) fail("%s: %s has %d entries, expected %d", node.op(), name, count, rank);
  return static_cast<int64_t>(values[axis]);
}

Window windowOf(const Node& node, const Shape& small, const Shape& large, const char* beginName) {
  if (small.rank != large.rank) fail("%s: ranks %d and %d, expected equal ones", node.op(), small.rank, large.rank);
  Window window;
  for (int d = 0; d < small.rank; ++d) {
    const int64_t begin = listed(node, beginName, d, small.rank, 0), step = listed(node, "step", d, small.rank, 1);
    const int64_t last = begin + (small.dim[d] - 1) * step;
    const bool inside = begin >= 0 && begin < large.dim[d] && last >= 0 && last < large.dim[d];
    if (small.dim[d] > 0 && !inside) {
      fail("%s: axis %d runs from %lld to %lld, expected within [0, %lld)", node.op(), d, static_cast<long long>(begin),
           static_cast<long long>(last), static_cast<long long>(large.dim[d]));
    }
    const int64_t unit = large.size(d + 1, large.rank);
    window.base += begin * unit;
    if (small.dim[d] == 1) continue;
    const int r = window.rank;
    if (r > 0 && window.step[r - 1] == step * unit * small.dim[d]) {
      window.dim[r - 1] *= small.dim[d];
      window.step[r - 1] = step * unit;
    } else {
      window.dim[r] = small.dim[d];
      window.step[r] = step * unit;
      ++window.rank;
    }
  }
  return window;
}

// Copies between the dense small tensor and its window; `read` says in which direction.
template <class E, bool read>
void copyWindow(const Window& window, int64_t size, const E* from, E* to) {
  const int last = window.rank - 1;
  const int64_t run = window.rank == 0 ? 1 : window.dim[last], step = window.rank == 0 ? 1 : window.step[last];
  int64_t at[kMaxRank] = {}, large = window.base;
  for (int64_t small = 0; small < size; small += run) {
    const E* source = read ? from + large : from + small;
    E* target = read ? to + small : to + large;
    if (step == 1) {
      memcpy(target, source, static_cast<size_t>(run) * sizeof(E));
    } else {
      for (int64_t i = 0; i < run; ++i) target[read ? i : i * step] = source[read ? i * step : i];
    }
    for (int d = last - 1; d >= 0; --d) {
      large += window.step[d];
      if (++at[d] < window.dim[d]) break;
      large -= window.step[d] * window.dim[d];
      at[d] = 0;
    }
  }
}

template <class E>
class Read final : public Kernel {
 public:
  Read(const Window& window, int64_t size) : window_(window), size_(size) {}
  void run(const Call& call) override { copyWindow<E, true>(window_, size_, in<E>(call, 0), out<E>(call, 0)); }

 private:
  Window window_;
  int64_t size_;
};

template <class E>
class Place final : public Kernel {
 public:
  Place(const Window& window, int64_t size, int64_t whole, E around)
      : window_(window), size_(size), whole_(whole), around_(around) {}
  void run(const Call& call) override {
    E* y = out<E>(call, 0);
    for (int64_t i = 0; i < whole_; ++i) y[i] = around_;
    copyWindow<E, false>(window_, size_, in<E>(call, 0), y);
  }

 private:
  Window window_;
  int64_t size_, whole_;
  E around_;
};

template <class E, class T>
E bitsAs(T value) {
  E bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

Kernel* place(const Node& node, const char* beginName, double around) {
  const Value &x = present(node, 0), &y = presentOut(node, 0);
  expectDType(node, "the output", y, x.dtype);
  const Window window = windowOf(node, x.shape, y.shape, beginName);
  const int64_t size = x.shape.size(), whole = y.shape.size();
  switch (x.dtype) {
    case DType::f32:
      return new Place<uint32_t>(window, size, whole, bitsAs<uint32_t>(static_cast<float>(around)));
    case DType::i32:
      return new Place<uint32_t>(window, size, whole, bitsAs<uint32_t>(static_cast<int32_t>(around)));
    case DType::f64:
      return new Place<uint64_t>(window, size, whole, bitsAs<uint64_t>(around));
    case DType::boolean:
      return new Place<uint8_t>(window, size, whole, around != 0);
  }
  return nullptr;
}

}  // namespace

Kernel* create_slice(const Node& node) {
  const Value &x = present(node, 0), &y = presentOut(node, 0);
  expectDType(node, "the output", y, x.dtype);
  const Window window = windowOf(node, y.shape, x.shape, "begin");
  const int64_t size = y.shape.size();
  switch (bytesOf(x.dtype)) {
    case 1:
      return new Read<uint8_t>(window, size);
    case 4:
      return new Read<uint32_t>(window, size);
    default:
      return new Read<uint64_t>(window, size);
  }
}

Kernel* create_unslice(const Node& node) { return place(node, "begin", 0); }
Kernel* create_pad(const Node& node) { return place(node, "before", node.number("value", 0)); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
