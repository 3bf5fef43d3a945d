// Sums and extremes over any set of axes. Axes are reduced innermost first; a long axis is cut into chunks of
// fixed length whose results are reduced in turn, which is accurate (like pairwise summation), parallel, and
// in an order that the shapes alone decide.
//   attrs: kind sum|mean|max|min|prod|any|all, axes

#include <math.h>
#include <string.h>

#include "cpu/ops/operands.h"
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

// V is a vector or one element.
struct Add {
  static constexpr double start = 0;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return a + b;
  }
};
struct Multiply {
  static constexpr double start = 1;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return a * b;
  }
};
struct Larger {
  static constexpr double start = -HUGE_VAL;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return select(b == b, select(a < b, b, a), b);  // a NaN wins
  }
};
struct Smaller {
  static constexpr double start = HUGE_VAL;
  template <class V>
  static SEQNN_INLINE V of(V a, V b) {
    return select(b == b, select(b < a, b, a), b);
  }
};

// The start as an element; infinities become the ends of an integer's range, or false and true.
template <class T, class Op>
T startOf() {
  constexpr bool floating = static_cast<T>(0.5) != 0;
  if (floating || (Op::start >= 0 && Op::start <= 1)) return static_cast<T>(Op::start);
  constexpr bool isSigned = static_cast<T>(-1) < static_cast<T>(1);
  constexpr uint64_t top = sizeof(T) == 1 ? 1 : (uint64_t{1} << (8 * sizeof(T) - (isSigned ? 1 : 0))) - 1;
  if (Op::start > 0) return static_cast<T>(top);
  return isSigned ? static_cast<T>(-static_cast<int64_t>(top) - 1) : static_cast<T>(0);
}

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

// [outer, count, inner] -> [outer, chunks, inner]
struct Pass {
  int64_t outer, count, inner, chunk, chunks, tile, tiles;
  int64_t size() const { return outer * chunks * inner; }
};

constexpr int kMaxPasses = 64;
constexpr int64_t kTile = 512;  // columns of one task

int planPasses(const Node& node, const Shape& shape, int lanes, Pass* passes) {
  int count = 0;
  const double* axes = node.attr("axes", &count);
  bool reduced[kMaxRank] = {};
  for (int i = 0; i < count; ++i) {
    const int64_t axis = static_cast<int64_t>(axes[i]) + (axes[i] < 0 ? shape.rank : 0);
    if (axis < 0 || axis >= shape.rank) fail("reduce: axis %g is outside a tensor of rank %d", axes[i], shape.rank);
    reduced[axis] = true;
  }
  // Neighbouring axes of one fate are one group.
  int64_t dim[kMaxRank];
  bool gone[kMaxRank];
  int groups = 0;
  for (int d = 0; d < shape.rank; ++d) {
    if (shape.dim[d] == 1) continue;
    if (groups > 0 && gone[groups - 1] == reduced[d]) {
      dim[groups - 1] *= shape.dim[d];
    } else {
      dim[groups] = shape.dim[d];
      gone[groups++] = reduced[d];
    }
  }
  int n = 0;
  for (int g = groups - 1; g >= 0; --g) {
    while (gone[g] && dim[g] != 1) {
      Pass& pass = passes[n++];
      pass.outer = pass.inner = 1;
      for (int d = 0; d < g; ++d) pass.outer *= dim[d];
      for (int d = g + 1; d < groups; ++d) pass.inner *= dim[d];
      pass.count = dim[g];
      pass.chunk = pass.inner == 1 ? 256 * lanes : 128;
      pass.chunks = dim[g] = (pass.count + pass.chunk - 1) / pass.chunk;
      pass.tile = least(pass.inner, kTile);
      pass.tiles = pass.inner == 0 ? 0 : (pass.inner + pass.tile - 1) / pass.tile;
    }
  }
  return n;
}

template <class T, class Op>
class Reduce final : public Kernel {
 public:
  Reduce(const Node& node, bool mean) : mean_(mean) {
    const Shape& shape = node.input(0).shape;
    size_ = shape.size();
    outSize_ = node.output(0).shape.size();
    passCount_ = size_ == 0 ? 0 : planPasses(node, shape, Lanes<T>::count, passes_);
    if (size_ == 0) {
      Pass ignored[kMaxPasses];
      planPasses(node, unitShape(shape.rank), 1, ignored);  // the axes are checked all the same
    }
    const int64_t kept = passCount_ ? passes_[passCount_ - 1].size() : size_;
    if (size_ > 0 && kept != outSize_) {
      fail("reduce: the output has %lld elements, expected %lld", static_cast<long long>(outSize_),
           static_cast<long long>(kept));
    }
    for (int p = 0; p + 1 < passCount_; ++p) {
      size_t& room = room_[p % 2];
      room = static_cast<size_t>(most(static_cast<int64_t>(room), passes_[p].size()));
    }
    workspace = alignUp(room_[0] * sizeof(T)) + room_[1] * sizeof(T);
  }

