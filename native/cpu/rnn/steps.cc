#include "cpu/rnn/gru_norm_steps.h"
#include "cpu/rnn/gru_steps.h"
#include "cpu/rnn/lstm_norm_steps.h"
#include "cpu/rnn/lstm_steps.h"
#include "cpu/rnn/simple_steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// A step works on copies, which no store can change, so that it need not read them again after each. It makes them
// itself: to pass structs of this size by value, just written field by field, holds up the call.
template <class T, void (*Step)(CellConstants<T>, ForwardBlock<T>)>
void forward(const CellConstants<T>& cell, const ForwardBlock<T>& block) {
  Step(cell, block);
}
template <class T, void (*Step)(CellConstants<T>, BackwardBlock<T>)>
void backward(const CellConstants<T>& cell, const BackwardBlock<T>& block) {
  Step(cell, block);
}

template <class T, void (*Forward)(CellConstants<T>, ForwardBlock<T>),
          void (*Backward)(CellConstants<T>, BackwardBlock<T>)>
CellSteps<T> stepsOf() {
  return {forward<T, Forward>, nullptr, backward<T, Backward>, nullptr};
}

template <class T, class Act>
CellSteps<T> simpleStepsOf() {
  return stepsOf<T, simpleForwardStep<T, Act>, simpleBackwardStep<T, Act>>();
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
    if (kind == CellKind::lstm) return stepsOf<T, lstmNormForwardStep<T, Pair>, lstmNormBackwardStep<T, Pair>>();
    return stepsOf<T, gruNormForwardStep<T, Pair>, gruNormBackwardStep<T, Pair>>();
  }
  switch (kind) {
    case CellKind::lstm:
      return stepsOf<T, lstmForwardStep<T, Pair>, lstmBackwardStep<T, Pair>>();
    case CellKind::gru:
      return {forward<T, gruForwardStep<T, Pair>>, forward<T, gruForwardReset<T, Pair>>,
              backward<T, gruBackwardStep<T, Pair>>, backward<T, gruBackwardReset<T, Pair>>};
    default:
      return stepsOf<T, gruResetAfterForwardStep<T, Pair>, gruResetAfterBackwardStep<T, Pair>>();
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
