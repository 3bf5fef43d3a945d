#pragma once

namespace seqnn {

// The batch-inner products behind plain pointers, so that a test reaches every instruction set's copy.
struct LanesCase {
  int M, K, lanes, ld;  // ld: from row to row of x and c, at least `lanes`
  int missing;          // rows of the middle of K whose segment is null
  bool accumulate;
  int cut;  // lanes [0, cut) and [cut, lanes) are computed by two calls
};

struct OuterCase {
  int M, N, steps, lanes, ld;
  bool accumulate;
};

template <class T>
struct LanesCalls {
  void (*product)(const LanesCase& p, const T* w, const T* x, const T* bias,
                  T* c);  // w: [K, M], x: [K, ld], c: [M, ld]
  void (*outer)(const OuterCase& p, const T* a, const T* d, T* c,
                int threads);                         // a: [steps, M, ld], d: [steps, N, ld], c: [M, N]
  void (*sum)(const OuterCase& p, const T* d, T* c);  // c: [N]
};

struct LanesProbe {
  const char* isa;
  LanesCalls<float> single;
  LanesCalls<double> twice;
};

}  // namespace seqnn
