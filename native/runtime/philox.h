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

// One group of 64 words [4, 16]. `attempt` draws anew for the same elements.
static inline void philoxGroup(const PhiloxStream& stream, int64_t group, uint32_t attempt, uint32_t* words) {
  constexpr int kStep = static_cast<int>(sizeof(PhiloxWide) / sizeof(uint64_t));
  for (int i = 0; i < kPhiloxLanes; i += kStep) {
    uint64_t low[kStep], high[kStep], lanes[4][kStep];
    for (int k = 0; k < kStep; ++k) {
      const uint64_t block = static_cast<uint64_t>(group) * kPhiloxLanes + static_cast<uint64_t>(i + k);
      low[k] = block;
      high[k] = (block >> 32) ^ (uint64_t{attempt} << 24);
    }
    PhiloxWide a, b, c = PhiloxWide{} + stream.step, d = PhiloxWide{} + stream.stream;
    std::memcpy(&a, low, sizeof a);
    std::memcpy(&b, high, sizeof b);
    uint32_t key0 = stream.key.low, key1 = stream.key.high;
    for (int round = 0; round < 10; ++round) {
      const PhiloxWide p = philoxTimes(a, 0xD2511F53u), q = philoxTimes(c, 0xCD9E8D57u);
      a = (q >> 32) ^ b ^ uint64_t { key0 };
      b = q;
      c = (p >> 32) ^ d ^ uint64_t { key1 };
      d = p;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    std::memcpy(lanes[0], &a, sizeof a);
    std::memcpy(lanes[1], &b, sizeof b);
    std::memcpy(lanes[2], &c, sizeof c);
    std::memcpy(lanes[3], &d, sizeof d);
    for (int w = 0; w < 4; ++w) {
      for (int k = 0; k < kStep; ++k) words[w * kPhiloxLanes + i + k] = static_cast<uint32_t>(lanes[w][k]);
    }
  }
}

// Floating values of one group, compiled once for all instruction sets so that their bits agree everywhere.
void uniformGroup(const PhiloxStream& stream, int64_t group, double low, double high, double* values);  // [64]
void normalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values);
// Redrawn until within two deviations of the mean.
void truncatedNormalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values);

}  // namespace seqnn