  void run(const Call& call) override {
    const T* x = in<T>(call, 0);
    T* y = out<T>(call, 0);
    if (size_ == 0) {
      for (int64_t i = 0; i < outSize_; ++i) y[i] = startOf<T, Op>();
    } else if (passCount_ == 0) {
      if (x != y) memcpy(y, x, static_cast<size_t>(size_) * sizeof(T));
    }
    T* rooms[2] = {reinterpret_cast<T*>(call.workspace),
                   reinterpret_cast<T*>(call.workspace + alignUp(room_[0] * sizeof(T)))};
    for (int p = 0; p < passCount_; ++p) {
      T* to = p + 1 == passCount_ ? y : rooms[p % 2];
      runPass(call, passes_[p], x, to);
      x = to;
    }
    if (mean_) divide(y);
  }

 private:
  static Shape unitShape(int rank) {
    Shape shape;
    shape.rank = rank;
    for (int d = 0; d < rank; ++d) shape.dim[d] = 1;
    return shape;
  }

  void runPass(const Call& call, const Pass& pass, const T* x, T* y) const {
    const Split split = splitWork(pass.outer * pass.chunks * pass.tiles, least(pass.chunk, pass.count) * pass.tile);
    call.context.pool.parallel(split.tasks, [&](int task) {
      const int64_t begin = split.begin(task), end = split.end(task);
      int64_t tile = begin % pass.tiles, chunk = begin / pass.tiles % pass.chunks,
              outer = begin / pass.tiles / pass.chunks;
      for (int64_t unit = begin; unit < end; ++unit) {
        const int64_t first = chunk * pass.chunk, rows = least(pass.chunk, pass.count - first),
                      column = tile * pass.tile;
        const T* from = x + (outer * pass.count + first) * pass.inner + column;
        T* to = y + (outer * pass.chunks + chunk) * pass.inner + column;
        if (pass.inner == 1) {
          *to = foldRun<T, Op>(from, rows);
        } else {
          foldColumns<T, Op>(from, rows, pass.inner, least(pass.tile, pass.inner - column), to);
        }
        if (++tile < pass.tiles) continue;
        tile = 0;
        if (++chunk < pass.chunks) continue;
        chunk = 0;
        ++outer;
      }
    });
  }

  void divide(T* y) const {
    const T count = static_cast<T>(outSize_ == 0 ? 1 : size_ / outSize_);
    for (int64_t i = 0; i < outSize_; ++i) y[i] = y[i] / count;
  }

  bool mean_;
  int64_t size_, outSize_;
  int passCount_ = 0;
  Pass passes_[kMaxPasses];
  size_t room_[2] = {};  // elements of the two buffers between passes
};

template <class T>
Kernel* createFor(const Node& node, const char* kind) {
  if (strcmp(kind, "sum") == 0) return new Reduce<T, Add>(node, false);
  if (strcmp(kind, "prod") == 0) return new Reduce<T, Multiply>(node, false);
  return nullptr;
}
template <class T>
Kernel* createExtreme(const Node& node, const char* kind) {
  if (strcmp(kind, "max") == 0) return new Reduce<T, Larger>(node, false);
  if (strcmp(kind, "min") == 0) return new Reduce<T, Smaller>(node, false);
  return nullptr;
}

// null when the dtype has no such kind
Kernel* createKind(const Node& node, const char* kind) {
  const bool mean = strcmp(kind, "mean") == 0;
  Kernel* made = nullptr;
  switch (node.input(0).dtype) {
    case DType::f32:
      if (mean) return new Reduce<float, Add>(node, true);
      made = createFor<float>(node, kind);
      return made ? made : createExtreme<float>(node, kind);
    case DType::f64:
      if (mean) return new Reduce<double, Add>(node, true);
      made = createFor<double>(node, kind);
      return made ? made : createExtreme<double>(node, kind);
    case DType::i32:
      made = createFor<uint32_t>(node, kind);  // unsigned: wraps around
      return made ? made : createExtreme<int32_t>(node, kind);
    case DType::boolean:
      if (strcmp(kind, "any") == 0) return new Reduce<uint8_t, Larger>(node, false);
      if (strcmp(kind, "all") == 0) return new Reduce<uint8_t, Smaller>(node, false);
      return createExtreme<uint8_t>(node, kind);
  }
  return nullptr;
}

}  // namespace

Kernel* create_reduce(const Node& node) {
  const Value& x = present(node, 0);
  expectDType(node, "the output", presentOut(node, 0), x.dtype);
  const char* kind = node.word("kind", "");
  Kernel* kernel = createKind(node, kind);
  if (!kernel) {
    fail("reduce: kind \"%s\" of %s, expected sum, mean, max, min or prod of numbers, any or all of bool", kind,
         nameOf(x.dtype));
  }
  return kernel;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
