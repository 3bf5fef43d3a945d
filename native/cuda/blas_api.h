#pragma once

// What this backend uses of cuBLAS, declared here so that building needs none of its headers. It is opened at run time.

#include <cstddef>
#include <cstdint>
#include <string>

namespace seqnn {
namespace cuda {
namespace blas {

// Names and numbers are those of cublas_api.h and library_types.h, like the order of the parameters below.
enum Operation : int { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };
enum Math : int { CUBLAS_DEFAULT_MATH = 0 };
enum Compute : int {
  CUBLAS_COMPUTE_32F = 68,
  CUBLAS_COMPUTE_64F = 70,
  CUBLAS_COMPUTE_32F_FAST_16BF = 75,
  CUBLAS_COMPUTE_32F_FAST_TF32 = 77
};
enum Algorithm : int { CUBLAS_GEMM_DEFAULT = -1 };
enum DataType : int { CUDA_R_32F = 0, CUDA_R_64F = 1 };
enum Property : int { MAJOR_VERSION = 0, MINOR_VERSION = 1, PATCH_LEVEL = 2 };
enum Status : int { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_INVALID_VALUE = 7 };

#ifdef _WIN32
#define SEQNN_BLAS_CALL __stdcall
#else
#define SEQNN_BLAS_CALL
#endif

// By their names in the library.
struct Api {
  Status(SEQNN_BLAS_CALL* cublasCreate_v2)(void** handle);
  Status(SEQNN_BLAS_CALL* cublasDestroy_v2)(void* handle);
  Status(SEQNN_BLAS_CALL* cublasGetProperty)(Property property, int* value);
  const char*(SEQNN_BLAS_CALL* cublasGetStatusString)(Status status);
  Status(SEQNN_BLAS_CALL* cublasSetStream_v2)(void* handle, void* stream);
  Status(SEQNN_BLAS_CALL* cublasSetWorkspace_v2)(void* handle, void* workspace, size_t bytes);
  Status(SEQNN_BLAS_CALL* cublasSetMathMode)(void* handle, Math mode);
  Status(SEQNN_BLAS_CALL* cublasGemmStridedBatchedEx_64)(void* handle, Operation opA, Operation opB, int64_t m,
                                                         int64_t n, int64_t k, const void* alpha, const void* a,
                                                         DataType typeA, int64_t lda, long long strideA, const void* b,
                                                         DataType typeB, int64_t ldb, long long strideB,
                                                         const void* beta, void* c, DataType typeC, int64_t ldc,
                                                         long long strideC, int64_t count, Compute compute,
                                                         Algorithm algorithm);
};

// Fills in all functions; when it cannot, `reason` says why. From the library on a GPU (blas_library.cc), else
// emulate/blas.cc.
bool open(Api& api, std::string& reason);

}  // namespace blas
}  // namespace cuda
}  // namespace seqnn
