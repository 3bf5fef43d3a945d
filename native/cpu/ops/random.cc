// Random tensors: input 0 is the step counter (i32, one element).
//   attrs: kind uniform (a low, b high) | normal, truncatedNormal (a mean, b deviation) | bernoulli (a probability
//   of 1/a, else 0), seed (up to 2^53), stream

#include <string.h>

#include "cpu/ops/operands.h"
#include "cpu/ops/random_config.h"
#include "runtime/philox.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

using Group = void (*)(const PhiloxStream&, int64_t group, double a, double b, double* values);

struct Config {
  int64_t size;
  PhiloxKey key;
  uint32_t stream;
  double a, b;
  Group group;  // null: bernoulli
  ShardPlaces places;

  PhiloxStream at(int32_t step) const { return {key, static_cast<uint32_t>(step), stream}; }
};

// Writes elements one after the other to their places; knows without a division where a run ends.
template <class T>
class Writer {
 public:
  Writer(const ShardPlaces& places, T* y, int64_t first)
      : places_(places), y_(y), to_(y + places.walk.at(first)), left_(places.run - first % places.run) {
    const int64_t runs = first / places.run;
    outer_ = runs / places.shards;
    shard_ = runs - outer_ * places.shards;
  }
  SEQNN_INLINE void put(const T* values, int n) {
    while (n > 0) {
      const int count = static_cast<int>(least(n, left_));
      if (count == kLanes<T>) {
        store(to_, load(values));
      } else {
        memcpy(to_, values, static_cast<size_t>(count) * sizeof(T));
      }
      values += count;
      n -= count;
      to_ += count;
      if ((left_ -= count) == 0) next();
    }
  }

 private:
  void next() {
    left_ = places_.run;
    if (++shard_ == places_.shards) {
      shard_ = 0;
      ++outer_;
    }
    to_ = y_ + shard_ * places_.part + outer_ * places_.run;
  }

  const ShardPlaces& places_;
  T *y_, *to_;
  int64_t left_, outer_, shard_;
};

// body(group, its elements, writer) for all groups of a tensor
template <class T, class F>
void eachGroup(ThreadPool& pool, const Config& config, T* y, F body) {
  constexpr int64_t kWeight = 16;  // a number takes ten rounds, and reads nothing
  const int64_t size = config.size;
  const Split split = splitWork((size + kPhiloxGroup - 1) / kPhiloxGroup, kPhiloxGroup * kWeight);
  pool.parallel(split.tasks, [&](int task) {
    Writer<T> writer(config.places, y, split.begin(task) * kPhiloxGroup);
    for (int64_t g = split.begin(task); g < split.end(task); ++g)
      body(g, static_cast<int>(least(kPhiloxGroup, size - g * kPhiloxGroup)), writer);
  });
}

template <class T>
class Random final : public Kernel {
 public:
  explicit Random(const Config& config) : config_(config) {}
  void run(const Call& call) override {
    const PhiloxStream stream = config_.at(*in<int32_t>(call, 0));
    eachGroup(call.context.pool, config_, out<T>(call, 0), [&](int64_t group, int n, Writer<T>& writer) {
      double values[kPhiloxGroup];
      config_.group(stream, group, config_.a, config_.b, values);
      T own[kPhiloxGroup];
      for (int i = 0; i < n; ++i) own[i] = static_cast<T>(values[i]);
      writer.put(own, n);
    });
  }

 private:
  Config config_;
};

// By value and without a branch, so that it becomes vectors.
template <class T>
SEQNN_INLINE void keepOrDrop(const uint32_t* words, uint32_t last, T kept, T* values) {
  for (int i = 0; i < kPhiloxGroup; ++i) values[i] = kept * static_cast<T>(words[i] <= last);
}

// Dropout masks: integers only, so this may run in the file's own instruction set.
template <class T>
class Bernoulli final : public Kernel {
 public:
  explicit Bernoulli(const Config& config) : config_(config) {}
  void run(const Call& call) override {
    const PhiloxStream stream = config_.at(*in<int32_t>(call, 0));
    // Words up to `last` keep; a probability of 0 keeps word 0 too, but as a zero.
    const double words32 = config_.a * 4294967296.0;
    const uint32_t last = words32 < 1 ? 0 : static_cast<uint32_t>(words32 - 1);
    const T kept = static_cast<T>(config_.a > 0 ? 1 / config_.a : 0);
    eachGroup(call.context.pool, config_, out<T>(call, 0), [&](int64_t group, int n, Writer<T>& writer) {
      uint32_t words[kPhiloxGroup];
      T values[kPhiloxGroup];
      philoxGroup(stream, group, 0, words);
      keepOrDrop(words, last, kept, values);
      writer.put(values, n);
    });
  }

 private:
  Config config_;
};

Group groupOf(const char* kind) {
  if (strcmp(kind, "uniform") == 0) return uniformGroup;
  if (strcmp(kind, "normal") == 0) return normalGroup;
  if (strcmp(kind, "truncatedNormal") == 0) return truncatedNormalGroup;
  if (strcmp(kind, "bernoulli") == 0) return nullptr;
  fail("random: kind \"%s\", expected uniform, normal, truncatedNormal or bernoulli", kind);
}

}  // namespace

Kernel* create_random(const Node& node) {
  expectInput(node, 0, "the counter", DType::i32, 1);
  const Value& y = presentOut(node, 0);
  const Config config{y.shape.size(),
                      philoxKey(node.number("seed", 0)),
                      static_cast<uint32_t>(node.integer("stream", 0)),
                      node.number("a", 0),
                      node.number("b", 1),
                      groupOf(node.word("kind", "")),
                      ShardPlaces(node, y.shape.size())};
  if (config.group) return newFloating<Random>(node, y.dtype, config);
  if (!(config.a >= 0 && config.a <= 1)) fail("random: a probability of %g, expected one in [0, 1]", config.a);
  return newFloating<Bernoulli>(node, y.dtype, config);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
