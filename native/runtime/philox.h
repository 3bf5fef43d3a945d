#pragma once

#include <cstdint>

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

// One group of 64 words. `attempt` draws anew for the same elements.
static inline void philoxGroup(const PhiloxStream& stream, int64_t group, uint32_t attempt, uint32_t* words) {
  uint32_t* a = words;  // [4, 16]: counters, then random words
  uint32_t* b = words + kPhiloxLanes;
  uint32_t* c = words + 2 * kPhiloxLanes;
  uint32_t* d = words + 3 * kPhiloxLanes;
  const uint64_t first = static_cast<uint64_t>(group) * kPhiloxLanes;
  for (int i = 0; i < kPhiloxLanes; ++i) {
    const uint64_t block = first + static_cast<uint64_t>(i);
    a[i] = static_cast<uint32_t>(block);
    b[i] = static_cast<uint32_t>(block >> 32) ^ (attempt << 24);
    c[i] = stream.step;
    d[i] = stream.stream;
  }
  uint32_t key0 = stream.key.low, key1 = stream.key.high;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < kPhiloxLanes; ++i) {
      const uint64_t p = uint64_t{0xD2511F53u} * a[i], q = uint64_t{0xCD9E8D57u} * c[i];
      a[i] = static_cast<uint32_t>(q >> 32) ^ b[i] ^ key0;
      b[i] = static_cast<uint32_t>(q);
      c[i] = static_cast<uint32_t>(p >> 32) ^ d[i] ^ key1;
      d[i] = static_cast<uint32_t>(p);
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

// Floating values of one group, compiled once for all instruction sets so that their bits agree everywhere.
void uniformGroup(const PhiloxStream& stream, int64_t group, double low, double high, double* values);  // [64]
void normalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values);
// Redrawn until within two deviations of the mean.
void truncatedNormalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values);

}  // namespace seqnn
