#include "cpu/gemm/gemm.h"

#include "cpu/gemm/direct_tile.h"
#include "cpu/gemm/outer_tile.h"
#include "cpu/gemm/pack.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// A block of packed A rows lies in the first-level cache, the panels of B in the second.
constexpr int kBlockK = 256;
constexpr int kBlockM = 20 * kTileRows;
constexpr int kBlockN = 512;
template <class T>
constexpr int kPanel = 2 * kLanes<T>;

template <class T>
int panels(int N) {
  return (N + kPanel<T> - 1) / kPanel<T>;
}

template <class T>
size_t packedA(int M, int K) {
  return alignUp(sizeof(T) * static_cast<size_t>(lesser(M, kBlockM)) * static_cast<size_t>(lesser(K, kBlockK)) +
                 kPrefetchBytes);
}
template <class T>
size_t packedB(int N, int K) {
  return alignUp(sizeof(T) * static_cast<size_t>(panels<T>(lesser(N, kBlockN)) * kPanel<T>) *
                 static_cast<size_t>(lesser(K, kBlockK)));
}

// A block of columns of c, from packed panels of B: the rows of A are packed as they come.
template <class T>
void rowsOf(const LeftFactor<T>& p, const T* bPack, int n0, int columns, int k0, int depth, T* aPack) {
  for (int m0 = 0; m0 < p.M; m0 += kBlockM) {
    const Blocks blocks(lesser(p.M - m0, kBlockM), kTileRows);
    for (int block = 0; block < blocks.count; ++block) {
      const int m = m0 + blocks.first(block), rows = blocks.rows(block);
      T* const w = aPack + static_cast<int64_t>(m - m0) * depth;
      packPanel(p.a, m, rows, k0, depth, w, rows);
      for (int n = 0; n < columns; n += kPanel<T>) {
        const Segment<T> segment{bPack + static_cast<int64_t>(n) * depth, kPanel<T>, depth};
        tileRow(w, rows, &segment, 1, 0, static_cast<const T*>(nullptr), p.c + m * p.ldc + n0 + n, p.ldc,
                lesser(columns - n, kPanel<T>), p.accumulate || k0 > 0);
      }
    }
  }
}

template <class T>
void packed(const LeftFactor<T>* products, int count, int N, int K, const Factor<T>& b, void* workspace) {
  T* const bPack = static_cast<T*>(workspace);
  T* const aPack = reinterpret_cast<T*>(static_cast<char*>(workspace) + packedB<T>(N, K));
  for (int n0 = 0; n0 < N; n0 += kBlockN) {
    const int columns = lesser(N - n0, kBlockN);
    for (int k0 = 0; k0 < K; k0 += kBlockK) {
      const int depth = lesser(K - k0, kBlockK);
      for (int n = 0; n < columns; n += kPanel<T>) {
        packPanel(b, n0 + n, lesser(columns - n, kPanel<T>), k0, depth, bPack + static_cast<int64_t>(n) * depth,
                  kPanel<T>);
      }
      for (int i = 0; i < count; ++i) rowsOf(products[i], bPack, n0, columns, k0, depth, aPack);
    }
  }
}

// In the order of preference.
enum class Route { nothing, dots, direct, packed };

template <class T>
Route routeOf(int M, int N, int K, const Factor<T>& a, const Factor<T>& b) {
  if (K <= 0) return Route::nothing;
  const bool plain = a.inner >= K && b.inner >= K;
  const bool small = 1.0 * M * N * K <= 32768 || M <= kDirectRows;
  // A single column is contiguous whatever its stride; a single k likewise.
  if (plain && (a.k == 1 || K == 1) && (b.k == 1 || K == 1) && K >= kLanes<T> && (small || N <= kOuterColumns))
    return Route::dots;
  if (plain && (b.own == 1 || N == 1) && small) return Route::direct;
  return Route::packed;
}

template <class T>
void runRoute(Route route, int M, int N, int K, const Factor<T>& a, const Factor<T>& b, T* c, int64_t ldc,
              bool accumulate, void* workspace) {
  switch (route) {
    case Route::nothing:
      for (int m = 0; m < M && !accumulate; ++m) {
        for (int n = 0; n < N; ++n) c[m * ldc + n] = 0;
      }
      return;
    case Route::dots:
      outerTiles<T>({a.data, 0, a.own}, M, {b.data, 0, b.own}, N, 1, K, c, ldc, accumulate, 0, outerTileCount(M, N));
      return;
    case Route::direct:
      directGemm(M, N, K, a.data, a.own, a.k, b.data, b.k, c, ldc, accumulate);
      return;
    case Route::packed:
      const LeftFactor<T> product{a, c, ldc, M, accumulate};
      packed(&product, 1, N, K, b, workspace);
      return;
  }
}

}  // namespace

template <class T>
size_t gemmSerialWorkspace(int M, int N, int K) {
  return packedA<T>(M, K) + packedB<T>(N, K);
}

