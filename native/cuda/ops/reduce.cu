// Sums and extremes over any set of axes (attrs as in cpu/ops/reduce.cc). Axes are reduced innermost first; a long one
// in chunks of fixed length whose results are reduced in turn, in an order that the shapes alone decide.

#include "cpu/ops/operands.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

struct Add {
  template <class T>
  SEQNN_INLINE T start() const {
    return T(0);
  }
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return a + b;
  }
};
struct Multiply {
  template <class T>
  SEQNN_INLINE T start() const {
    return T(1);
  }
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return a * b;
  }
};

// The lowest and the highest value of a type.
SEQNN_INLINE void ends(float* low, float* high) { *low = -HUGE_VALF, *high = HUGE_VALF; }
SEQNN_INLINE void ends(double* low, double* high) { *low = -HUGE_VAL, *high = HUGE_VAL; }
SEQNN_INLINE void ends(int32_t* low, int32_t* high) { *low = INT32_MIN, *high = INT32_MAX; }
SEQNN_INLINE void ends(uint8_t* low, uint8_t* high) { *low = 0, *high = 1; }

// A NaN wins.
struct Larger {
  template <class T>
  SEQNN_INLINE T start() const {
    T low, high;
    ends(&low, &high);
    return low;
  }
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return b == b ? (a < b ? b : a) : b;
  }
};
struct Smaller {
  template <class T>
  SEQNN_INLINE T start() const {
    T low, high;
    ends(&low, &high);
    return high;
  }
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return b == b ? (b < a ? b : a) : b;
  }
};

// [outer, count, inner] -> [outer, chunks, inner]
struct Pass {
  int64_t outer, count, inner, chunk, chunks;
  int64_t size() const { return outer * chunks * inner; }
};

// inner > 1: a thread folds one column of one chunk.
template <class T, class Op>
struct FoldColumn {
  const T* x;
  T* y;
  int64_t count, inner, chunk, chunks;
  T divisor;
  bool divides;
  SEQNN_INLINE void operator()(int64_t i) const {
    const int64_t column = i % inner, c = i / inner % chunks, o = i / inner / chunks;
    const int64_t first = c * chunk, last = first + chunk < count ? first + chunk : count;
    const Op op{};
    // Four chains, for the rounding and for the latency of memory.
    T chain[4];
    for (T& one : chain) one = op.template start<T>();
    int64_t k = first;
    for (; k + 4 <= last; k += 4) {
      for (int j = 0; j < 4; ++j) chain[j] = op(chain[j], x[(o * count + k + j) * inner + column]);
    }
    for (int j = 0; k + j < last; ++j) chain[j] = op(chain[j], x[(o * count + k + j) * inner + column]);
    const T value = op(op(chain[0], chain[1]), op(chain[2], chain[3]));
    y[i] = divides ? value / divisor : value;
  }
};

// inner == 1: a block folds one chunk.
template <class T, class Op>
__global__ void foldRunKernel(const T* x, T* y, int64_t results, int64_t count, int64_t chunk, int64_t chunks,
                              T divisor, bool divides) {
  const Op op{};
  for (int64_t r = blockIdx.x; r < results; r += gridDim.x) {
    const int64_t o = r / chunks, first = r % chunks * chunk, last = first + chunk < count ? first + chunk : count;
    T value = op.template start<T>();
    for (int64_t k = first + threadIdx.x; k < last; k += blockDim.x) value = op(value, x[o * count + k]);
    value = joinBlock(value, sharedMemory<T>(), op);
    if (threadIdx.x == 0) y[r] = divides ? value / divisor : value;
  }
}

template <class T, class Op>
struct FillStart {
  T* y;
  T divisor;
  bool divides;
  SEQNN_INLINE void operator()(int64_t i) const {
    const T start = Op{}.template start<T>();
    y[i] = divides ? start / divisor : start;  // the mean of nothing is no number
  }
};

constexpr int kMaxPasses = 64;

int planPasses(const Node& node, const Shape& shape, Pass* passes) {
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
    while (gone[g] && dim[g] != 1 && dim[g] != 0) {
      Pass& pass = passes[n++];
      pass.outer = pass.inner = 1;
      for (int d = 0; d < g; ++d) pass.outer *= dim[d];
      for (int d = g + 1; d < groups; ++d) pass.inner *= dim[d];
      pass.count = dim[g];
      pass.chunk = pass.inner == 1 ? 4096 : 64;
      pass.chunks = dim[g] = (pass.count + pass.chunk - 1) / pass.chunk;
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
    passCount_ = planPasses(node, shape, passes_);
    if (size_ == 0) passCount_ = 0;
    const int64_t kept = passCount_ ? passes_[passCount_ - 1].size() : size_;
    if (size_ > 0 && kept != outSize_) {
      fail("reduce: the output has %lld elements, expected %lld", static_cast<long long>(outSize_),
           static_cast<long long>(kept));
    }
    for (int p = 0; p + 1 < passCount_; ++p) room_[p % 2] = most(room_[p % 2], passes_[p].size());
    workspace = alignUp(static_cast<size_t>(room_[0]) * sizeof(T)) + static_cast<size_t>(room_[1]) * sizeof(T);
  }

  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const T* x = in<T>(call, 0);
    T* y = out<T>(call, 0);
    const T divisor = static_cast<T>(outSize_ == 0 ? 1 : size_ / outSize_);
    if (size_ == 0) {
      forEach(queue, outSize_, FillStart<T, Op>{y, divisor, mean_});
      return;
    }
    // All dimensions are 1: nothing to divide either.
    if (passCount_ == 0) copy(queue.stream(), y, x, static_cast<size_t>(size_) * sizeof(T));
    T* rooms[2] = {reinterpret_cast<T*>(call.workspace),
                   reinterpret_cast<T*>(call.workspace + alignUp(static_cast<size_t>(room_[0]) * sizeof(T)))};
    for (int p = 0; p < passCount_; ++p) {
      const bool last = p + 1 == passCount_;
      T* to = last ? y : rooms[p % 2];
      runPass(queue, passes_[p], x, to, divisor, last && mean_);
      x = to;
    }
  }

 private:
  static void runPass(Queue& queue, const Pass& p, const T* x, T* y, T divisor, bool divides) {
    if (p.inner != 1) {
      forEach(queue, p.size(), FoldColumn<T, Op>{x, y, p.count, p.inner, p.chunk, p.chunks, divisor, divides});
      return;
    }
    unsigned threads = 32;
    while (threads < 256 && threads * 4 < least(p.count, p.chunk)) threads *= 2;
    const dim3 grid(static_cast<unsigned>(least(p.size(), kMaxBlocks)));
    launch(queue, foldRunKernel<T, Op>, grid, threads, threads * sizeof(T), x, y, p.size(), p.count, p.chunk, p.chunks,
           divisor, divides);
  }

  bool mean_;
  int64_t size_, outSize_;
  int passCount_ = 0;
  Pass passes_[kMaxPasses];
  int64_t room_[2] = {};  // elements of the two buffers between passes
};

template <class T>
Kernel* createSum(const Node& node, const char* kind) {
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
      made = createSum<float>(node, kind);
      return made ? made : createExtreme<float>(node, kind);
    case DType::f64:
      if (mean) return new Reduce<double, Add>(node, true);
      made = createSum<double>(node, kind);
      return made ? made : createExtreme<double>(node, kind);
    case DType::i32:
      made = createSum<uint32_t>(node, kind);  // unsigned: wraps around
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

}  // namespace cuda
}  // namespace seqnn
