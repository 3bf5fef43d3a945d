#include "cpu/rnn/gru_steps.h"
#include "cpu/rnn/lstm_steps.h"
#include "cpu/rnn/simple_steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T>
CellSteps<T> simpleSteps(Activation activation) {
  switch (activation) {
    case Activation::tanh:
      return {simpleForwardStep<T, Fixed<Activation::tanh>>, nullptr, simpleBackwardStep<T, Fixed<Activation::tanh>>,
              nullptr};
    case Activation::relu:
      return {simpleForwardStep<T, Fixed<Activation::relu>>, nullptr, simpleBackwardStep<T, Fixed<Activation::relu>>,
              nullptr};
    default:
      return {simpleForwardStep<T, Chosen>, nullptr, simpleBackwardStep<T, Chosen>, nullptr};
  }
}

template <class T, class Pair>
CellSteps<T> gatedSteps(CellKind kind) {
  switch (kind) {
    case CellKind::lstm:
      return {lstmForwardStep<T, Pair>, nullptr, lstmBackwardStep<T, Pair>, nullptr};
    case CellKind::gru:
      return {gruForwardStep<T, Pair>, gruForwardReset<T, Pair>, gruBackwardStep<T, Pair>, gruBackwardReset<T, Pair>};
    default:
      return {gruResetAfterForwardStep<T, Pair>, nullptr, gruResetAfterBackwardStep<T, Pair>, nullptr};
  }
}

}  // namespace

template <class T>
CellSteps<T> cellSteps(const RnnConfig& config) {
  if (config.kind == CellKind::simple) return simpleSteps<T>(config.activation);
  const bool usual = config.activation == Activation::tanh && config.recurrentActivation == Activation::sigmoid;
  return usual ? gatedSteps<T, UsualPair>(config.kind) : gatedSteps<T, ChosenPair>(config.kind);
}
template CellSteps<float> cellSteps<float>(const RnnConfig&);
template CellSteps<double> cellSteps<double>(const RnnConfig&);

}  // namespace SEQNN_ISA
}  // namespace seqnn
