#include "cpu/rnn/config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

CellKind kindFrom(const Node& node) {
  const char* name = node.word("cell", "simple");
  constexpr int count = sizeof kCellLayouts / sizeof kCellLayouts[0];
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(kCellLayouts[i].name, name) == 0) return static_cast<CellKind>(i);
  }
  fail("%s: cell '%s' is not known; expected simple, lstm, gru or gruResetAfter", node.op(), name);
}

LstmOrder orderFrom(const Node& node) {
  const char* name = node.word("order", "ifco");
  if (std::strcmp(name, "ifco") == 0) return {0, 1, 2, 3};
  if (std::strcmp(name, "ijfo") == 0) return {0, 2, 1, 3};
  fail("%s: order '%s' of the gates is not known; expected ifco or ijfo", node.op(), name);
}

Norm normFrom(const Node& node, const RnnConfig& c) {
  const char* name = node.word("norm", "none");
  if (std::strcmp(name, "none") == 0) return Norm::none;
  if (std::strcmp(name, "state") == 0 && (c.lstm() || c.kind == CellKind::gruResetAfter)) return Norm::state;
  if (std::strcmp(name, "gates") == 0 && c.lstm()) return Norm::gates;
  fail("%s: norm '%s' of a %s cell; expected none, state (lstm, gruResetAfter) or gates (lstm)", node.op(), name,
       c.layout.name);
}

// The products without the input's part.
CellLayout withoutInput(const CellLayout& layout) {
  CellLayout out = layout;
  out.products = 0;
  for (int p = 0; p < layout.products; ++p) {
    if (layout.product[p].state == StateOperand::none) continue;
    out.product[out.products] = layout.product[p];
    out.product[out.products++].x = false;
  }
  return out;
}

}  // namespace

void checkSize(const Node& node, const char* what, const Value& value, DType dtype, int64_t size) {
  if (!value.present) return;
  if (value.dtype != dtype) {
    fail("%s: %s is %s, expected %s", node.op(), what, nameOf(value.dtype), nameOf(dtype));
  }
  if (value.shape.size() != size) {
    fail("%s: %s has %lld elements, expected %lld", node.op(), what, static_cast<long long>(value.shape.size()),
         static_cast<long long>(size));
  }
}

RnnConfig rnnConfigFrom(const Node& node) {
  RnnConfig c;
  c.kind = kindFrom(node);
  c.layout = kCellLayouts[static_cast<int>(c.kind)];
  const DType dtype = node.floating();
  const Shape& x = node.need(kX, dtype).shape;
  const Shape& u = node.need(kRecurrent, dtype).shape;
  if (x.rank != 3) fail("%s: x has rank %d, expected [steps, features, batch]", node.op(), x.rank);
  if (u.rank != 2 || u.dim[1] != u.dim[0] * c.layout.gates) {
    fail("%s: the recurrent kernel of %s must be [units, %d * units], not rank %d with %lld columns", node.op(),
         c.layout.name, c.layout.gates, u.rank, static_cast<long long>(u.rank > 1 ? u.dim[1] : 0));
  }
  c.T = static_cast<int>(x.dim[0]);
  c.F = static_cast<int>(x.dim[1]);
  c.B = static_cast<int>(x.dim[2]);
  c.H = static_cast<int>(u.dim[0]);
  c.lasting = node.lasting(kKernel) && node.lasting(kRecurrent);
  c.norm = normFrom(node, c);
  c.epsilon = node.number("epsilon", 1e-5);
  if (c.given()) {
    c.layout = withoutInput(c.layout);
    if (c.F != c.columns() || node.input(kKernel).present || node.input(kBias).present) {
      fail("%s: with norm 'state' x holds the input's sums [steps, %lld, batch], and there is no kernel and no bias",
           node.op(), static_cast<long long>(c.columns()));
    }
  } else {
    node.need(kKernel, dtype);
  }
  const int64_t state = int64_t(c.H) * c.B;
  checkSize(node, "kernel", node.input(kKernel), dtype, c.F * c.columns());
  checkSize(node, "bias", node.input(kBias), dtype, c.columns() * (c.kind == CellKind::gruResetAfter ? 2 : 1));
  checkSize(node, "h0", node.input(kH0), dtype, state);
  checkSize(node, "c0", node.input(kC0), dtype, state);
  checkSize(node, "mask", node.input(kMask), DType::boolean, int64_t(c.T) * c.B);
  checkSize(node, "recurrentDropoutMask", node.input(kDropout), dtype, state);
  checkSize(node, "peephole", node.input(kPeephole), dtype, 3 * int64_t(c.H));
  if (c.norm != Norm::none) {
    node.need(kNormScale, dtype);
    node.need(kNormShift, dtype);
  }
  checkSize(node, "normScale", node.input(kNormScale), dtype, c.normed());
  checkSize(node, "normShift", node.input(kNormShift), dtype, c.normed());
  c.activation = cellActivationFrom(node.word("activation", "tanh"));
  c.recurrentActivation = cellActivationFrom(node.word("recurrentActivation", "sigmoid"));
  c.zoneH = node.input(kZoneH).present;
  c.zoneC = node.input(kZoneC).present;
  c.takeH = node.number("takeH", 1);
  c.takeC = node.number("takeC", 1);
  checkSize(node, "zoneH", node.input(kZoneH), dtype, c.T * state);
  checkSize(node, "zoneC", node.input(kZoneC), dtype, c.T * state);
  c.stateDropout = node.input(kStateDropout).present;
  c.stateDropoutStep = node.input(kStateDropout).shape.size() == state ? 0 : state;
  if (c.stateDropoutStep > 0) checkSize(node, "stateDropout", node.input(kStateDropout), dtype, c.T * state);
  if (c.kind == CellKind::simple && (c.activation.keepsInput() || c.zonesH())) c.layout.reserve = 1;
  c.order = orderFrom(node);
  c.reverse = node.flag("reverse");
  c.keepsReserve = false;
  c.clip = node.number("cellClip", 0);
  c.forgetBias = node.number("forgetBias", 0);
  c.bias = node.input(kBias).present;
  c.mask = node.input(kMask).present;
  c.dropout = node.input(kDropout).present;
  c.peephole = node.input(kPeephole).present;
  if (c.peephole && !c.lstm()) fail("%s: a %s cell has no peepholes", node.op(), c.layout.name);
  if (c.zonesC() && (c.peephole || !c.lstm())) fail("%s: zoneC is for an lstm without peepholes", node.op());
  if (c.stateDropout && c.mask) fail("%s: the state has dropout or a mask, not both", node.op());
  if (c.peephole && c.norm != Norm::none) fail("%s: a cell with norms has no peepholes", node.op());
  return c;
}

