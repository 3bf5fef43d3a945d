// What this machine can do at most: fused multiply-adds per second on all threads, and bytes per second from memory.
// Compiled by bench/roofline.ts with the widest vectors of the machine; prints {"gflops", "gbytes"}.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
typedef float Vec __attribute__((vector_size(kBytes)));
constexpr int kLanes = kBytes / 4;
// Enough independent chains to hide the latency of an addition on every port.
constexpr int kChains = 12;

double seconds(int threads, const std::function<void(int)>& work) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> team;
  for (int t = 1; t < threads; ++t) team.emplace_back(work, t);
  work(0);
  for (std::thread& member : team) member.join();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

volatile float sink;

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  double gflops = 0, gbytes = 0;
  // 64 MB a thread: more than its caches hold.
  constexpr size_t kVecs = (64u << 20) / kBytes;
  const std::vector<Vec> memory(kVecs * static_cast<size_t>(threads), Vec{} + 1.0f);
  for (int round = 0; round < 8; ++round) {
    constexpr long kSteps = 4000000;
    const double arithmetic = seconds(threads, [](int) {
      Vec sums[kChains];
      for (int k = 0; k < kChains; ++k) sums[k] = Vec{} + static_cast<float>(k);
      const Vec factor = Vec{} + 0.999f, term = Vec{} + 0.001f;
      for (long i = 0; i < kSteps; ++i)
        for (int k = 0; k < kChains; ++k) sums[k] = sums[k] * factor + term;
      for (int k = 0; k < kChains; ++k) sink = sums[k][0];
    });
    gflops = std::max(gflops, 2.0 * kLanes * kChains * kSteps * threads / arithmetic / 1e9);

    const double reading = seconds(threads, [&memory](int t) {
      const Vec* from = memory.data() + kVecs * static_cast<size_t>(t);
      Vec sums[4] = {};
      for (size_t i = 0; i < kVecs; i += 4)
        for (size_t k = 0; k < 4; ++k) sums[k] += from[i + k];
      sink = (sums[0] + sums[1] + sums[2] + sums[3])[0];
    });
    gbytes = std::max(gbytes, static_cast<double>(kVecs) * kBytes * threads / reading / 1e9);
  }
  std::printf("{\"gflops\": %.1f, \"gbytes\": %.1f}\n", gflops, gbytes);
}
