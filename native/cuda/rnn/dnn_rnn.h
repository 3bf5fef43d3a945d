#pragma once

#include "cuda/rnn/sequence.h"

namespace seqnn {
namespace cuda {

// The kernels of `rnn` and `rnnGrad` that hand the layer to cuDNN, where SEQNN_CUDA_RNN=cudnn asks for it, there is one
// and it computes what the layer does; else null.
Kernel* createDnnRnn(const Node& node, const RnnConfig& config);
Kernel* createDnnRnnGrad(const Node& node, const RnnConfig& config);

}  // namespace cuda
}  // namespace seqnn
