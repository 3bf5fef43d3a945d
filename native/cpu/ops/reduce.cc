// Sums and extremes over any set of axes. Axes are reduced innermost first; a long axis is cut into chunks of
// fixed length whose results are reduced in turn, which is accurate (like pairwise summation), parallel, and
// in an order that the shapes alone decide.
//   attrs: kind sum|mean|max|min|prod|any|all, axes

#include <string.h>

#include "cpu/ops/reduce_config.h"
#include "cpu/simd/basic.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Vectors for the floating types; integers are left to the compiler.
template <class T>
struct Lanes {
  using V = T;
  static constexpr int count = 1;
  static V from(const T* p) { return *p; }
  static V part(const T* p, int, T) { return *p; }
  static void to(T* p, V v, int) { *p = v; }
  static V all(T v) { return v; }
  template <class Op>
  static T joined(V v) {
    return v;
  }
};
template <class T>
struct WideLanes {
  using V = Vec<T>;
  static constexpr int count = kLanes<T>;
  static SEQNN_INLINE V from(const T* p) { return load(p); }
  static SEQNN_INLINE V part(const T* p, int n, T filler) { return loadLanesOr(p, n, filler); }
  static SEQNN_INLINE void to(T* p, V v, int n) { storeLanes(p, v, n); }
  static SEQNN_INLINE V all(T v) { return splat(v); }
  template <class Op>
  static SEQNN_INLINE T joined(V v) {
    T lanes[count];
    store(lanes, joinLanes<T>(v, [](V a, V b) { return Op::of(a, b); }));
    return lanes[0];
  }
};
template <>
struct Lanes<float> : WideLanes<float> {};
template <>
struct Lanes<double> : WideLanes<double> {};

// n elements that lie side by side.
template <class T, class Op>
T foldRun(const T* x, int64_t n) {
  using L = Lanes<T>;
  const T start = startOf<T, Op>();
  if (n < L::count) {
    T one = start;
    for (int64_t i = 0; i < n; ++i) one = Op::of(one, x[i]);
    return one;
  }
  auto a = L::from(x);
  int64_t i = L::count;
  if (n >= 8 * L::count) {
    auto b = L::from(x + i), c = L::from(x + 2 * i), d = L::from(x + 3 * i);
    for (i = 4 * L::count; i + 4 * L::count <= n; i += 4 * L::count) {
      a = Op::of(a, L::from(x + i));
      b = Op::of(b, L::from(x + i + L::count));
      c = Op::of(c, L::from(x + i + 2 * L::count));
      d = Op::of(d, L::from(x + i + 3 * L::count));
    }
    a = Op::of(Op::of(a, b), Op::of(c, d));
  }
  for (; i + L::count <= n; i += L::count) a = Op::of(a, L::from(x + i));
  if (i < n) a = Op::of(a, L::part(x + i, static_cast<int>(n - i), start));
  return L::template joined<Op>(a);
}

// `rows` rows, `stride` apart, of `width` vectors each, of which the last holds `last` lanes. Narrow tiles take
// several rows at once, so that there are always eight chains.
template <class T, class Op, int width>
SEQNN_INLINE void foldTile(const T* x, int64_t rows, int64_t stride, T* out, int last) {
  using L = Lanes<T>;
  constexpr int kRows = 8 / width;
  const T start = startOf<T, Op>();
  typename L::V acc[kRows][width];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < width; ++v) acc[r][v] = L::all(start);
  }
  const auto at = [&](int64_t row, int v) {
    const T* p = x + row * stride + v * L::count;
    return width > 1 || last == L::count ? L::from(p) : L::part(p, last, start);
  };
  int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < width; ++v) acc[r][v] = Op::of(acc[r][v], at(row + r, v));
    }
  }
  for (int r = 0; row < rows; ++row, ++r) {
    for (int v = 0; v < width; ++v) acc[0][v] = Op::of(acc[0][v], at(row, v));
  }
  for (int half = kRows / 2; half > 0; half /= 2) {
    for (int r = 0; r < half; ++r) {
      for (int v = 0; v < width; ++v) acc[r][v] = Op::of(acc[r][v], acc[r + half][v]);
    }
  }
  for (int v = 0; v < width; ++v) L::to(out + v * L::count, acc[0][v], width > 1 ? L::count : last);
}

template <class T, class Op>
void foldColumns(const T* x, int64_t rows, int64_t stride, int64_t columns, T* out) {
  constexpr int kStep = Lanes<T>::count;
  int64_t i = 0;
  for (; i + 8 * kStep <= columns; i += 8 * kStep) foldTile<T, Op, 8>(x + i, rows, stride, out + i, kStep);
  if (i + 4 * kStep <= columns) {
    foldTile<T, Op, 4>(x + i, rows, stride, out + i, kStep);
    i += 4 * kStep;
  }
  if (i + 2 * kStep <= columns) {
    foldTile<T, Op, 2>(x + i, rows, stride, out + i, kStep);
    i += 2 * kStep;
  }
  for (; i < columns; i += kStep)
    foldTile<T, Op, 1>(x + i, rows, stride, out + i, static_cast<int>(least(kStep, columns - i)));
}

constexpr int64_t kTile = 512;  // columns of one task

template <class T, class Op>
class Reduce final : public Kernel {
 public:
  Reduce(const Node& node, bool mean) : mean_(mean), plan_(node, 256 * Lanes<T>::count, 128) {
    workspace = plan_.workspace(sizeof(T));
  }

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);
    T* y = out<T>(call, 0);
    if (plan_.size == 0) {
      for (int64_t i = 0; i < plan_.outSize; ++i) y[i] = startOf<T, Op>();
    } else if (plan_.count == 0) {
      if (x != y) memcpy(y, x, static_cast<size_t>(plan_.size) * sizeof(T));
    }
    for (int p = 0; p < plan_.count; ++p) {
      T* to = plan_.target(p, call.workspace, y);
      runPass(call, plan_.pass[p], x, to);
      x = to;
    }
    if (mean_) divide(y);
  }

 private:
  void runPass(const Call& call, const ReducePass& pass, const T* x, T* y) const {
    const int64_t width = least(pass.inner, kTile), tiles = (pass.inner + width - 1) / width;
    const Split split = splitWork(pass.outer * pass.chunks * tiles, least(pass.chunk, pass.count) * width);
    call.context.pool.parallel(split.tasks, [&](int task) {
      const int64_t begin = split.begin(task), end = split.end(task);
      int64_t tile = begin % tiles, chunk = begin / tiles % pass.chunks, outer = begin / tiles / pass.chunks;
      for (int64_t unit = begin; unit < end; ++unit) {
        const int64_t first = chunk * pass.chunk, rows = least(pass.chunk, pass.count - first), column = tile * width;
        const T* from = x + (outer * pass.count + first) * pass.inner + column;
        T* to = y + (outer * pass.chunks + chunk) * pass.inner + column;
        if (pass.inner == 1) {
          *to = foldRun<T, Op>(from, rows);
        } else {
          foldColumns<T, Op>(from, rows, pass.inner, least(width, pass.inner - column), to);
        }
        if (++tile < tiles) continue;
        tile = 0;
        if (++chunk < pass.chunks) continue;
        chunk = 0;
        ++outer;
      }
    });
  }

  void divide(T* y) const {
    const T folded = static_cast<T>(plan_.folded());
    for (int64_t i = 0; i < plan_.outSize; ++i) y[i] = y[i] / folded;
  }

  bool mean_;
  ReducePlan plan_;
};

}  // namespace

Kernel* create_reduce(const Node& node) { return newReduce<Reduce>(node); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
