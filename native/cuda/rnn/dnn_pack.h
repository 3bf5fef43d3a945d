#pragma once

// Between our operands, with the batch innermost, and cuDNN's. Included by .cu files only.

#include "cuda/launch.h"
#include "cuda/rnn/dnn_layer.h"

namespace seqnn {
namespace cuda {

// [steps, columns, rows] to [steps, rows, columns]; `reverse`: the steps in the other order.
template <class T>
struct TurnSteps {
  const T* from;
  T* to;
  int64_t steps, rows, columns;
  bool reverse;
  __device__ void operator()(int64_t i) const {
    const int64_t column = i % columns, row = i / columns % rows, s = i / columns / rows;
    to[i] = from[((reverse ? steps - 1 - s : s) * columns + column) * rows + row];
  }
};
template <class T>
void turnSteps(Queue& queue, const T* from, T* to, int64_t steps, int64_t rows, int64_t columns, bool reverse) {
  forEach(queue, steps * rows * columns, TurnSteps<T>{from, to, steps, rows, columns, reverse});
}

// Our weights, or their gradients: kernel [F, G*H], recurrent [H, G*H], bias [G*H] or null, the state's bias likewise.
template <class T>
struct OurWeights {
  T *kernel, *recurrent, *bias, *stateBias;
};

// The same in cuDNN's space: per gate its block of our columns, its matrices for the input and the state, their biases.
template <class T>
struct DnnGates {
  struct Gate {
    int64_t column;
    T *input, *state, *bias, *stateBias;
  } gate[4];
  int64_t F, H, G;

  int64_t size() const { return (F + H + 2) * H * G; }
};

template <class T>
DnnGates<T> gatesIn(Queue& queue, const DnnLayer& layer, const RnnConfig& c, void* weights) {
  DnnGates<T> all{{}, c.F, c.H, layer.gates()};
  for (int g = 0; g < layer.gates(); ++g) {
    const DnnLayer::Place input = layer.place(queue, weights, g),
                          state = layer.place(queue, weights, layer.gates() + g);
    all.gate[g] = {layer.columns()[g], static_cast<T*>(input.matrix), static_cast<T*>(state.matrix),
                   static_cast<T*>(input.bias), static_cast<T*>(state.bias)};
  }
  return all;
}

// f(cuDNN's place, ours or null) for element i of all weights: rows of F + H + 2 per unit and gate.
template <class T, class Ours, class Visit>
__device__ inline void visitWeight(const DnnGates<T>& dnn, const Ours& ours, int64_t i, const Visit& visit) {
  const int64_t k = i % (dnn.F + dnn.H + 2), unit = i / (dnn.F + dnn.H + 2);
  const int64_t h = unit % dnn.H;
  const typename DnnGates<T>::Gate& gate = dnn.gate[unit / dnn.H];
  const int64_t columns = dnn.G * dnn.H, column = gate.column * dnn.H + h, j = k - dnn.F;
  if (j < 0) return visit(gate.input + h * dnn.F + k, ours.kernel ? ours.kernel + k * columns + column : nullptr);
  if (j < dnn.H)
    return visit(gate.state + h * dnn.H + j, ours.recurrent ? ours.recurrent + j * columns + column : nullptr);
  if (j == dnn.H) return visit(gate.bias + h, ours.bias ? ours.bias + column : nullptr);
  visit(gate.stateBias + h, ours.stateBias ? ours.stateBias + column : nullptr);
}

template <class T>
struct PackWeights {
  DnnGates<T> dnn;
  OurWeights<const T> ours;
  struct Put {
    __device__ void operator()(T* to, const T* from) const { *to = from ? *from : T(0); }
  };
  __device__ void operator()(int64_t i) const { visitWeight(dnn, ours, i, Put()); }
};

template <class T>
struct UnpackGradients {
  DnnGates<T> dnn;
  OurWeights<T> ours;
  struct Take {
    __device__ void operator()(const T* from, T* to) const {
      if (to) *to = *from;
    }
  };
  __device__ void operator()(int64_t i) const { visitWeight(dnn, ours, i, Take()); }
};

}  // namespace cuda
}  // namespace seqnn
