// rnn: a recurrent layer over a whole sequence. T steps, B batch, F features, H units, G gates (columns of the
// kernels).
//
// inputs   0 x [T,F,B]  1 kernel [F,G*H]  2 recurrent [H,G*H]  3 bias [G*H] (gruResetAfter [2,G*H])?  4 h0 [H,B]?  5 c0
// [H,B]?
//          6 mask bool [T,B]?  7 recurrent dropout mask [H,B]?  8 peephole [3,H] (rows i,f,o)?
//          9 scale [N]?  10 shift [N]? of the norms, N = G*H (lstm G*H + H: the memory's last)
//          11 state dropout mask [T,H,B] or [H,B]?  12 zone of h [T,H,B]?  13 zone of c [T,H,B] (lstm)?
// outputs  0 h [T,H,B]?  1 last h [H,B]?  2 c [T,H,B]?  3 last c [H,B]? (lstm; else empty)  4 reserve [T,R,H,B]
// (training)?
//          where R is 0 (operand absent) for simple, 5 for lstm, 3 for gru, 4 for gruResetAfter; with an activation
//          whose slope needs its input, or with a zone of h, 1 for simple
//          5 normed [T,N+K,B]? with a norm, in training: the normalised values and 1 / deviation of the K norms
// attrs    cell, activation, recurrentActivation, order ('ifco' | 'ijfo'), reverse, cellClip, forgetBias,
//          norm ('state' | 'gates'), epsilon, takeH, takeC
//
// norm     state (lstm, gruResetAfter): x [T,G*H,B] is the input's part of the sums, there is no kernel and no bias;
//          the recurrent product is normalised over all G*H, and act sees an lstm's c normalised; K = 1, lstm 2.
//          gates (lstm): each gate's sum is normalised, and so is the c that is carried on; K = 5.
//
// Between the steps: where a zone has 0 the state stays as it was; without one, take 1 is a new state, 0 an old one and
// what lies between their mean. The state dropout mask multiplies the h that goes on (and is the last), not the output.
//
// With `reverse`, step s of the computation reads x and mask at T-1-s; outputs, zones and the state's masks are
// in the order of the computation.

#include "cpu/ops/few_lanes.h"
#include "cpu/rnn/forward_blocks.h"
#include "cpu/rnn/forward_lanes.h"
#include "cpu/rnn/forward_units.h"
#include "cpu/rnn/optional_operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
class Rnn final : public OptionalOperands {
 public:
  Rnn(const Node& node, const RnnConfig& config)
      : OptionalOperands(node), c_(config), path_(choose(config)), lanes_(config), units_(config), blocks_(config) {
    form = kPaths[path_].name;
    workspace = kPaths[path_].workspace(*this);
  }

  void run(const Call& call) override {
    // An operand that the cell does not have may be there with no elements.
    const bool lstm = c_.lstm(), reserve = c_.layout.reserve > 0, norms = c_.norm != Norm::none;
    const ForwardOperands<T> operands = {given<T>(call, kX),
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
                                         lstm ? wanted<T>(call, kCs) : nullptr,
                                         lstm ? wanted<T>(call, kCLast) : nullptr,
                                         reserve ? wanted<T>(call, kReserve) : nullptr,
                                         norms ? wanted<T>(call, kNormed) : nullptr,
                                         call.context.pool,
                                         call.context.packs};
    kPaths[path_].run(*this, operands, call.workspace);
  }

 private:
  // The first path that takes a layer runs it; the last takes all.
  struct Path {
    const char* name;
    bool (*takes)(const RnnConfig&);
    size_t (*workspace)(const Rnn&);
    void (*run)(const Rnn&, const ForwardOperands<T>&, char* space);
  };
  static const Path kPaths[];

  static int choose(const RnnConfig& config) {
    int path = 0;
    while (!kPaths[path].takes(config)) ++path;
    return path;
  }

  RnnConfig c_;
  int path_;
  ForwardLanes<T> lanes_;
  ForwardUnits<T> units_;
  ForwardBlocks<T> blocks_;
};

// Few samples fill few lanes: then units fill them better. Many read the weights too often that way.
template <class T>
bool unitsFillLanesBetter(const RnnConfig& c) {
  const int unitVectors = (c.H + kLanes<T> - 1) / kLanes<T>, sampleVectors = (c.B + kLanes<T> - 1) / kLanes<T>;
  if (c.keepsReserve) return c.alone();
  return c.norm == Norm::none && !c.between() && c.B <= 4 && c.B * unitVectors <= c.H * sampleVectors;
}
// Large weights, where they last or the steps are worth their packing, which pads every gate's units to whole vectors.
// Fewer units are faster read as they lie, unless a step has many rows of weights. What training keeps of the gates is
// in whole vectors too.
template <class T>
bool packsUnits(const RnnConfig& c) {
  constexpr int kManySteps = 8, kLargeUnits = 4 * kLanes<T>, kManyRows = 96;
  const bool large = c.H >= kLargeUnits, many = c.T * c.B >= kManySteps;
  return unitsFillLanesBetter<T>(c) &&
         (c.keepsReserve || (large && c.lasting) || (many && (large || c.F + c.H >= kManyRows)));
}

template <class T>
const typename Rnn<T>::Path Rnn<T>::kPaths[] = {
    {"units", packsUnits<T>, [](const Rnn& rnn) { return rnn.blocks_.workspace; },
     [](const Rnn& rnn, const ForwardOperands<T>& o, char* space) { rnn.blocks_.run(o, space); }},
    {"units", unitsFillLanesBetter<T>, [](const Rnn& rnn) { return rnn.units_.workspace; },
     [](const Rnn& rnn, const ForwardOperands<T>& o, char* space) { rnn.units_.run(o, space); }},
    {"lanes", [](const RnnConfig&) { return true; }, [](const Rnn& rnn) { return rnn.lanes_.workspace; },
     [](const Rnn& rnn, const ForwardOperands<T>& o, char* space) { rnn.lanes_.run(o, space); }},
};

}  // namespace

Kernel* create_rnn(const Node& node) {
  RnnConfig config = rnnConfigFrom(node);
  config.keepsReserve = node.output(kReserve).present || node.output(kNormed).present;
  const DType dtype = node.floating();
  checkRnnOutputs(node, config, dtype);
  if (Kernel* kernel = forFewLanes(node, dtype, config.B)) return kernel;
  if (dtype == DType::f32) return new Rnn<float>(node, config);
  return new Rnn<double>(node, config);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
