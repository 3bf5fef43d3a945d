#include "cuda/dnn.h"
#include "cuda/library.h"

namespace seqnn {
namespace cuda {

DnnFunctions openDnn() {
  // The number is that of the version whose functions and types dnn.h declares.
#ifdef _WIN32
  Library library({"cudnn64_9.dll"});
#else
  Library library({"libcudnn.so.9"});
#endif
  DnnFunctions found;
#define SEQNN_DNN(name, ...) library.find(found.name, "cudnn" #name);
#include "cuda/dnn_functions.def"
  library.find(found.GetVersion, "cudnnGetVersion");
  library.find(found.GetErrorString, "cudnnGetErrorString");
  found.reason = library.reason();
  return found;
}

}  // namespace cuda
}  // namespace seqnn
