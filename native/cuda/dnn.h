#pragma once

// cuDNN 9, opened at run time: its functions with the few types that they take, declared here so that nothing but the
// library itself is needed, and owners of what it hands out. emulate/dnn.cc gives the same functions on the host.

#include <cstddef>
#include <cstdint>
#include <string>

namespace seqnn {
namespace cuda {

using DnnHandleT = struct cudnnContext*;
using DnnTensorT = struct cudnnTensorStruct*;
using DnnDropoutT = struct cudnnDropoutStruct*;
using DnnRnnT = struct cudnnRNNStruct*;
using DnnSequenceT = struct cudnnRNNDataStruct*;

enum class DnnType : int { f32 = 0, f64 = 1 };
enum class DnnAlgorithm : int { standard = 0 };
enum class DnnCell : int { relu = 0, tanh = 1, lstm = 2, gru = 3 };
enum class DnnBias : int { both = 2 };  // one of the input's product and one of the state's
enum class DnnDirection : int { forward = 0 };
enum class DnnInput : int { product = 0 };
enum class DnnMath : int { standard = 0, fma = 3 };  // fma: float without TF32
enum class DnnOrder : int { stepsFirst = 0 };        // [steps, batch, size]; needs kDnnPadded
enum class DnnPass : int { inference = 0, training = 1 };
enum class DnnSum : int { add = 0 };  // to what the gradients of the weights hold
constexpr uint32_t kDnnPadded = 1;
constexpr int kDnnSuccess = 0;

struct DnnFunctions {
#define SEQNN_DNN(name, ...) int (*name)(__VA_ARGS__) = nullptr;
#include "cuda/dnn_functions.def"
  size_t (*GetVersion)() = nullptr;
  const char* (*GetErrorString)(int status) = nullptr;
  std::string reason;  // why there is none; empty where there is
};

// From the library, or from emulate/dnn.cc.
DnnFunctions openDnn();
// Opened at the first call; the same for all threads.
const DnnFunctions& dnn();

// Whether there is one; `description` gets its version, or why not.
bool findDnn(std::string* description);

// fail() with what was being done, unless the status is success.
void checkDnn(int status, const char* what);

// A handle or a descriptor that is given back in the end.
template <class T>
class DnnOwned {
 public:
  DnnOwned(int (*create)(T*), int (*destroy)(T), const char* what) : destroy_(destroy) { checkDnn(create(&it_), what); }
  // Without a check: it runs in destructors, also after the device was lost.
  ~DnnOwned() { destroy_(it_); }
  DnnOwned(const DnnOwned&) = delete;
  DnnOwned& operator=(const DnnOwned&) = delete;
  T get() const { return it_; }

 private:
  int (*destroy_)(T);
  T it_ = nullptr;
};

// Of the device in use.
struct DnnHandle : DnnOwned<DnnHandleT> {
  DnnHandle() : DnnOwned(dnn().Create, dnn().Destroy, "making a handle") {}
};
struct DnnTensor : DnnOwned<DnnTensorT> {
  DnnTensor() : DnnOwned(dnn().CreateTensorDescriptor, dnn().DestroyTensorDescriptor, "describing a state") {}
};
struct DnnDropout : DnnOwned<DnnDropoutT> {
  DnnDropout() : DnnOwned(dnn().CreateDropoutDescriptor, dnn().DestroyDropoutDescriptor, "describing dropout") {}
};
struct DnnRnn : DnnOwned<DnnRnnT> {
  DnnRnn() : DnnOwned(dnn().CreateRNNDescriptor, dnn().DestroyRNNDescriptor, "describing a recurrent layer") {}
};
struct DnnSequence : DnnOwned<DnnSequenceT> {
  DnnSequence() : DnnOwned(dnn().CreateRNNDataDescriptor, dnn().DestroyRNNDataDescriptor, "describing a sequence") {}
};

}  // namespace cuda
}  // namespace seqnn
