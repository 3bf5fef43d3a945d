#include "cpu/rnn/gru_norm_steps.h"
#include "cpu/rnn/gru_steps.h"
#include "cpu/rnn/lstm_norm_steps.h"
#include "cpu/rnn/lstm_steps.h"
#include "cpu/rnn/simple_steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

template <class T, class Act>
CellSteps<T> simpleStepsOf() {
  return {simpleForwardStep<T, Act>, nullptr, simpleBackwardStep<T, Act>, nullptr};
}
template <class T>
CellSteps<T> simpleSteps(const CellActivation& activation) {
  if (activation.is(Activation::tanh)) return simpleStepsOf<T, FixedAct<Activation::tanh>>();
  if (activation.is(Activation::relu)) return simpleStepsOf<T, FixedAct<Activation::relu>>();
  return simpleStepsOf<T, ChosenAct>();
}

template <class T, class Pair>
CellSteps<T> gatedSteps(CellKind kind, Norm norm) {
  if (norm != Norm::none) {
    if (kind == CellKind::lstm) return {lstmNormForwardStep<T, Pair>, nullptr, lstmNormBackwardStep<T, Pair>, nullptr};
    return {gruNormForwardStep<T, Pair>, nullptr, gruNormBackwardStep<T, Pair>, nullptr};
  }
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
  const bool usual = config.activation.is(Activation::tanh) && config.recurrentActivation.is(Activation::sigmoid);
  return usual ? gatedSteps<T, UsualPair>(config.kind, config.norm)
               : gatedSteps<T, ChosenPair>(config.kind, config.norm);
}
template CellSteps<float> cellSteps<float>(const RnnConfig&);
template CellSteps<double> cellSteps<double>(const RnnConfig&);

}  // namespace SEQNN_ISA
}  // namespace seqnn
