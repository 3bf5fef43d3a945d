#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace seqnn {

// Philox4x32-10 (Salmon et al. 2011): random words as a pure function of key and counter, so that values depend on
// (seed, step, stream, element) and on nothing else. Element e of a tensor takes word (e % 64) / 16 of the block with
// index (e / 64) * 16 + e % 16: sixteen blocks together give 64 elements in dense vectors.

struct PhiloxKey {
  uint32_t low, high;
};

// The stream of one random node at one step.
struct PhiloxStream {
  PhiloxKey key;
  uint32_t step, stream;
};

constexpr int kPhiloxLanes = 16;
constexpr int kPhiloxGroup = 64;  // elements of sixteen blocks

// Static, like philoxGroup: each file compiles these for its own instruction set, and the linker must not mix them.
static inline PhiloxKey philoxKey(double seed) {
  const uint64_t bits = static_cast<uint64_t>(static_cast<int64_t>(seed));
  return {static_cast<uint32_t>(bits), static_cast<uint32_t>(bits >> 32)};
}

// Words in 64-bit lanes, of which only the low halves count; compilers do not find the multiplication by themselves.
#if defined(__AVX512F__)
typedef uint64_t PhiloxWide __attribute__((vector_size(64)));
static inline PhiloxWide philoxTimes(PhiloxWide a, uint64_t by) {
  return (PhiloxWide)_mm512_mul_epu32((__m512i)a, (__m512i)(PhiloxWide{} + by));
}
#elif defined(__AVX2__)
typedef uint64_t PhiloxWide __attribute__((vector_size(32)));
static inline PhiloxWide philoxTimes(PhiloxWide a, uint64_t by) {
  return (PhiloxWide)_mm256_mul_epu32((__m256i)a, (__m256i)(PhiloxWide{} + by));
}
#elif defined(__SSE2__) && defined(__GNUC__)
typedef uint64_t PhiloxWide __attribute__((vector_size(16)));
static inline PhiloxWide philoxTimes(PhiloxWide a, uint64_t by) {
  return (PhiloxWide)_mm_mul_epu32((__m128i)a, (__m128i)(PhiloxWide{} + by));
}
#else
typedef uint64_t PhiloxWide;
static inline PhiloxWide philoxTimes(PhiloxWide a, uint64_t by) { return (a & UINT32_MAX) * by; }
#endif

// Blocks that run side by side: as many vectors as hide each other's latency.
constexpr int kPhiloxWidth = static_cast<int>(sizeof(PhiloxWide) / sizeof(uint64_t));
constexpr int kPhiloxChains = kPhiloxWidth == 8 ? 2 : 1;

// The low halves of the lanes of all chains, side by side.
static inline void philoxStore(const PhiloxWide* lanes, uint32_t* words) {
#if defined(__AVX512F__)
  // In one store: what is read back as a vector soon must not have been written in two.
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  _mm512_storeu_si512(words, _mm512_permutex2var_epi32((__m512i)lanes[0], even, (__m512i)lanes[1]));
#else
  for (int chain = 0; chain < kPhiloxChains; ++chain) {
    uint64_t wide[kPhiloxWidth];
    std::memcpy(wide, &lanes[chain], sizeof wide);
    for (int k = 0; k < kPhiloxWidth; ++k) words[chain * kPhiloxWidth + k] = static_cast<uint32_t>(wide[k]);
  }
#endif
}

// One group of 64 words [4, 16]. `attempt` draws anew for the same elements.
static inline void philoxGroup(const PhiloxStream& stream, int64_t group, uint32_t attempt, uint32_t* words) {
  constexpr int kChains = kPhiloxChains, kTogether = kChains * kPhiloxWidth;
  constexpr uint64_t kOrder[] = {0, 1, 2, 3, 4, 5, 6, 7};
  PhiloxWide inOrder;
  std::memcpy(&inOrder, kOrder, sizeof inOrder);
  for (int i = 0; i < kPhiloxLanes; i += kTogether) {
    PhiloxWide a[kChains], b[kChains], c[kChains], d[kChains];
    for (int n = 0; n < kChains; ++n) {
      const uint64_t first = static_cast<uint64_t>(group) * kPhiloxLanes + static_cast<uint64_t>(i + n * kPhiloxWidth);
      const PhiloxWide block = PhiloxWide{} + first + inOrder;
      a[n] = block & uint64_t{UINT32_MAX};
      b[n] = (block >> 32) ^ (uint64_t{attempt} << 24);
      c[n] = PhiloxWide{} + stream.step;
      d[n] = PhiloxWide{} + stream.stream;
    }
    uint32_t key0 = stream.key.low, key1 = stream.key.high;
    for (int round = 0; round < 10; ++round) {
      for (int n = 0; n < kChains; ++n) {
        const PhiloxWide p = philoxTimes(a[n], 0xD2511F53u), q = philoxTimes(c[n], 0xCD9E8D57u);
        a[n] = (q >> 32) ^ b[n] ^ uint64_t { key0 };
        b[n] = q;
        c[n] = (p >> 32) ^ d[n] ^ uint64_t { key1 };
        d[n] = p;
      }
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    philoxStore(a, words + i);
    philoxStore(b, words + kPhiloxLanes + i);
    philoxStore(c, words + 2 * kPhiloxLanes + i);
    philoxStore(d, words + 3 * kPhiloxLanes + i);
  }
}

// Floating values of one group, compiled once for all instruction sets so that their bits agree everywhere.
void uniformGroup(const PhiloxStream& stream, int64_t group, double low, double high, double* values);  // [64]
void normalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values);
// Redrawn until within two deviations of the mean.
void truncatedNormalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values);

}  // namespace seqnn
