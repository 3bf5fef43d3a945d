#include "cuda/rnn/dnn_layer.h"

#include <cstring>

namespace seqnn {
namespace cuda {

bool DnnLayer::takes(const RnnConfig& c) {
  const bool gated = c.lstm() || c.kind == CellKind::gruResetAfter;
  const bool activations =
      gated ? c.activation.is(Activation::tanh) && c.recurrentActivation.is(Activation::sigmoid)
            : c.kind == CellKind::simple && (c.activation.is(Activation::tanh) || c.activation.is(Activation::relu));
  return activations && c.norm == Norm::none && !c.between() && !c.mask && !c.dropout && !c.peephole && !(c.clip > 0) &&
         c.forgetBias == 0 && c.T > 0 && c.B > 0 && c.F > 0 && c.H > 0;
}

DnnLayer::DnnLayer(const RnnConfig& c, DType dtype, DnnPass pass) : c_(c), pass_(pass) {
  const LstmOrder& order = c.order;
  const int columns[][4] = {{0, 0, 0, 0}, {order.i, order.f, order.g, order.o}, {1, 0, 2, 0}};
  std::memcpy(columns_, columns[c.lstm() ? 1 : c.kind == CellKind::simple ? 0 : 2], sizeof columns_);
  const DnnCell cell = c.lstm()                            ? DnnCell::lstm
                       : c.kind == CellKind::gruResetAfter ? DnnCell::gru
                       : c.activation.is(Activation::relu) ? DnnCell::relu
                                                           : DnnCell::tanh;
  const DnnType type = dtype == DType::f32 ? DnnType::f32 : DnnType::f64;
  const DnnMath math = dtype == DType::f32 ? DnnMath::fma : DnnMath::standard;
  const DnnFunctions& f = dnn();
  // Freed in the end, with a wait for the device; a kernel is made long before it runs, and knows no queue yet.
  const DnnHandle handle;
  checkDnn(f.SetDropoutDescriptor(dropout_.get(), handle.get(), 0, nullptr, 0, 0), "describing no dropout");
  checkDnn(f.SetRNNDescriptor_v8(layer_.get(), DnnAlgorithm::standard, cell, DnnBias::both, DnnDirection::forward,
                                 DnnInput::product, type, type, math, c.F, c.H, c.H, 1, dropout_.get(), kDnnPadded),
           "describing a recurrent layer");
  const std::vector<int> lengths(static_cast<size_t>(c.B), c.T);
  const auto sequence = [&](const DnnSequence& shape, int size) {
    double zero = 0;
    checkDnn(f.SetRNNDataDescriptor(shape.get(), type, DnnOrder::stepsFirst, c.T, c.B, size, lengths.data(), &zero),
             "describing a sequence");
  };
  sequence(x_, c.F);
  sequence(y_, c.H);
  const int sizes[] = {1, c.B, c.H}, strides[] = {c.B * c.H, c.H, 1};
  checkDnn(f.SetTensorNdDescriptor(state_.get(), type, 3, sizes, strides), "describing a state");
  checkDnn(f.GetRNNWeightSpaceSize(handle.get(), layer_.get(), &weightBytes_), "asking for the weights' size");
  checkDnn(f.GetRNNTempSpaceSizes(handle.get(), layer_.get(), pass, x_.get(), &workBytes_, &reserveBytes_),
           "asking for the working memory's size");
}

DnnLayer::Place DnnLayer::place(Queue& queue, void* weights, int m) const {
  Place place{};
  checkDnn(dnn().GetRNNWeightParams(queue.dnn(), layer_.get(), 0, weightBytes_, weights, m, matrixShape_.get(),
                                    &place.matrix, biasShape_.get(), &place.bias),
           "asking for a weight's place");
  return place;
}

void DnnLayer::forward(Queue& queue, const DnnSpaces& s, const void* x, const void* h0, const void* c0, void* y,
                       void* hLast, void* cLast) const {
  checkDnn(
      dnn().RNNForward(queue.dnn(), layer_.get(), pass_, nullptr, x_.get(), x, y_.get(), y, state_.get(), h0, hLast,
                       memory(), c0, cLast, weightBytes_, s.weights, workBytes_, s.work, reserveBytes_, s.reserve),
      "running a recurrent layer");
}

// In this order: the gradients of the data change the reserve, and those of the weights read what they left there.
void DnnLayer::backward(Queue& queue, const DnnSpaces& s, const void* x, const void* h0, const void* c0, const void* y,
                        const void* dy, const void* dhLast, const void* dcLast, void* dx, void* dh0, void* dc0,
                        void* dWeights) const {
  checkDnn(dnn().RNNBackwardData_v8(queue.dnn(), layer_.get(), nullptr, y_.get(), y, dy, x_.get(), dx, state_.get(), h0,
                                    dhLast, dh0, memory(), c0, dcLast, dc0, weightBytes_, s.weights, workBytes_, s.work,
                                    reserveBytes_, s.reserve),
           "going back through a recurrent layer");
  checkDnn(
      dnn().RNNBackwardWeights_v8(queue.dnn(), layer_.get(), DnnSum::add, nullptr, x_.get(), x, state_.get(), h0,
                                  y_.get(), y, weightBytes_, dWeights, workBytes_, s.work, reserveBytes_, s.reserve),
      "finding the gradients of a recurrent layer's weights");
}

}  // namespace cuda
}  // namespace seqnn
