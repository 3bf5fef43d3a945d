// rnn: a recurrent layer over a whole sequence (operands and attributes as in cpu/ops/rnn.cc).

#include "cuda/rnn/dnn_rnn.h"
#include "cuda/rnn/norm.h"

namespace seqnn {
namespace cuda {
namespace {

template <class T>
class Rnn final : public OptionalOperands {
 public:
  Rnn(const Node& node, const RnnConfig& config) : OptionalOperands(node), c_(config) {
    while (!kForms[form_].takes(c_)) ++form_;
    const size_t state = static_cast<size_t>(c_.H) * c_.B * sizeof(T);
    Places places;
    ownGates_ = c_.layout.reserve == 0 || !node.output(kReserve).present;
    gates_ = places.take(ownGates_ ? state * c_.layout.rows * c_.T : 0);
    for (size_t& place : states_) place = places.take(form_ == 0 ? 0 : state);
    for (int p = 0; p < c_.layout.products; ++p) stepBytes_ = stepBytes_ < partsOf(p) ? partsOf(p) : stepBytes_;
    ownNormed_ = !node.output(kNormed).present;
    normed_ = places.take(ownNormed_ ? size_t(c_.T) * c_.normRows() * c_.B * sizeof(T) : 0);
    const size_t projection = productWorkspace<T>(projectionShape(c_));
    parts_ = places.take(projection < stepBytes_ ? stepBytes_ : projection);
    workspace = places.used();
    form = kForms[form_].name;
  }

  void run(const Call& call) override {
    Queue& queue = queueOf(call);
    char* space = call.workspace;
    Forward<T> f{c_,
                 {given<T>(call, kX),
                  given<T>(call, kKernel),
                  given<T>(call, kRecurrent),
                  given<T>(call, kBias),
                  given<T>(call, kH0),
                  given<T>(call, kC0),
                  given<uint8_t>(call, kMask),
                  given<T>(call, kDropout),
                  given<T>(call, kPeephole),
                  given<T>(call, kNormScale),
                  given<T>(call, kNormShift),
                  given<T>(call, kStateDropout),
                  given<T>(call, kZoneH),
                  given<T>(call, kZoneC),
                  wanted<T>(call, kHs),
                  wanted<T>(call, kHLast),
                  c_.lstm() ? wanted<T>(call, kCs) : nullptr,
                  c_.lstm() ? wanted<T>(call, kCLast) : nullptr,
                  ownGates_ ? reinterpret_cast<T*>(space + gates_) : wanted<T>(call, kReserve),
                  ownNormed_ ? reinterpret_cast<T*>(space + normed_) : wanted<T>(call, kNormed)},
                 cellOf<T>(c_, given<T>(call, kPeephole))};
    if (c_.H == 0 || c_.B == 0) return;
    if (!c_.given()) product<T>(queue, projectionShape(c_), InputProjection<T>{f}, space + parts_);
    (this->*kForms[form_].run)(queue, f, space);
  }

 private:
  // The first form that takes a layer runs it; the last takes all.
  struct Form {
    const char* name;
    bool (*takes)(const RnnConfig&);
    void (Rnn::*run)(Queue&, const Forward<T>&, char* space) const;
  };
  static const Form kForms[2];
  static bool fits(const RnnConfig& c) {
    return c.norm == Norm::none && !c.between() && fitsShared(persistentForwardShared(c, sizeof(T)));
  }
  static bool always(const RnnConfig&) { return true; }

  ProductShape stepShape(int p) const {
    return {int64_t(c_.layout.product[p].gates) * c_.H, c_.B, c_.H, 1, false, false};
  }
  size_t partsOf(int p) const { return productWorkspace<T>(stepShape(p)); }

  void persistent(Queue& queue, const Forward<T>& f, char*) const {
    launch(queue, persistentForward<T>, dim3(sequenceBlocks(c_)), kSequenceThreads,
           persistentForwardShared(c_, sizeof(T)), f, Rounding(queue.precision), lanesOfBlock(c_));
  }

  void steps(Queue& queue, const Forward<T>& f, char* space) const {
    T* state[4];  // h, c, h' with dropout, r h'
    for (int i = 0; i < 4; ++i) state[i] = reinterpret_cast<T*>(space + states_[i]);
    const int64_t size = f.state();
    forEach(queue, size, StartStates<T>{f, state[0], state[1], state[2]});
    for (int64_t s = 0; s < c_.T; ++s) {
      for (int p = 0; p < c_.layout.products; ++p) {
        const Product& q = c_.layout.product[p];
        if (q.state == StateOperand::none) continue;
        const bool reset = q.state == StateOperand::reset;
        if (reset) forEach(queue, size, StepReset<T>{f, s, state[2], state[3]});
        product<T>(queue, stepShape(p), StepProduct<T>{f, q, state[reset ? 3 : 2], s}, space + parts_);
      }
      if (c_.norm == Norm::none) {
        forEach(queue, size, StepCell<T>{f, s, state[0], state[1], state[2]});
      } else {
        forEach(queue, c_.B, NormStepCell<T>{f, s, state[0], state[1], state[2]});
      }
    }
    if (c_.T > 0) return;
    if (f.o.hLast) copy(queue.stream(), f.o.hLast, state[0], static_cast<size_t>(size) * sizeof(T));
    if (f.o.cLast) copy(queue.stream(), f.o.cLast, state[1], static_cast<size_t>(size) * sizeof(T));
  }

  RnnConfig c_;
  int form_ = 0;
  bool ownGates_, ownNormed_;
  size_t gates_, normed_, states_[4], parts_, stepBytes_ = 0;
};

template <class T>
const typename Rnn<T>::Form Rnn<T>::kForms[2] = {
    {"persistent", &Rnn<T>::fits, &Rnn<T>::persistent},
    {"steps", &Rnn<T>::always, &Rnn<T>::steps},
};

}  // namespace

Kernel* create_rnn(const Node& node) {
  RnnConfig config = rnnConfigFrom(node);
  config.keepsReserve = node.output(kReserve).present;
  const DType dtype = node.floating();
  checkRnnOutputs(node, config, dtype);
  if (Kernel* kernel = createDnnRnn(node, config)) return kernel;
  if (dtype == DType::f32) return new Rnn<float>(node, config);
  return new Rnn<double>(node, config);
}

}  // namespace cuda
}  // namespace seqnn
