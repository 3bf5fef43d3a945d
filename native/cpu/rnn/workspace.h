#pragma once

#include "cpu/gemm/blocks.h"
#include "cpu/rnn/steps.h"

namespace seqnn {
namespace SEQNN_ISA {

// Hands out parts of a kernel's workspace: first counted by the factory, then the same calls give the places.
class Places {
 public:
  size_t take(size_t bytes) {
    const size_t at = used_;
    used_ += alignUp(bytes);
    return at;
  }
  size_t used() const { return used_; }

 private:
  size_t used_ = 0;
};

// A batch cut into ranges of whole vectors, one per thread; each range runs the whole sequence by itself. The sums of a
// lane do not depend on the cut.
template <class T>
struct LaneCut {
  int batch, vectors, tasks;
  LaneCut(const RnnConfig& c, int threads) : batch(c.B), vectors((c.B + kLanes<T> - 1) / kLanes<T>) {
    tasks = c.flops() < 2 * kWorthThreads ? 1 : threads < vectors ? threads : vectors;
  }
  int begin(int task) const { return static_cast<int>(int64_t(vectors) * task / tasks) * kLanes<T>; }
  int end(int task) const {
    const int lane = begin(task + 1);
    return lane < batch ? lane : batch;
  }
};

template <class T>
constexpr int paddedBatch(int batch) {
  return (batch + kLanes<T> - 1) / kLanes<T> * kLanes<T>;
}

// Scratch rows of one lane range: ranges lie behind each other, so that one area of paddedBatch lanes serves any cut.
template <class T>
class ScratchRows {
 public:
  ScratchRows(T* area, int rowsPerLane, int begin, int lanes)
      : next_(area + int64_t(rowsPerLane) * begin), ld_(paddedBatch<T>(lanes)) {}
  Rows<T> take(int rows) {
    const Rows<T> out{next_, ld_};
    next_ += rows * ld_;
    return out;
  }

 private:
  T* next_;
  int64_t ld_;
};

template <class T>
SEQNN_INLINE Rows<const T> readOnly(const Rows<T>& r) {
  return {r.p, r.ld};
}

template <class T>
void copyRows(const Rows<const T>& from, const Rows<T>& to, int rows, int lanes) {
  for (int row = 0; row < rows; ++row) {
    std::memcpy(to.p + row * to.ld, from.p + row * from.ld, static_cast<size_t>(lanes) * sizeof(T));
  }
}
template <class T>
void zeroRows(const Rows<T>& to, int rows, int lanes) {
  for (int row = 0; row < rows; ++row) std::memset(to.p + row * to.ld, 0, static_cast<size_t>(lanes) * sizeof(T));
}
// to = a * b
template <class T>
void multiplyRows(const Rows<const T>& a, const Rows<const T>& b, const Rows<T>& to, int rows, int lanes) {
  overBlock<T>(rows, lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    storeAt(to, row, lane, n, loadAt(a, row, lane, n) * loadAt(b, row, lane, n));
  });
}
// to += a * factor; a null factor is one.
template <class T>
void addRows(const Rows<const T>& a, const Rows<const T>& factor, const Rows<T>& to, int rows, int lanes) {
  overBlock<T>(rows, lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> v = loadAt(a, row, lane, n);
    storeAt(to, row, lane, n, loadAt(to, row, lane, n) + (factor.p ? v * loadAt(factor, row, lane, n) : v));
  });
}
// `now` keeps the old state where the mask has 0, or is the mean with weight `take` where there is no mask.
template <class T>
void zoneRows(const Rows<T>& now, const Rows<const T>& old, const Rows<const T>& mask, T take, int rows, int lanes) {
  overBlock<T>(rows, lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> a = loadAt(now, row, lane, n), b = loadAt(old, row, lane, n);
    const Vec<T> mixed =
        mask.p ? select(loadAt(mask, row, lane, n) != splat<T>(T(0)), a, b) : b + splat<T>(take) * (a - b);
    storeAt(now, row, lane, n, mixed);
  });
}
// The gradient of a state that zoneRows made: `d` and `given` (or null) together become the new state's part, in d, and
// the old one's, in `held`.
template <class T>
void zoneRowsBackward(const Rows<T>& d, const Rows<const T>& given, const Rows<T>& held, const Rows<const T>& mask,
                      T take, int rows, int lanes) {
  const Vec<T> zero = splat<T>(T(0));
  overBlock<T>(rows, lanes, [&](int row, int lane, int n) SEQNN_FLAT {
    const Vec<T> all = loadAt(d, row, lane, n) + loadOrZero(given, row, lane, n);
    const Vec<T> part = mask.p ? select(loadAt(mask, row, lane, n) != zero, all, zero) : all * splat<T>(take);
    storeAt(d, row, lane, n, part);
    storeAt(held, row, lane, n, all - part);
  });
}
// The booleans of a mask as numbers, for selects.
template <class T>
void expandMask(const uint8_t* mask, T* keep, int lanes) {
  for (int i = 0; i < lanes; ++i) keep[i] = mask[i] ? T(1) : T(0);
}

// The state before computation step `s` of a sequence of states [T, H, B], for lanes from `begin` on; zeros where there
// is none.
template <class T>
Rows<const T> stateBefore(const RnnConfig& c, const T* states, const T* first, const T* zeros, int s, int begin) {
  if (s > 0 && states) return {states + (int64_t(s) - 1) * c.H * c.B + begin, c.B};
  if (s == 0 && first) return {first + begin, c.B};
  return {zeros, 0};
}

template <class T>
CellConstants<T> cellConstants(const RnnConfig& c, const T* peephole, const T* normScale = nullptr,
                               const T* normShift = nullptr) {
  return {c.activation,
          c.recurrentActivation,
          c.order,
          peephole,
          c.H,
          static_cast<T>(c.clip),
          c.keepsValue(),
          c.keepsReserve,
          {c.norm, static_cast<T>(c.epsilon), normScale, normShift}};
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
