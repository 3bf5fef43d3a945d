#include "cuda/blas.h"

#include <cstdlib>
#include <cstring>

#include "cuda/blas_api.h"
#include "cuda/memory.h"
#include "runtime/error.h"

namespace seqnn {
namespace cuda {
namespace {

using namespace blas;

// What the documentation of cublasSetWorkspace recommends for the largest GPUs; smaller ones need less.
constexpr size_t kWorkspace = size_t{32} << 20;
// Multiply-adds of one call, and of each side, from which on it goes to cuBLAS. Not measured on a GPU yet: chosen so
// that the product clearly outweighs a launch.
constexpr double kLargeProduct = 1 << 26;
constexpr int64_t kLargeSide = 64;

struct Opened {
  Api api{};
  std::string reason;
  bool there, always;
  Opened() {
    const char* wanted = std::getenv("SEQNN_CUDA_BLAS");
    const auto is = [&](const char* word) { return wanted && std::strcmp(wanted, word) == 0; };
    always = is("all");
    if (wanted && *wanted && !always && !is("off")) {
      fail("SEQNN_CUDA_BLAS is '%s', expected off (leave cuBLAS out) or all (take it at every size)", wanted);
    }
    there = !is("off") && open(api, reason);
    if (is("off")) reason = "SEQNN_CUDA_BLAS is off";
  }
};

// Once for the process, like the library.
const Opened& opened() {
  static const Opened once;
  return once;
}
const Api& api() { return opened().api; }

void check(Status status, const char* what) {
  if (status != CUBLAS_STATUS_SUCCESS) fail("cuBLAS: %s: %s", what, api().cublasGetStatusString(status));
}

// A matrix [rows, columns] as cuBLAS reads it: column by column, `lead` elements from one to the next, or transposed.
struct Side {
  bool plain, transposed;
  int64_t lead;
};
template <class T>
Side sideOf(const Matrices<T>& m, int64_t rows, int64_t columns) {
  if (m.row == 1 && m.column >= rows) return {true, false, m.column};
  return {m.column == 1 && m.row >= columns, true, m.row};
}

Compute computeIn(Precision precision) {
  switch (precision) {
    case Precision::float32:
      return CUBLAS_COMPUTE_32F;
    case Precision::tf32:
      return CUBLAS_COMPUTE_32F_FAST_TF32;
    case Precision::bf16:
      return CUBLAS_COMPUTE_32F_FAST_16BF;
  }
  return CUBLAS_COMPUTE_32F;
}

Operation operation(bool transposed) { return transposed ? CUBLAS_OP_T : CUBLAS_OP_N; }

}  // namespace

bool blasGains(int64_t M, int64_t N, int64_t K) {
  const Opened& library = opened();
  if (!library.there || K == 0) return false;
  if (library.always) return true;
  const double products = static_cast<double>(M) * static_cast<double>(N) * static_cast<double>(K);
  return products >= kLargeProduct && M >= kLargeSide && N >= kLargeSide && K >= kLargeSide;
}

template <class T>
bool blasTakes(const PlainProduct<T>& p) {
  return p.count > 0 && sideOf(p.a, p.M, p.K).plain && sideOf(p.b, p.K, p.N).plain && sideOf(p.c, p.M, p.N).plain &&
         blasGains(p.M, p.N, p.K);
}

bool findBlas(std::string* description) {
  *description = opened().reason;
  if (!opened().there) return false;
  int version[3] = {};
  for (const Property property : {MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL})
    check(api().cublasGetProperty(property, &version[property]), "asking for its version");
  *description = std::to_string(version[0]) + "." + std::to_string(version[1]) + "." + std::to_string(version[2]);
  return true;
}

Blas::Blas(void* stream) {
  check(api().cublasCreate_v2(&handle_), "starting it");
  try {
    check(api().cublasSetStream_v2(handle_, stream), "giving it a stream");
    // Of its own, since cuBLAS would allocate while a step is recorded, and share between streams what fixes the bits.
    // Behind the stream, which sets it back.
    workspace_ = allocate(kWorkspace);
    check(api().cublasSetWorkspace_v2(handle_, workspace_, kWorkspace), "giving it a workspace");
    // With CUBLAS_COMPUTE_32F this is float32 arithmetic: cuBLAS takes tf32 only where it is asked to. The pedantic
    // modes add nothing to that for real numbers, and are documented as slower.
    check(api().cublasSetMathMode(handle_, CUBLAS_DEFAULT_MATH), "setting its arithmetic");
  } catch (...) {
    release(workspace_);
    api().cublasDestroy_v2(handle_);
    throw;
  }
}

// Unchecked, like all that destructors do to a device that may be lost.
Blas::~Blas() {
  api().cublasDestroy_v2(handle_);
  release(workspace_);
}

template <class T>
void Blas::multiply(const PlainProduct<T>& p, Precision precision) {
  constexpr bool kFloat = sizeof(T) == sizeof(float);
  constexpr DataType kType = kFloat ? CUDA_R_32F : CUDA_R_64F;
  const Side a = sideOf(p.a, p.M, p.K), b = sideOf(p.b, p.K, p.N), c = sideOf(p.c, p.M, p.N);
  const T one = 1, none = 0;
  const Compute compute = kFloat ? computeIn(precision) : CUBLAS_COMPUTE_64F;
  // A c that lies row by row is the transpose of what cuBLAS writes: c' = b' a'.
  const auto call = [&](int64_t z, int64_t count, bool adds) {
    const T *const left = p.a.data + z * p.a.each, *const right = p.b.data + z * p.b.each;
    T* const to = p.c.data + z * p.c.each;
    const T* const beta = adds ? &one : &none;
    const auto stride = [&](int64_t each) { return count > 1 ? each : 0; };
    const auto gemm = api().cublasGemmStridedBatchedEx_64;
    return c.transposed ? gemm(handle_, operation(!b.transposed), operation(!a.transposed), p.N, p.M, p.K, &one, right,
                               kType, b.lead, stride(p.b.each), left, kType, a.lead, stride(p.a.each), beta, to, kType,
                               c.lead, stride(p.c.each), count, compute, CUBLAS_GEMM_DEFAULT)
                        : gemm(handle_, operation(a.transposed), operation(b.transposed), p.M, p.N, p.K, &one, left,
                               kType, a.lead, stride(p.a.each), right, kType, b.lead, stride(p.b.each), beta, to, kType,
                               c.lead, stride(p.c.each), count, compute, CUBLAS_GEMM_DEFAULT);
  };
  const char* const what = "multiplying matrices";
  // Sums over z are made one after the other. That strides may be negative (a reversed sequence) is not documented.
  const bool together = p.c.each > 0 && p.a.each >= 0 && p.b.each >= 0;
  if (p.count == 1 || together) return check(call(0, p.count, p.adds), what);
  for (int64_t z = 0; z < p.count; ++z) check(call(z, 1, p.adds || (p.c.each == 0 && z > 0)), what);
}

template bool blasTakes(const PlainProduct<float>&);
template bool blasTakes(const PlainProduct<double>&);
template void Blas::multiply(const PlainProduct<float>&, Precision);
template void Blas::multiply(const PlainProduct<double>&, Precision);

}  // namespace cuda
}  // namespace seqnn