int gemmTasks(int M, int N, int K, int64_t count) {
  const double all = static_cast<double>(count);
  return tasksFor(all * M * N * K, all * M * K + all * N * K + all * M * N);
}

template <class T>
size_t gemmWorkspace(int M, int N, int K) {
  return gemmSerialWorkspace<T>(M, N, K) * static_cast<size_t>(gemmTasks(M, N, K));
}

template <class T>
void gemmSerial(int M, int N, int K, const Factor<T>& a, const Factor<T>& b, T* c, int64_t ldc, bool accumulate,
                void* workspace) {
  if (M > 0 && N > 0) runRoute(routeOf(M, N, K, a, b), M, N, K, a, b, c, ldc, accumulate, workspace);
}

template <class T>
void gemm(int M, int N, int K, const Factor<T>& a, const Factor<T>& b, T* c, int64_t ldc, bool accumulate,
          ThreadPool& pool, void* workspace) {
  if (M <= 0 || N <= 0) return;
  const Route route = routeOf(M, N, K, a, b);
  const int tasks = lesser(gemmTasks(M, N, K), pool.threads());
  const bool byColumns = N >= M;
  const int unit = byColumns ? kPanel<T> : kTileRows;
  const int units = ((byColumns ? N : M) + unit - 1) / unit;
  const Blocks share(units, (units + tasks - 1) / tasks);
  const size_t slice = gemmSerialWorkspace<T>(M, N, K);
  pool.parallel(share.count, [&](int task) {
    void* const own = static_cast<char*>(workspace) + slice * static_cast<size_t>(task);
    const int first = share.first(task) * unit;
    const int size = lesser((byColumns ? N : M) - first, share.rows(task) * unit);
    if (byColumns) {
      const Factor<T> part{b.data + first * b.own, b.own, b.k, b.inner, b.step};
      runRoute(route, M, size, K, a, part, c + first, ldc, accumulate, own);
    } else {
      const Factor<T> part{a.data + first * a.own, a.own, a.k, a.inner, a.step};
      runRoute(route, size, N, K, part, b, c + first * ldc, ldc, accumulate, own);
    }
  });
}

namespace {

// Tasks for all of them, and the rows of the tallest.
template <class T>
int tasksOf(const LeftFactor<T>* products, int count, int N, int K, int* tallest) {
  double work = 0;
  *tallest = 0;
  for (int i = 0; i < count; ++i) {
    work += 1.0 * products[i].M * N * K;
    if (products[i].M > *tallest) *tallest = products[i].M;
  }
  return tasksFor(work, 0);
}

}  // namespace

template <class T>
size_t gemmTogetherWorkspace(const LeftFactor<T>* products, int count, int N, int K) {
  int tallest;
  const int tasks = tasksOf(products, count, N, K, &tallest);
  return gemmSerialWorkspace<T>(tallest, N, K) * static_cast<size_t>(tasks);
}

template <class T>
void gemmTogether(const LeftFactor<T>* products, int count, int N, int K, const Factor<T>& b, ThreadPool& pool,
                  void* workspace) {
  constexpr int kMost = 4;
  if (count > kMost || N <= 0 || K <= 0) fail("gemmTogether: %d products of %d columns, %d deep", count, N, K);
  int tallest;
  const int tasks = lesser(tasksOf(products, count, N, K, &tallest), pool.threads());
  const int units = panels<T>(N);
  const Blocks share(units, (units + tasks - 1) / tasks);
  const size_t slice = gemmSerialWorkspace<T>(tallest, N, K);
  pool.parallel(share.count, [&](int task) {
    const int first = share.first(task) * kPanel<T>;
    LeftFactor<T> own[kMost];
    for (int i = 0; i < count; ++i) {
      own[i] = products[i];
      own[i].c += first;
    }
    packed(own, count, lesser(N - first, share.rows(task) * kPanel<T>), K,
           {b.data + first * b.own, b.own, b.k, b.inner, b.step},
           static_cast<char*>(workspace) + slice * static_cast<size_t>(task));
  });
}

#define SEQNN_GEMM(T)                                                                                       \
  template size_t gemmTogetherWorkspace<T>(const LeftFactor<T>*, int, int, int);                            \
  template void gemmTogether<T>(const LeftFactor<T>*, int, int, int, const Factor<T>&, ThreadPool&, void*); \
  template size_t gemmSerialWorkspace<T>(int, int, int);                                                    \
  template size_t gemmWorkspace<T>(int, int, int);                                                          \
  template void gemmSerial<T>(int, int, int, const Factor<T>&, const Factor<T>&, T*, int64_t, bool, void*); \
  template void gemm<T>(int, int, int, const Factor<T>&, const Factor<T>&, T*, int64_t, bool, ThreadPool&, void*);
SEQNN_GEMM(float)
SEQNN_GEMM(double)
#undef SEQNN_GEMM

}  // namespace SEQNN_ISA
}  // namespace seqnn
