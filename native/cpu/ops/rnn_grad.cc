// rnnGrad: the gradient of `rnn` (see rnn.cc for the legend, the first fourteen operands and the attributes).
//
// inputs   0..13 as rnn  14 h [T,H,B]  15 c [T,H,B] (lstm)  16 reserve (where there is one)  17 normed (with a norm)
//          18 dh [T,H,B]?  19 d last h [H,B]?  20 dc [T,H,B]?  21 d last c [H,B]?
// outputs  0 dx as x?  1 dkernel?  2 drecurrent?  3 dbias?  4 dh0 [H,B]?  5 dc0 [H,B]?  6 dpeephole [3,H]?
//          7 dscale [N]?  8 dshift [N]?  9 the gradients of the sums [T,max(R,1),H,B], which may lie over the reserve

#include "cpu/ops/few_lanes.h"
#include "cpu/rnn/backward_lanes.h"
#include "cpu/rnn/backward_units.h"
#include "cpu/rnn/optional_operands.h"
#include "cpu/rnn/weight_grads.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class RnnGrad final : public OptionalOperands {
 public:
  RnnGrad(const Node& node, const RnnConfig& config) : RnnGrad(node, config, Places()) {}

  void run(const Call& call) override {
    const BackwardOperands<T> operands = {given<T>(call, kX),           given<T>(call, kKernel),
                                          given<T>(call, kRecurrent),   given<T>(call, kH0),
                                          given<T>(call, kC0),          given<uint8_t>(call, kMask),
                                          given<T>(call, kDropout),     given<T>(call, kPeephole),
                                          given<T>(call, kNormScale),   given<T>(call, kStateDropout),
                                          given<T>(call, kZoneH),       given<T>(call, kZoneC),
                                          given<T>(call, kGradHs),      given<T>(call, kGradCs),
                                          given<T>(call, kGradReserve), given<T>(call, kGradNormed),
                                          given<T>(call, kDHs),         given<T>(call, kDHLast),
                                          given<T>(call, kDCs),         given<T>(call, kDCLast),
                                          wanted<T>(call, kDX),         wanted<T>(call, kDKernel),
                                          wanted<T>(call, kDRecurrent), wanted<T>(call, kDBias),
                                          wanted<T>(call, kDH0),        wanted<T>(call, kDC0),
                                          wanted<T>(call, kDPeephole),  wanted<T>(call, kDNormScale),
                                          wanted<T>(call, kDNormShift), call.context.pool};
    const auto place = [&](size_t at) { return reinterpret_cast<T*>(call.workspace + at); };
    const bool inParts = once_ < c_.T;
    Kept<T> kept = {inParts ? place(dGates_) : wanted<T>(call, kDGates),
                    0,
                    keepsUsed() ? place(used_) : nullptr,
                    c_.kind == CellKind::gru ? place(reset_) : nullptr,
                    place(zeros_),
                    place(dScale_),
                    place(dShift_)};
    std::memset(kept.zeros, 0, size_t(paddedBatch<T>(c_.B)) * sizeof(T));
    sums_.start(operands);
    int to = c_.T;
    do {
      const int from = to > once_ ? to - once_ : 0;
      kept.firstGrad = inParts ? from : 0;
      walk(operands, kept, from, to, call.workspace);
      sums_.add(operands, kept, from, to, call.workspace);
      to = from;
    } while (to > 0);
    sums_.finish(operands, kept);
  }

 private:
  RnnGrad(const Node& node, const RnnConfig& config, Places places)
      : OptionalOperands(node),
        c_(config),
        lanes_(config),
        units_(config),
        walk_(places.take(config.alone() ? units_.workspace : lanes_.workspace)),
        sums_(config, places),
        once_(sums_.stepsAtOnce()) {
    const size_t states = size_t(c_.T) * c_.H * c_.B * sizeof(T);
    dGates_ = places.take(once_ < c_.T ? size_t(once_) * gradRows(c_) * c_.H * c_.B * sizeof(T) : 0);
    used_ = places.take(keepsUsed() ? states : 0);
    reset_ = places.take(c_.kind == CellKind::gru ? states : 0);
    zeros_ = places.take(size_t(paddedBatch<T>(c_.B)) * sizeof(T));
    dScale_ = places.take(size_t(c_.normed()) * paddedBatch<T>(c_.B) * sizeof(T));
    dShift_ = places.take(size_t(c_.normed()) * paddedBatch<T>(c_.B) * sizeof(T));
    workspace = places.used();
    form = c_.alone() ? "units" : "lanes";
  }

  void walk(const BackwardOperands<T>& o, const Kept<T>& kept, int from, int to, char* space) const {
    if (c_.alone()) {
      units_.run(o, kept, from, to, space + walk_);
    } else {
      lanes_.run(o, kept, from, to, space + walk_);
    }
  }

  bool keepsUsed() const { return c_.dropout || c_.stateDropout; }

  RnnConfig c_;
  BackwardLanes<T> lanes_;
  BackwardUnits<T> units_;
  size_t walk_;
  WeightGrads<T> sums_;
  int once_;  // steps walked back and summed at a time
  size_t dGates_, used_, reset_, zeros_, dScale_, dShift_;
};

}  // namespace

Kernel* create_rnnGrad(const Node& node) {
  const RnnConfig config = rnnConfigFrom(node);
  const DType dtype = node.floating();
  checkRnnGradOperands(node, config, dtype);
  if (!node.output(kDGates).present) fail("rnnGrad: the gradients of the sums need a place");
  if (Kernel* kernel = forFewLanes(node, dtype, config.B)) return kernel;
  if (dtype == DType::f32) return new RnnGrad<float>(node, config);
  return new RnnGrad<double>(node, config);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
