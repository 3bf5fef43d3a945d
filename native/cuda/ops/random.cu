// Random tensors with the CPU's numbers (attributes as in cpu/ops/random.cc, the generator as in runtime/philox.h):
// a thread makes the four elements of one Philox block.

#include "cpu/ops/operands.h"
#include "cpu/ops/random_config.h"
#include "cuda/launch.h"

namespace seqnn {
namespace cuda {
namespace {

enum class Kind { uniform, normal, truncatedNormal, bernoulli };

struct Stream {
  uint32_t low, high, step, stream;
};

__device__ inline void philoxBlock(const Stream& s, uint64_t block, uint32_t attempt, uint32_t* words) {
  uint32_t a = static_cast<uint32_t>(block), b = static_cast<uint32_t>(block >> 32) ^ (attempt << 24), c = s.step,
           d = s.stream, key0 = s.low, key1 = s.high;
  for (int round = 0; round < 10; ++round) {
    const uint64_t p = uint64_t{a} * 0xD2511F53u, q = uint64_t{c} * 0xCD9E8D57u;
    a = static_cast<uint32_t>(q >> 32) ^ b ^ key0;
    b = static_cast<uint32_t>(q);
    c = static_cast<uint32_t>(p >> 32) ^ d ^ key1;
    d = static_cast<uint32_t>(p);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

// Rounded apart, as on the CPU: never one fused operation.
__device__ inline double scaled(double v, double by, double plus) {
#if defined(__CUDA_ARCH__)
  return __dadd_rn(__dmul_rn(v, by), plus);
#else
  return v * by + plus;
#endif
}

constexpr double kUnit = 1.0 / 4294967296.0;  // 2^-32
constexpr double kTurn = 6.283185307179586476925;

// Box and Muller: words 0 and 1 (2 and 3) make the elements of both.
__device__ inline void standardNormals(const uint32_t* words, double* values) {
  for (int i = 0; i < 4; i += 2) {
    const double radius = ::sqrt(-2 * ::log((words[i] + 0.5) * kUnit)), angle = kTurn * ((words[i + 1] + 0.5) * kUnit);
    values[i] = radius * ::cos(angle);
    values[i + 1] = radius * ::sin(angle);
  }
}

template <class T>
struct RandomBlock {
  T* y;
  int64_t size;
  const int32_t* counter;
  Stream stream;
  Kind kind;
  double a, b;
  Walk places;

  __device__ void operator()(int64_t block) const {
    Stream s = stream;
    s.step = static_cast<uint32_t>(*counter);
    uint32_t words[4];
    double values[4];
    philoxBlock(s, static_cast<uint64_t>(block), 0, words);
    if (kind == Kind::bernoulli) {
      // Words up to `last` keep; a probability of 0 keeps word 0 too, but as a zero.
      const double words32 = a * 4294967296.0;
      const uint32_t last = words32 < 1 ? 0 : static_cast<uint32_t>(words32 - 1);
      for (int w = 0; w < 4; ++w) values[w] = words[w] <= last && a > 0 ? 1 / a : 0;
    } else if (kind == Kind::uniform) {
      for (int w = 0; w < 4; ++w) values[w] = scaled((words[w] >> 8) * (256 * kUnit), b - a, a);
    } else {
      standardNormals(words, values);
      if (kind == Kind::truncatedNormal) redraw(s, block, values);
      for (int w = 0; w < 4; ++w) values[w] = scaled(b, values[w], a);
    }
    for (int w = 0; w < 4; ++w) {
      const int64_t at = block / 16 * 64 + w * 16 + block % 16;
      if (at < size) y[places.at(at)] = static_cast<T>(values[w]);
    }
  }

  // Until all are within two deviations of the mean.
  __device__ static void redraw(const Stream& s, int64_t block, double* values) {
    for (uint32_t attempt = 1; attempt < 256; ++attempt) {
      bool missing = false;
      for (int w = 0; w < 4; ++w) missing = missing || ::fabs(values[w]) > 2;
      if (!missing) return;
      uint32_t words[4];
      double drawn[4];
      philoxBlock(s, static_cast<uint64_t>(block), attempt, words);
      standardNormals(words, drawn);
      for (int w = 0; w < 4; ++w) values[w] = ::fabs(values[w]) > 2 ? drawn[w] : values[w];
    }
  }
};

struct Config {
  int64_t size;
  Stream stream;
  Kind kind;
  double a, b;
  Walk places;
};

template <class T>
class Random final : public Kernel {
 public:
  explicit Random(const Config& config) : c_(config) {}
  void run(const Call& call) override {
    const int64_t blocks = blocksFor(c_.size, 64) * 16;
    forEach(queueOf(call), blocks,
            RandomBlock<T>{out<T>(call, 0), c_.size, in<int32_t>(call, 0), c_.stream, c_.kind, c_.a, c_.b, c_.places});
  }

 private:
  Config c_;
};

Kind kindOf(const char* kind) {
  if (strcmp(kind, "uniform") == 0) return Kind::uniform;
  if (strcmp(kind, "normal") == 0) return Kind::normal;
  if (strcmp(kind, "truncatedNormal") == 0) return Kind::truncatedNormal;
  if (strcmp(kind, "bernoulli") == 0) return Kind::bernoulli;
  fail("random: kind \"%s\", expected uniform, normal, truncatedNormal or bernoulli", kind);
}

}  // namespace

Kernel* create_random(const Node& node) {
  expectInput(node, 0, "the counter", DType::i32, 1);
  const Value& y = presentOut(node, 0);
  const uint64_t seed = static_cast<uint64_t>(static_cast<int64_t>(node.number("seed", 0)));
  const Config config{y.shape.size(),
                      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 0,
                       static_cast<uint32_t>(node.integer("stream", 0))},
                      kindOf(node.word("kind", "")),
                      node.number("a", 0),
                      node.number("b", 1),
                      ShardPlaces(node, y.shape.size()).walk};
  if (config.kind == Kind::bernoulli && !(config.a >= 0 && config.a <= 1))
    fail("random: a probability of %g, expected one in [0, 1]", config.a);
  return newFloating<Random>(node, y.dtype, config);
}

}  // namespace cuda
}  // namespace seqnn
