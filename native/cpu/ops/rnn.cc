// rnn: a recurrent layer over a whole sequence. T steps, B batch, F features, H units, G gates (columns of the
// kernels).
//
// inputs   0 x [T,F,B]  1 kernel [F,G*H]  2 recurrent [H,G*H]  3 bias [G*H] (gruResetAfter [2,G*H])?  4 h0 [H,B]?  5 c0
// [H,B]?
//          6 mask bool [T,B]?  7 recurrent dropout mask [H,B]?  8 peephole [3,H] (rows i,f,o)?
// outputs  0 h [T,H,B]?  1 last h [H,B]?  2 c [T,H,B] (lstm)?  3 last c [H,B]?  4 reserve [T,R,H,B] (training)?
//          where R is 0 (operand absent) for simple, 5 for lstm, 3 for gru, 4 for gruResetAfter
// attrs    cell, activation, recurrentActivation, order ('ifco' | 'ijfo'), reverse, cellClip, forgetBias
//
// With `reverse`, step s of the computation reads x and mask at T-1-s; outputs are in the order of the computation.

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
      : OptionalOperands(node), path_(choose(config)), lanes_(config), units_(config) {
    workspace = lanes_.workspace < units_.workspace ? units_.workspace : lanes_.workspace;
  }

  void run(const Call& call) override {
    const ForwardOperands<T> operands = {
        given<T>(call, kX),          given<T>(call, kKernel),   given<T>(call, kRecurrent),
        given<T>(call, kBias),       given<T>(call, kH0),       given<T>(call, kC0),
        given<uint8_t>(call, kMask), given<T>(call, kDropout),  given<T>(call, kPeephole),
        wanted<T>(call, kHs),        wanted<T>(call, kHLast),   wanted<T>(call, kCs),
        wanted<T>(call, kCLast),     wanted<T>(call, kReserve), call.context.pool};
    kPaths[path_].run(*this, operands, call.workspace);
  }

 private:
  // The first path that takes a layer runs it; the last takes all.
  struct Path {
    const char* name;
    bool (*takes)(const RnnConfig&);
    void (*run)(const Rnn&, const ForwardOperands<T>&, char* space);
  };
  static const Path kPaths[];

  static int choose(const RnnConfig& config) {
    int path = 0;
    while (!kPaths[path].takes(config)) ++path;
    return path;
  }

  int path_;
  ForwardLanes<T> lanes_;
  ForwardUnits<T> units_;
};

// Few samples fill few lanes: then units fill them better. Many read the weights too often that way.
template <class T>
bool unitsFillLanesBetter(const RnnConfig& c) {
  const int unitVectors = (c.H + kLanes<T> - 1) / kLanes<T>, sampleVectors = (c.B + kLanes<T> - 1) / kLanes<T>;
  return !c.keepsReserve && c.B <= 4 && c.B * unitVectors <= c.H * sampleVectors;
}

template <class T>
const typename Rnn<T>::Path Rnn<T>::kPaths[] = {
    {"units", unitsFillLanesBetter<T>,
     [](const Rnn& rnn, const ForwardOperands<T>& o, char* space) { rnn.units_.run(o, space); }},
    {"lanes", [](const RnnConfig&) { return true; },
     [](const Rnn& rnn, const ForwardOperands<T>& o, char* space) { rnn.lanes_.run(o, space); }},
};

void checkOutputs(const Node& node, const RnnConfig& c, DType dtype) {
  const int64_t state = int64_t(c.H) * c.B;
  checkSize(node, "h", node.output(kHs), dtype, c.T * state);
  checkSize(node, "last h", node.output(kHLast), dtype, state);
  checkSize(node, "c", node.output(kCs), dtype, c.T * state);
  checkSize(node, "last c", node.output(kCLast), dtype, state);
  checkSize(node, "reserve", node.output(kReserve), dtype, c.T * c.layout.reserve * state);
  if (!c.lstm() && (node.output(kCs).present || node.output(kCLast).present)) {
    fail("rnn: a %s cell has no c", c.layout.name);
  }
}

}  // namespace

Kernel* create_rnn(const Node& node) {
  RnnConfig config = rnnConfigFrom(node);
  config.keepsReserve = node.output(kReserve).present;
  const DType dtype = node.floating();
  checkOutputs(node, config, dtype);
  if (dtype == DType::f32) return new Rnn<float>(node, config);
  return new Rnn<double>(node, config);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
