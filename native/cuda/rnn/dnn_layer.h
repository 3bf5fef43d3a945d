#pragma once

// A recurrent layer as cuDNN describes it. Everything is [T, B, F] there, with all sequences of T steps, and the
// weights lie in one space of cuDNN's own layout: matrix g of gate g is [H, F], matrix gates + g its [H, H] for the
// state.

#include <vector>

#include "cpu/rnn/config.h"
#include "cuda/dnn.h"
#include "cuda/queue.h"

namespace seqnn {
namespace cuda {

// What cuDNN needs beside operands and results; `work` and `reserve` mean something to it alone.
struct DnnSpaces {
  void *weights, *work, *reserve;
};

class DnnLayer {
 public:
  // Of the device in use.
  DnnLayer(const RnnConfig& c, DType dtype, DnnPass pass);

  // Whether it computes what the layer does. Masks are on the device, where cuDNN's lengths cannot be: it gets none.
  static bool takes(const RnnConfig& c);

  size_t weightBytes() const { return weightBytes_; }
  size_t workBytes() const { return workBytes_; }
  size_t reserveBytes() const { return reserveBytes_; }

  // The blocks of columns of our kernels that are cuDNN's gates 0, 1, ... (input, forget, candidate, output of an LSTM;
  // reset, update, candidate of a GRU).
  const int* columns() const { return columns_; }
  int gates() const { return c_.layout.gates; }
  // Where matrix m and its bias lie in a space of weights.
  struct Place {
    void *matrix, *bias;
  };
  Place place(Queue& queue, void* weights, int m) const;

  // h0, c0, hLast, cLast [B, H] or null.
  void forward(Queue& queue, const DnnSpaces& spaces, const void* x, const void* h0, const void* c0, void* y,
               void* hLast, void* cLast) const;
  // Behind forward: dx, dh0?, dc0? and, added to what `dWeights` holds, the gradients of the weights.
  void backward(Queue& queue, const DnnSpaces& spaces, const void* x, const void* h0, const void* c0, const void* y,
                const void* dy, const void* dhLast, const void* dcLast, void* dx, void* dh0, void* dc0,
                void* dWeights) const;

 private:
  DnnTensorT memory() const { return c_.lstm() ? state_.get() : nullptr; }

  RnnConfig c_;
  DnnPass pass_;
  int columns_[4];
  DnnDropout dropout_;
  DnnRnn layer_;
  DnnSequence x_, y_;
  DnnTensor state_, matrixShape_, biasShape_;
  size_t weightBytes_ = 0, workBytes_ = 0, reserveBytes_ = 0;
};

}  // namespace cuda
}  // namespace seqnn
