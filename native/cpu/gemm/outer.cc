#include <utility>

#include "cpu/gemm/gemm.h"
#include "cpu/gemm/lanes.h"
#include "cpu/gemm/outer_tile.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Whether to transpose both factors and take the packed product: when the result is large enough to pay for it,
// or when the lanes would leave most of a vector empty.
template <class T>
bool transposes(int M, int N, int lanes) {
  return (M >= kPackedOuter && N >= kPackedOuter) || lanes * 2 < kLanes<T>;
}

// Steps summed in one go, such that the rows of a stay in the second-level cache.
int stepsAtOnce(int lanes) {
  constexpr int kSamples = 4096;
  return lanes >= kSamples ? 1 : kSamples / lanes;
}

// c[n] (+)= sum over t of d[t][n]: vectors of columns instead of lanes.
template <class T>
void columnSums(const T* d, int64_t stepD, int N, int steps, T* c, bool accumulate) {
  for (int n = 0; n < N; n += kLanes<T>) {
    const int count = lesser(N - n, kLanes<T>);
    Vec<T> sum = accumulate ? loadLanes(c + n, count) : Vec<T>{};
    for (int t = 0; t < steps; ++t) sum += loadLanes(d + t * stepD + n, count);
    storeLanes(c + n, sum, count);
  }
}

// The sums of some rows that lie together, so that a step's values are read in one stretch. Two chains a row: a step's
// vectors alternate.
template <class T, int... R>
SEQNN_INLINE void rowSums(const T* d, int64_t stepD, int64_t ldD, int steps, int lanes, T* c, bool accumulate,
                          std::integer_sequence<int, R...>) {
  const int whole = lanes / kLanes<T> * kLanes<T>;
  Vec<T> even[] = {(static_cast<void>(R), Vec<T>{})...}, odd[] = {(static_cast<void>(R), Vec<T>{})...};
  for (int t = 0; t < steps; ++t) {
    const T* row = d + t * stepD;
    int l = 0;
    for (; l + 2 * kLanes<T> <= whole; l += 2 * kLanes<T>) {
      ((even[R] += load(row + R * ldD + l)), ...);
      ((odd[R] += load(row + R * ldD + l + kLanes<T>)), ...);
    }
    if (l < whole) ((even[R] += load(row + R * ldD + l)), ...);
    if (whole < lanes) ((odd[R] += loadLanes(row + R * ldD + whole, lanes - whole)), ...);
  }
  const auto put = [accumulate](T* to, T sum) { *to = accumulate ? *to + sum : sum; };
  (put(c + R, sumLanes(even[R] + odd[R])), ...);
}

}  // namespace

template <class T>
size_t lanesOuterWorkspace(int M, int N, int steps, int lanes) {
  return transposes<T>(M, N, lanes) ? gemmWorkspace<T>(M, N, steps * lanes) : 0;
}

template <class T>
void lanesOuter(const T* a, int64_t stepA, int64_t ldA, int M, const T* d, int64_t stepD, int64_t ldD, int N, int steps,
                int lanes, T* c, int64_t ldc, bool accumulate, ThreadPool& pool, void* workspace) {
  if (M <= 0 || N <= 0) return;
  if (steps <= 0 || lanes <= 0 || transposes<T>(M, N, lanes)) {
    const int inner = lanes > 0 ? lanes : 1;
    gemm<T>(M, N, steps * lanes, {a, ldA, 1, inner, stepA}, {d, ldD, 1, inner, stepD}, c, ldc, accumulate, pool,
            workspace);
    return;
  }
  const int tiles = outerTileCount(M, N);
  const int tasks = lesser(lesser(gemmTasks(M, N, steps * lanes), tiles), pool.threads());
  if (tasks < 1) return;
  const int chunk = stepsAtOnce(lanes);
  const Blocks share(tiles, (tiles + tasks - 1) / tasks);
  pool.parallel(share.count, [&](int task) {
    const int first = share.first(task);
    for (int t = 0; t < steps; t += chunk) {
      outerTiles<T>({a + t * stepA, stepA, ldA}, M, {d + t * stepD, stepD, ldD}, N, lesser(chunk, steps - t), lanes, c,
                    ldc, accumulate || t > 0, first, first + share.rows(task));
    }
  });
}

template <class T>
void lanesSum(const T* d, int64_t stepD, int64_t ldD, int N, int steps, int lanes, T* c, bool accumulate) {
  if (lanes == 1 && ldD == 1) return columnSums(d, stepD, N, steps, c, accumulate);
  constexpr int kTogether = kRegisters == 32 ? 8 : 4;
  int n = 0;
  for (; n + kTogether <= N; n += kTogether) {
    rowSums<T>(d + n * ldD, stepD, ldD, steps, lanes, c + n, accumulate, std::make_integer_sequence<int, kTogether>());
  }
  for (; n < N; ++n) {
    rowSums<T>(d + n * ldD, stepD, ldD, steps, lanes, c + n, accumulate, std::make_integer_sequence<int, 1>());
  }
}

#define SEQNN_OUTER(T)                                                                                                 \
  template size_t lanesOuterWorkspace<T>(int, int, int, int);                                                          \
  template void lanesOuter<T>(const T*, int64_t, int64_t, int, const T*, int64_t, int64_t, int, int, int, T*, int64_t, \
                              bool, ThreadPool&, void*);                                                               \
  template void lanesSum<T>(const T*, int64_t, int64_t, int, int, int, T*, bool);
SEQNN_OUTER(float)
SEQNN_OUTER(double)
#undef SEQNN_OUTER

}  // namespace SEQNN_ISA
}  // namespace seqnn
