// How fast a BLAS of this machine multiplies, on one thread: [M, K] by [K, N] in float32, row after row in memory.
// Compiled by bench/products.ts; arguments: milliseconds to spend on each product, then M,K,N of each. Prints
// {"library": its file or null, "ms": the best time of each}. SEQNN_BLAS names a library to try first.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Sgemm = void (*)(int order, int transA, int transB, int M, int N, int K, float alpha, const float* a, int lda,
                       const float* b, int ldb, float beta, float* c, int ldc);

int main(int argc, char** argv) {
  const char* names[] = {std::getenv("SEQNN_BLAS"), "libopenblas.so.0", "libmkl_rt.so.2",
                         "/System/Library/Frameworks/Accelerate.framework/Accelerate"};
  for (const char* variable : {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) setenv(variable, "1", 1);
  void* library = nullptr;
  const char* found = nullptr;
  for (const char* name : names) {
    if (name && !library && (library = dlopen(name, RTLD_NOW))) found = name;
  }
  const auto sgemm = library ? reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm")) : nullptr;
  if (!sgemm) {
    std::puts("{\"library\": null, \"ms\": []}");
    return 0;
  }
  std::printf("{\"library\": \"%s\", \"ms\": [", found);
  const double budget = std::atof(argv[1]);
  for (int i = 2; i < argc; ++i) {
    int M, K, N;
    if (std::sscanf(argv[i], "%d,%d,%d", &M, &K, &N) != 3) return 1;
    std::vector<float> a(size_t(M) * K), b(size_t(K) * N), c(size_t(M) * N);
    for (size_t j = 0; j < a.size(); ++j) a[j] = float(j % 97) / 97 - 0.5f;
    for (size_t j = 0; j < b.size(); ++j) b[j] = float(j % 89) / 89 - 0.5f;
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point t) {
      return std::chrono::duration<double, std::milli>(Clock::now() - t).count();
    };
    double best = 1e300;
    const auto start = Clock::now();
    do {
      const auto before = Clock::now();
      sgemm(101, 111, 111, M, N, K, 1, a.data(), K, b.data(), N, 0, c.data(), N);
      best = std::min(best, since(before));
    } while (since(start) < budget);
    std::printf("%s%.4f", i > 2 ? ", " : "", best);
  }
  std::puts("]}");
}
