// rnnGrad: the gradient of `rnn` (operands and attributes as in cpu/ops/rnn_grad.cc).

#include "cuda/rnn/dnn_rnn.h"
#include "cuda/rnn/norm.h"
#include "cuda/sums.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
class RnnGrad final : public OptionalOperands {
 public:
  RnnGrad(const Node& node, const RnnConfig& config) : OptionalOperands(node), c_(config) {
    while (!kForms[form_].takes(c_)) ++form_;
    const size_t state = static_cast<size_t>(c_.H) * c_.B * sizeof(T);
    Places places;
    dGates_ = places.take(state * gradRows(c_) * c_.T);
    reset_ = places.take(c_.kind == CellKind::gru ? state * c_.T : 0);
    for (size_t& place : walk_) place = places.take(form_ == 0 ? 0 : state);
    dy_ = places.take(size_t(c_.T) * c_.normed() * c_.B * sizeof(T));
    size_t parts = 0;
    const auto need = [&](const ProductShape& p) {
      parts = parts < productWorkspace<T>(p) ? productWorkspace<T>(p) : parts;
    };
    need(inputShape());
    need(kernelShape());
    for (int p = 0; p < c_.layout.products; ++p) {
      need(recurrentShape(p));
      need(throughShape(p));
    }
    parts_ = places.take(parts);
    used_ = places.take(keepsUsed() ? state * c_.T : 0);
    workspace = places.used();
    form = kForms[form_].name;
  }

  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    char* space = call.workspace;
    const Backward<T> f{c_,
                        {given<T>(call, kX),
                         given<T>(call, kKernel),
                         given<T>(call, kRecurrent),
                         given<T>(call, kH0),
                         given<T>(call, kC0),
                         given<uint8_t>(call, kMask),
                         given<T>(call, kDropout),
                         given<T>(call, kNormScale),
                         given<T>(call, kStateDropout),
                         given<T>(call, kZoneH),
                         given<T>(call, kZoneC),
                         given<T>(call, kGradHs),
                         given<T>(call, kGradCs),
                         given<T>(call, kGradReserve),
                         given<T>(call, kGradNormed),
                         given<T>(call, kDHs),
                         given<T>(call, kDHLast),
                         given<T>(call, kDCs),
                         given<T>(call, kDCLast),
                         wanted<T>(call, kDH0),
                         wanted<T>(call, kDC0),
                         reinterpret_cast<T*>(space + dGates_),
                         reinterpret_cast<T*>(space + reset_)},
                        cellOf<T>(c_, given<T>(call, kPeephole)),
                        gradRows(c_)};
    if (c_.H > 0 && c_.B > 0) (this->*kForms[form_].run)(queue, f, wanted<T>(call, kDX), space);
    if (T* dx = c_.given() ? nullptr : wanted<T>(call, kDX))
      product<T>(queue, inputShape(), InputGradient<T>{f, dx}, space + parts_);
    if (T* to = wanted<T>(call, kDKernel)) product<T>(queue, kernelShape(), KernelGradient<T>{f, to}, space + parts_);
    if (T* to = wanted<T>(call, kDRecurrent)) recurrent(queue, f, to, space);
    if (T* to = wanted<T>(call, kDBias)) bias(queue, f, to);
    const auto norm = [&](T* to, const T* normed) {
      const T* dy = reinterpret_cast<const T*>(space + dy_);
      if (to) sumTerms<T>(queue, c_.normed(), all(), NormTerm<T>{dy, normed, c_.normed(), c_.normRows(), c_.B}, to);
    };
    norm(wanted<T>(call, kDNormScale), f.o.normed);
    norm(wanted<T>(call, kDNormShift), nullptr);
    if (T* to = wanted<T>(call, kDPeephole))
      sumTerms<T>(queue, 3 * int64_t(c_.H), int64_t(c_.T) * c_.B, PeepholeTerm<T>{f}, to);
  }

 private:
  // The first form that takes a layer runs it; the last takes all.
  struct Form {
    const char* name;
    bool (*takes)(const RnnConfig&);
    void (RnnGrad::*run)(Queue&, const Backward<T>&, T* dx, char* space) const;
  };
  static const Form kForms[2];
  static bool fits(const RnnConfig& c) {
    return c.norm == Norm::none && fitsShared(persistentBackwardShared(c, sizeof(T)));
  }
  static bool always(const RnnConfig&) { return true; }

  int64_t all() const { return int64_t(c_.T) * c_.B; }
  ProductShape inputShape() const { return {c_.F, all(), c_.columns(), 1, true, false}; }
  ProductShape kernelShape() const { return {c_.F, c_.columns(), all(), 1, true, true}; }
  ProductShape recurrentShape(int p) const {
    return {c_.H, int64_t(c_.layout.product[p].gates) * c_.H, all(), 1, true, true};
  }
  ProductShape throughShape(int p) const {
    return {c_.H, c_.B, int64_t(c_.layout.product[p].gates) * c_.H, 1, true, false};
  }

  void persistent(Queue& queue, const Backward<T>& f, T*, char*) const {
    launch(queue, persistentBackward<T>, dim3(sequenceBlocks(c_)), kSequenceThreads,
           persistentBackwardShared(c_, sizeof(T)), f, Rounding(queue.precision), lanesOfBlock(c_));
  }

  void steps(Queue& queue, const Backward<T>& f, T* dx, char* space) const {
    T* walk[3];  // dh, dc, what comes through the products
    for (int i = 0; i < 3; ++i) walk[i] = reinterpret_cast<T*>(space + walk_[i]);
    const int64_t size = f.state();
    forEach(queue, size, StartGradients<T>{f, walk[0], walk[1]});
    for (int64_t s = c_.T - 1; s >= 0; --s) {
      if (c_.norm == Norm::none) {
        forEach(queue, size, StepBack<T>{f, s, walk[0], walk[1]});
      } else {
        T* dy = reinterpret_cast<T*>(space + dy_);
        forEach(queue, c_.B, NormStepBack<T>{f, s, walk[0], walk[1], walk[2], c_.given() ? dx : nullptr, dy});
      }
      bool adds = false;
      const auto through = [&](int p) {
        product<T>(queue, throughShape(p), StepThrough<T>{f, c_.layout.product[p], s, walk[2], adds}, space + parts_);
        adds = true;
      };
      if (c_.kind == CellKind::gru) {
        through(1);
        forEach(queue, size, StepResetBack<T>{f, s, walk[2]});
      }
      for (int p = 0; p < c_.layout.products; ++p) {
        if (c_.layout.product[p].state == StateOperand::before) through(p);
      }
      forEach(queue, size, AddThrough<T>{f, walk[2], walk[0]});
    }
    const size_t bytes = static_cast<size_t>(size) * sizeof(T);
    if (f.o.dh0) copy(queue.stream(), f.o.dh0, walk[0], bytes);
    if (f.o.dc0) copy(queue.stream(), f.o.dc0, walk[1], bytes);
  }

  // cuBLAS reads the states of all steps as matrices: with the first one, and with dropout.
  bool keepsUsed() const {
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (q.state == StateOperand::before && blasGains(c_.H, int64_t(q.gates) * c_.H, c_.B)) return true;
    }
    return false;
  }

  void recurrent(Queue& queue, const Backward<T>& f, T* to, char* space) const {
    T* const used = keepsUsed() ? reinterpret_cast<T*>(space + used_) : nullptr;
    if (used) forEach(queue, c_.T * f.state(), UsedStates<T>{f, used});
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (q.state != StateOperand::none)
        product<T>(queue, recurrentShape(p), RecurrentGradient<T>{f, q, to, used}, space + parts_);
    }
  }

  void bias(Queue& queue, const Backward<T>& f, T* to) const {
    const int64_t step = gradRows(c_) * f.state(), H = c_.H;
    const auto sums = [&](int row, int gates, T* target) {
      sumTerms<T>(queue, gates * H, all(), StepTerm<T>{f.o.dGates + row * f.state(), step, c_.B}, target);
    };
    sums(0, c_.layout.gates, to);
    if (c_.kind != CellKind::gruResetAfter) return;
    for (int p = 0; p < c_.layout.products; ++p) {
      const Product& q = c_.layout.product[p];
      if (q.state == StateOperand::before) sums(q.row, q.gates, to + c_.columns() + q.column * H);
    }
  }

  RnnConfig c_;
  int form_ = 0;
  size_t dGates_, reset_, walk_[3], dy_, parts_, used_;
};

template <class T>
const typename RnnGrad<T>::Form RnnGrad<T>::kForms[2] = {
    {"persistent", &RnnGrad<T>::fits, &RnnGrad<T>::persistent},
    {"steps", &RnnGrad<T>::always, &RnnGrad<T>::steps},
};

}  // namespace

Kernel* create_rnnGrad(const Node& node) {
  const RnnConfig config = rnnConfigFrom(node);
  const DType dtype = node.floating();
  checkRnnGradOperands(node, config, dtype);
  if (Kernel* kernel = createDnnRnnGrad(node, config)) return kernel;
  if (dtype == DType::f32) return new RnnGrad<float>(node, config);
  return new RnnGrad<double>(node, config);
}

}  // namespace cuda
}  // namespace seqnn