void checkRnnOutputs(const Node& node, const RnnConfig& c, DType dtype) {
  const int64_t state = int64_t(c.H) * c.B;
  checkSize(node, "h", node.output(kHs), dtype, c.T * state);
  checkSize(node, "last h", node.output(kHLast), dtype, state);
  const int64_t memory = c.lstm() ? state : 0;
  checkSize(node, "c", node.output(kCs), dtype, c.T * memory);
  checkSize(node, "last c", node.output(kCLast), dtype, memory);
  checkSize(node, "reserve", node.output(kReserve), dtype, c.T * c.layout.reserve * state);
  checkSize(node, "normed", node.output(kNormed), dtype, int64_t(c.T) * c.normRows() * c.B);
}

void checkRnnGradOperands(const Node& node, const RnnConfig& c, DType dtype) {
  const int64_t state = int64_t(c.H) * c.B, states = c.T * state;
  node.need(kGradHs, dtype);
  if (c.lstm()) node.need(kGradCs, dtype);
  if (c.layout.reserve > 0) node.need(kGradReserve, dtype);
  if (c.norm != Norm::none) node.need(kGradNormed, dtype);
  checkSize(node, "h", node.input(kGradHs), dtype, states);
  checkSize(node, "c", node.input(kGradCs), dtype, states);
  checkSize(node, "reserve", node.input(kGradReserve), dtype, c.layout.reserve * states);
  checkSize(node, "normed", node.input(kGradNormed), dtype, int64_t(c.T) * c.normRows() * c.B);
  checkSize(node, "dh", node.input(kDHs), dtype, states);
  checkSize(node, "d last h", node.input(kDHLast), dtype, state);
  checkSize(node, "dc", node.input(kDCs), dtype, states);
  checkSize(node, "d last c", node.input(kDCLast), dtype, state);
  checkSize(node, "dx", node.output(kDX), dtype, node.input(kX).shape.size());
  checkSize(node, "dkernel", node.output(kDKernel), dtype, node.input(kKernel).shape.size());
  checkSize(node, "drecurrent", node.output(kDRecurrent), dtype, node.input(kRecurrent).shape.size());
  checkSize(node, "dgates", node.output(kDGates), dtype, (c.layout.reserve > 0 ? c.layout.reserve : 1) * states);
  checkSize(node, "dnormScale", node.output(kDNormScale), dtype, c.normed());
  checkSize(node, "dnormShift", node.output(kDNormShift), dtype, c.normed());
  if (c.given() && (node.output(kDKernel).present || node.output(kDBias).present)) {
    fail("rnnGrad: with norm 'state' there is no kernel and no bias");
  }
  checkSize(node, "dbias", node.output(kDBias), dtype, c.columns() * (c.kind == CellKind::gruResetAfter ? 2 : 1));
  checkSize(node, "dh0", node.output(kDH0), dtype, state);
  checkSize(node, "dc0", node.output(kDC0), dtype, state);
  checkSize(node, "dpeephole", node.output(kDPeephole), dtype, 3 * int64_t(c.H));
  if (node.output(kDC0).present && !c.lstm()) fail("rnnGrad: a %s cell has no c0", c.layout.name);
  if (node.output(kDPeephole).present && !c.lstm()) fail("rnnGrad: a %s cell has no peepholes", c.layout.name);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
