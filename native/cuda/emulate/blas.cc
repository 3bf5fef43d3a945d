// cuBLAS for the emulation: the functions of blas_api.h as their documentation has them, in plain loops, so that tests
// see every transpose, leading dimension and stride that is handed over.

#include "cuda/blas_api.h"
#include "cuda/emulate/block.h"
#include "cuda/memory.h"
#include "cuda/rounding.h"

namespace seqnn {
namespace cuda {
namespace {

using namespace blas;

// A real one allocates when it is made, which a stream that records refuses; so does waiting here.
Status create(void** handle) {
  synchronize(nullptr);
  *handle = new int;
  return CUBLAS_STATUS_SUCCESS;
}
Status destroy(void* handle) {
  delete static_cast<int*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}
Status property(Property, int* value) {
  *value = 0;
  return CUBLAS_STATUS_SUCCESS;
}
const char* statusString(Status status) {
  return status == CUBLAS_STATUS_SUCCESS ? "the operation completed successfully" : "invalid value";
}
Status setStream(void*, void*) { return CUBLAS_STATUS_SUCCESS; }
Status setWorkspace(void*, void* workspace, size_t bytes) {
  return workspace && bytes ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}
Status setMath(void*, Math) { return CUBLAS_STATUS_SUCCESS; }

// op(x)(i, j) of a matrix whose columns lie `lead` apart.
template <class T>
struct Operand {
  const T* data;
  int64_t lead;
  bool transposed;
  Rounding rounded;
  T at(int64_t i, int64_t j) const { return rounded(transposed ? data[i * lead + j] : data[j * lead + i]); }
};

// One matrix: C = alpha op(A) op(B) + beta C. With beta 0, C is not read.
template <class T>
void multiply(int64_t m, int64_t n, int64_t k, T alpha, const Operand<T>& a, const Operand<T>& b, T beta, T* c,
              int64_t ldc) {
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t i = 0; i < m; ++i) {
      T sum = 0;
      for (int64_t l = 0; l < k; ++l) sum += a.at(i, l) * b.at(l, j);
      T& to = c[j * ldc + i];
      to = beta == T(0) ? alpha * sum : alpha * sum + beta * to;
    }
  }
}

int64_t atLeastOne(int64_t size) { return size < 1 ? 1 : size; }

Status gemm(void*, Operation opA, Operation opB, int64_t m, int64_t n, int64_t k, const void* alpha, const void* a,
            DataType typeA, int64_t lda, long long strideA, const void* b, DataType typeB, int64_t ldb,
            long long strideB, const void* beta, void* c, DataType typeC, int64_t ldc, long long strideC, int64_t count,
            Compute compute, Algorithm) {
  const bool transposedA = opA == CUBLAS_OP_T, transposedB = opB == CUBLAS_OP_T;
  if (m < 0 || n < 0 || k < 0 || count < 0 || lda < atLeastOne(transposedA ? k : m) ||
      ldb < atLeastOne(transposedB ? n : k) || ldc < atLeastOne(m) || typeA != typeB || typeA != typeC ||
      (compute == CUBLAS_COMPUTE_64F) != (typeA == CUDA_R_64F))
    return CUBLAS_STATUS_INVALID_VALUE;
  const Rounding rounded(compute == CUBLAS_COMPUTE_32F_FAST_TF32   ? Precision::tf32
                         : compute == CUBLAS_COMPUTE_32F_FAST_16BF ? Precision::bf16
                                                                   : Precision::float32);
  const auto submit = [&](auto type) {
    using T = decltype(type);
    // By value: the factors are read now, as in the pointer mode of the host.
    emulate::submit([=, by = *static_cast<const T*>(alpha), keeps = *static_cast<const T*>(beta)] {
      for (int64_t z = 0; z < count; ++z) {
        const Operand<T> left{static_cast<const T*>(a) + z * strideA, lda, transposedA, rounded};
        const Operand<T> right{static_cast<const T*>(b) + z * strideB, ldb, transposedB, rounded};
        multiply<T>(m, n, k, by, left, right, keeps, static_cast<T*>(c) + z * strideC, ldc);
      }
    });
  };
  if (typeA == CUDA_R_64F) {
    submit(double());
  } else {
    submit(float());
  }
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

bool blas::open(Api& api, std::string&) {
  api = {create, destroy, property, statusString, setStream, setWorkspace, setMath, gemm};
  return true;
}

}  // namespace cuda
}  // namespace seqnn
