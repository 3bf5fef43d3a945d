// Normalisation over one axis of [O, C, I] and its gradient.

#include "cpu/ops/layer_norm_config.h"
#include "cuda/rows.h"
#include "cuda/sums.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
struct NormBody {
  const T *x, *gamma, *beta;  // [O, C, I], [C] or null, [C] or null
  T *y, *means, *rstds;       // [O, C, I], [O, I] or null, [O, I] or null
  T epsilon;
  bool rms;

  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T count = static_cast<T>(row.count);
    T mean = 0;
    if (!rms) {
      row.each([&](int64_t, int64_t at) { mean += x[at]; });
      mean = row.sum(mean) / count;
    }
    T square = 0;
    row.each([&](int64_t, int64_t at) { square += (x[at] - mean) * (x[at] - mean); });
    const T rstd = T(1) / vsqrt<T>(row.sum(square) / count + epsilon);
    row.each([&](int64_t k, int64_t at) {
      const T normal = (x[at] - mean) * rstd, scaled = gamma ? normal * gamma[k] : normal;
      y[at] = beta ? scaled + beta[k] : scaled;
    });
    if (means && row.leads()) means[row.number] = mean;
    if (rstds && row.leads()) rstds[row.number] = rstd;
  }
};

template <class T>
class LayerNorm final : public Kernel {
 public:
  explicit LayerNorm(const LayerNormConfig& config) : c_(config) {}
  void run(const Call& call) override {
    eachRow<T>(queueOf(call), c_.view,
               NormBody<T>{in<T>(call, 0), c_.gamma ? in<T>(call, 1) : nullptr, c_.beta ? in<T>(call, 2) : nullptr,
                           out<T>(call, 0), c_.mean ? out<T>(call, 1) : nullptr, c_.rstd ? out<T>(call, 2) : nullptr,
                           static_cast<T>(c_.epsilon), c_.rms});
  }

 private:
  LayerNormConfig c_;
};

template <class T>
struct InputGradBody {
  const T *x, *gamma, *means, *rstds, *dy;
  T* dx;
  bool rms;

  template <bool across>
  __device__ void operator()(const Row<T, across>& row) const {
    const T mean = means ? means[row.number] : T(0), rstd = rstds[row.number], count = static_cast<T>(row.count);
    T sum = 0, dot = 0;
    row.each([&](int64_t k, int64_t at) {
      const T weighted = gamma ? dy[at] * gamma[k] : dy[at];
      sum += weighted;
      dot += weighted * ((x[at] - mean) * rstd);
    });
    const T shift = rms ? T(0) : row.sum(sum) / count, slope = row.sum(dot) / count;
    row.each([&](int64_t k, int64_t at) {
      const T weighted = gamma ? dy[at] * gamma[k] : dy[at], normal = (x[at] - mean) * rstd;
      dx[at] = ((weighted - shift) - normal * slope) * rstd;
    });
  }
};

// What dgamma and dbeta sum over the rows, for position c of the axis.
template <class T>
struct GammaTerm {
  const T *x, *means, *rstds, *dy;
  int64_t count, inner;
  SEQNN_INLINE T operator()(int64_t c, int64_t row) const {
    const int64_t at = (row / inner * count + c) * inner + row % inner;
    return dy[at] * ((x[at] - (means ? means[row] : T(0))) * rstds[row]);
  }
};
template <class T>
struct BetaTerm {
  const T* dy;
  int64_t count, inner;
  SEQNN_INLINE T operator()(int64_t c, int64_t row) const {
    return dy[(row / inner * count + c) * inner + row % inner];
  }
};

template <class T>
class LayerNormGrad final : public Kernel {
 public:
  explicit LayerNormGrad(const LayerNormGradConfig& config) : c_(config) {}
  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    const AxisView& v = c_.view;
    const T *x = in<T>(call, 0), *gamma = c_.gamma ? in<T>(call, 1) : nullptr;
    const T *means = c_.mean ? in<T>(call, 2) : nullptr, *rstds = in<T>(call, 3), *dy = in<T>(call, 4);
    if (c_.dgamma)
      sumTerms<T>(queue, v.count, v.rows(), GammaTerm<T>{x, means, rstds, dy, v.count, v.inner}, out<T>(call, 1));
    if (c_.dbeta) sumTerms<T>(queue, v.count, v.rows(), BetaTerm<T>{dy, v.count, v.inner}, out<T>(call, 2));
    if (c_.dx) eachRow<T>(queue, v, InputGradBody<T>{x, gamma, means, rstds, dy, out<T>(call, 0), c_.rms});
  }

 private:
  LayerNormGradConfig c_;
};

}  // namespace

Kernel* create_layerNorm(const Node& node) {
  return newFloating<LayerNorm>(node, node.input(0).dtype, layerNormConfig(node));
}

Kernel* create_layerNormGrad(const Node& node) {
  return newFloating<LayerNormGrad>(node, node.input(0).dtype, layerNormGradConfig(node));
}

}  // namespace cuda
}  // namespace seqnn
