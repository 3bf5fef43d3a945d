// Sums and extremes over any set of axes (attrs as in cpu/ops/reduce.cc). Axes are reduced innermost first; a long one
// in chunks of fixed length whose results are reduced in turn, in an order that the shapes alone decide.

#include "cpu/ops/reduce_config.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

template <class Op>
struct Join {
  template <class T>
  SEQNN_INLINE T operator()(T a, T b) const {
    return Op::of(a, b);
  }
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
    const Join<Op> op{};
    // Four chains, for the rounding and for the latency of memory.
    T chain[4];
    for (T& one : chain) one = startOf<T, Op>();
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
  const Join<Op> op{};
  for (int64_t r = blockIdx.x; r < results; r += gridDim.x) {
    const int64_t o = r / chunks, first = r % chunks * chunk, last = first + chunk < count ? first + chunk : count;
    T value = startOf<T, Op>();
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
    const T start = startOf<T, Op>();
    y[i] = divides ? start / divisor : start;  // the mean of nothing is no number
  }
};

template <class T, class Op>
class Reduce final : public Kernel {
 public:
  Reduce(const Node& node, bool mean) : mean_(mean), plan_(node, 4096, 64) { workspace = plan_.workspace(sizeof(T)); }

  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const T* x = in<T>(call, 0);
    T* y = out<T>(call, 0);
    const T divisor = static_cast<T>(plan_.folded());
    if (plan_.size == 0) {
      forEach(queue, plan_.outSize, FillStart<T, Op>{y, divisor, mean_});
      return;
    }
    // All dimensions are 1: nothing to divide either.
    if (plan_.count == 0) copy(queue.stream(), y, x, static_cast<size_t>(plan_.size) * sizeof(T));
    for (int p = 0; p < plan_.count; ++p) {
      T* to = plan_.target(p, call.workspace, y);
      runPass(queue, plan_.pass[p], x, to, divisor, p + 1 == plan_.count && mean_);
      x = to;
    }
  }

 private:
  static void runPass(Queue& queue, const ReducePass& p, const T* x, T* y, T divisor, bool divides) {
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
  ReducePlan plan_;
};

}  // namespace

Kernel* create_reduce(const Node& node) { return newReduce<Reduce>(node); }

}  // namespace cuda
}  // namespace seqnn
