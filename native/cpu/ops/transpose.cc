// Permutes axes of any dtype (attr perm: dimension i of the output is dimension perm[i] of the input).

#include <string.h>

#include "cpu/ops/move_config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// A square tile: rows `ldx` apart are read, columns become rows `ldy` apart. kTile of 1: no vectors for this size.
template <class E>
struct Tile {
  static constexpr int size = 1;
  static void turn(const E* x, int64_t, E* y, int64_t) { *y = *x; }
};

#if SEQNN_VEC_BYTES > 0
typedef uint32_t Four __attribute__((vector_size(32), aligned(4), may_alias));
typedef uint64_t Eight __attribute__((vector_size(32), aligned(8), may_alias));

template <>
struct Tile<uint32_t> {
  static constexpr int size = 8;
  static SEQNN_INLINE void turn(const uint32_t* x, int64_t ldx, uint32_t* y, int64_t ldy) {
    Four r[8], t[8];
    for (int i = 0; i < 8; ++i) r[i] = *reinterpret_cast<const Four*>(x + i * ldx);
    for (int i = 0; i < 8; i += 2) {
      t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
      t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
      for (int k = 0; k < 2; ++k) {
        r[i + 2 * k] = __builtin_shufflevector(t[i + k], t[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        r[i + 2 * k + 1] = __builtin_shufflevector(t[i + k], t[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
      }
    }
    for (int i = 0; i < 4; ++i) {
      *reinterpret_cast<Four*>(y + i * ldy) = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
      *reinterpret_cast<Four*>(y + (i + 4) * ldy) = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
  }
};

template <>
struct Tile<uint64_t> {
  static constexpr int size = 4;
  static SEQNN_INLINE void turn(const uint64_t* x, int64_t ldx, uint64_t* y, int64_t ldy) {
    Eight r[4], t[4];
    for (int i = 0; i < 4; ++i) r[i] = *reinterpret_cast<const Eight*>(x + i * ldx);
    for (int i = 0; i < 4; i += 2) {
      t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 4, 2, 6);
      t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 5, 3, 7);
    }
    for (int i = 0; i < 2; ++i) {
      *reinterpret_cast<Eight*>(y + i * ldy) = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 4, 5);
      *reinterpret_cast<Eight*>(y + (i + 2) * ldy) = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 6, 7);
    }
  }
};
#endif

// y[j * ldy + i] = x[i * ldx + j] for i < rows, j < columns
template <class E>
void turnPlane(const E* x, int64_t ldx, int64_t rows, int64_t columns, E* y, int64_t ldy) {
  constexpr int kTile = Tile<E>::size;
  int64_t i = 0;
  for (; i + kTile <= rows; i += kTile) {
    int64_t j = 0;
    for (; j + kTile <= columns; j += kTile) Tile<E>::turn(x + i * ldx + j, ldx, y + j * ldy + i, ldy);
    for (; j < columns; ++j) {
      for (int k = 0; k < kTile; ++k) y[j * ldy + i + k] = x[(i + k) * ldx + j];
    }
  }
  for (; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) y[j * ldy + i] = x[i * ldx + j];
  }
}

template <class E>
class Transpose final : public Kernel {
 public:
  Transpose(const Walk& walk, int64_t size) : size_(size), walk_(walk) {
    int64_t to = 1;
    for (int d = walk_.rank - 1; d >= 0; --d) {
      to_[d] = to;
      to *= walk_.dim[d];
    }
    // The plane that is turned: the output's innermost dimension and the one that is innermost in the input.
    for (int d = 0; d < walk_.rank; ++d) {
      if (walk_.step[d] == 1) inner_ = d;
    }
    const int last = walk_.rank - 1;
    if (size_ == 0 || walk_.rank < 2) return;
    blocks_ = inner_ == last ? 1 : (walk_.dim[inner_] + kBlock - 1) / kBlock;
    units_ = size_ / walk_.dim[last] / (inner_ == last ? 1 : walk_.dim[inner_]) * blocks_;
  }

  void run(const Call& call) override {
    const E* x = in<E>(call, 0);
    E* y = out<E>(call, 0);
    if (size_ == 0) return;
    if (walk_.rank < 2) {
      memcpy(y, x, static_cast<size_t>(size_) * sizeof(E));
      return;
    }
    const Split split = splitWork(units_, size_ / units_);
    call.context.pool.parallel(split.tasks, [&](int task) {
      for (int64_t unit = split.begin(task); unit < split.end(task); ++unit) runUnit(x, y, unit);
    });
  }

 private:
  static constexpr int64_t kBlock = 64;

  void runUnit(const E* x, E* y, int64_t unit) const {
    const int last = walk_.rank - 1;
    const int64_t block = unit % blocks_;
    int64_t rest = unit / blocks_;
    for (int d = last - 1; d >= 0; --d) {
      if (d == inner_) continue;
      const int64_t at = rest % walk_.dim[d];
      rest /= walk_.dim[d];
      x += at * walk_.step[d];
      y += at * to_[d];
    }
    if (inner_ == last) {
      memcpy(y, x, static_cast<size_t>(walk_.dim[last]) * sizeof(E));
      return;
    }
    const int64_t first = block * kBlock, columns = least(kBlock, walk_.dim[inner_] - first);
    turnPlane(x + first, walk_.step[last], walk_.dim[last], columns, y + first * to_[inner_], to_[inner_]);
  }

  int64_t size_;
  Walk walk_;                  // of the output through the input
  int64_t to_[kMaxRank] = {};  // steps in the output
  int inner_ = 0;
  int64_t blocks_ = 1, units_ = 1;
};

}  // namespace

Kernel* create_transpose(const Node& node) {
  return newMoving<Transpose>(node.input(0).dtype, transposeWalk(node), node.input(0).shape.size());
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
