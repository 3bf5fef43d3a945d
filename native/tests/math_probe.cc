#include "tests/math_probe.h"

#include "cpu/simd/activation.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T, class F>
void overVectors(const T* x, T* y, int64_t count, F f) {
  for (int64_t i = 0; i < count; i += kLanes<T>) {
    const int n = static_cast<int>(count - i < kLanes<T> ? count - i : kLanes<T>);
    storeLanes<T>(y + i, f(loadLanes<T>(x + i, n)), n);
  }
}

#define SEQNN_PROBE(f)                                                \
  template <class T>                                                  \
  void probe_##f(const T* x, T* y, int64_t count) {                   \
    overVectors<T>(x, y, count, [](Vec<T> v) { return v##f<T>(v); }); \
  }
#define SEQNN_FUNCTIONS(X) X(exp) X(expm1) X(log) X(log1p) X(tanh) X(sigmoid) X(gate) X(erf) X(sin) X(cos)
SEQNN_FUNCTIONS(SEQNN_PROBE)

template <class T, Activation A>
void probeActivation(const T* x, T* y, int64_t count) {
  overVectors<T>(x, y, count, [](Vec<T> v) { return activate<T>(A, v); });
}
// Takes outputs and gives slopes.
template <class T, Activation A>
void probeSlope(const T* x, T* y, int64_t count) {
  overVectors<T>(x, y, count, [](Vec<T> v) { return slopeFromOutput<T>(A, v); });
}

const MathFunction kFunctions[] = {
#define X(f) {#f, probe_##f<float>, probe_##f<double>},
    SEQNN_FUNCTIONS(X)
#undef X
#define X(a)                                                                                         \
  {"activation " #a, probeActivation<float, Activation::a>, probeActivation<double, Activation::a>}, \
      {"slope " #a, probeSlope<float, Activation::a>, probeSlope<double, Activation::a>},
        SEQNN_ACTIVATIONS(X)
#undef X
};

}  // namespace

#define SEQNN_STRING(x) #x
#define SEQNN_NAME(x) SEQNN_STRING(x)
extern const MathProbe kMathProbe;
const MathProbe kMathProbe = {SEQNN_NAME(SEQNN_ISA), kFunctions, sizeof kFunctions / sizeof kFunctions[0]};

}  // namespace SEQNN_ISA
}  // namespace seqnn
