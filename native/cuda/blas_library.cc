#include "cuda/blas_api.h"
#include "cuda/library.h"

namespace seqnn {
namespace cuda {

bool blas::open(Api& api, std::string& reason) {
#ifdef _WIN32
  Library library({"cublas64_13.dll", "cublas64_12.dll"});
#else
  Library library({"libcublas.so.13", "libcublas.so.12"});
#endif
#define SEQNN_FIND(name) library.find(api.name, #name)
  SEQNN_FIND(cublasCreate_v2);
  SEQNN_FIND(cublasDestroy_v2);
  SEQNN_FIND(cublasGetProperty);
  SEQNN_FIND(cublasGetStatusString);
  SEQNN_FIND(cublasSetStream_v2);
  SEQNN_FIND(cublasSetWorkspace_v2);
  SEQNN_FIND(cublasSetMathMode);
  SEQNN_FIND(cublasGemmStridedBatchedEx_64);
#undef SEQNN_FIND
  reason = library.reason();
  return library.opened();
}

}  // namespace cuda
}  // namespace seqnn
