#include "tests/lanes_probe.h"

#include "cpu/gemm/lanes.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
void product(const LanesCase& p, const T* w, const T* x, const T* bias, T* c) {
  T* const packed = new T[packedLanesSize<T>(p.M, p.K)];
  const int head = (p.K - p.missing) / 2, tail = p.K - p.missing - head;
  packLanes<T>(w, 1, p.M, p.M, head, packed, 0, p.K);
  packLanes<T>(w + head * p.M, 1, p.M, p.M, p.K - head, packed, head, p.K);
  const auto run = [&](int lane, int lanes) {
    const Segment<T> segments[] = {{x + lane, p.ld, head},
                                   {nullptr, 0, p.missing},
                                   {x + static_cast<int64_t>(head + p.missing) * p.ld + lane, p.ld, tail}};
    lanesGemm<T>(packed, p.M, p.K, segments, 3, bias, c + lane, p.ld, lanes, p.accumulate);
  };
  run(0, p.cut);
  run(p.cut, p.lanes - p.cut);
  delete[] packed;
}

template <class T>
void outer(const OuterCase& p, const T* a, const T* d, T* c, int threads) {
  ThreadPool pool(threads);
  char* const workspace = new char[lanesOuterWorkspace<T>(p.M, p.N, p.steps, p.lanes) + 64];
  lanesOuter<T>(a, static_cast<int64_t>(p.M) * p.ld, p.ld, p.M, d, static_cast<int64_t>(p.N) * p.ld, p.ld, p.N, p.steps,
                p.lanes, c, p.N, p.accumulate, pool, workspace + 64 - reinterpret_cast<uintptr_t>(workspace) % 64);
  delete[] workspace;
}

template <class T>
void sum(const OuterCase& p, const T* d, T* c) {
  lanesSum<T>(d, static_cast<int64_t>(p.N) * p.ld, p.ld, p.N, p.steps, p.lanes, c, p.accumulate);
}

}  // namespace

#define SEQNN_STRING(x) #x
#define SEQNN_NAME(x) SEQNN_STRING(x)
extern const LanesProbe kLanesProbe;
const LanesProbe kLanesProbe = {
    SEQNN_NAME(SEQNN_ISA), {product<float>, outer<float>, sum<float>}, {product<double>, outer<double>, sum<double>}};

}  // namespace SEQNN_ISA
}  // namespace seqnn
