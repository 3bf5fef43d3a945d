// Rectangles of a tensor. `slice` reads one (attrs begin, step per axis), `unslice` is its gradient and writes one
// into zeros, `pad` writes one at `before` into a tensor of `value`.

#include <string.h>

#include "cpu/ops/move_config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Copies between the dense small tensor and its window; `read` says in which direction.
template <class E, bool read>
void copyWindow(const Walk& window, int64_t size, const E* from, E* to) {
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
  Read(const Walk& window, int64_t size) : window_(window), size_(size) {}
  void run(const Call& call) override { copyWindow<E, true>(window_, size_, in<E>(call, 0), out<E>(call, 0)); }

 private:
  Walk window_;
  int64_t size_;
};

template <class E>
class Place final : public Kernel {
 public:
  explicit Place(const Placement<E>& placement) : p_(placement) {}
  void run(const Call& call) override {
    E* y = out<E>(call, 0);
    for (int64_t i = 0; i < p_.whole; ++i) y[i] = p_.around;
    copyWindow<E, false>(p_.walk, p_.size, in<E>(call, 0), y);
  }

 private:
  Placement<E> p_;
};

}  // namespace

Kernel* create_slice(const Node& node) {
  return newMoving<Read>(node.input(0).dtype, sliceWalk(node), node.output(0).shape.size());
}

Kernel* create_unslice(const Node& node) { return newPlacing<Place>(node, "begin", 0); }
Kernel* create_pad(const Node& node) { return newPlacing<Place>(node, "before", node.number("value", 0)); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
