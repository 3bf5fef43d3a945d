#pragma once

// Drives one kernel without a program: operands and attributes are given by hand, outputs come back as Arrays.
//   auto y = FakeNode("reduce").in(x).out(DType::f32, {2}).word("kind", "sum").set("axes", {1}).run(isa)[0];

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/packs.h"
#if defined(SEQNN_CUDA_TESTS)
#include "cuda/tests/fake_device.h"
#else
#include "tests/allocations.h"
#include "tests/host_device.h"
#endif

namespace seqnn {

using Dims = std::vector<int64_t>;

inline Shape shapeOf(const Dims& dims) {
  Shape shape;
  shape.rank = static_cast<int>(dims.size());
  for (size_t i = 0; i < dims.size(); ++i) shape.dim[i] = dims[i];
  return shape;
}

// A dense tensor of any dtype whose elements are read and written as double.
struct Array {
  Value value;
  std::vector<char> bytes;

  Array() = default;  // absent
  Array(DType dtype, const Dims& dims) {
    value.present = true;
    value.dtype = dtype;
    value.shape = shapeOf(dims);
    bytes.resize(static_cast<size_t>(size()) * bytesOf(dtype));
  }
  Array(DType dtype, const Dims& dims, const std::vector<double>& values) : Array(dtype, dims) {
    for (int64_t i = 0; i < size(); ++i) set(i, values.at(static_cast<size_t>(i)));
  }

  int64_t size() const { return value.shape.size(); }
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(bytes.data());
  }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes.data());
  }
  double operator[](int64_t i) const {
    switch (value.dtype) {
      case DType::f32:
        return static_cast<double>(as<float>()[i]);
      case DType::f64:
        return as<double>()[i];
      case DType::i32:
        return as<int32_t>()[i];
      case DType::boolean:
        return as<uint8_t>()[i];
    }
    return 0;
  }
  void set(int64_t i, double v) {
    switch (value.dtype) {
      case DType::f32:
        as<float>()[i] = static_cast<float>(v);
        break;
      case DType::f64:
        as<double>()[i] = v;
        break;
      case DType::i32:
        as<int32_t>()[i] = static_cast<int32_t>(v);
        break;
      case DType::boolean:
        as<uint8_t>()[i] = v != 0;
        break;
    }
  }
  std::vector<double> doubles() const {
    std::vector<double> out(static_cast<size_t>(size()));
    for (int64_t i = 0; i < size(); ++i) out[static_cast<size_t>(i)] = (*this)[i];
    return out;
  }

  // Values uniform in [low, high); integers are floored, booleans true half of the time.
  static Array random(DType dtype, const Dims& dims, unsigned seed, double low = -1, double high = 1) {
    Array array(dtype, dims);
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> uniform(low, high);
    for (int64_t i = 0; i < array.size(); ++i) {
      const double v = uniform(engine);
      array.set(i, dtype == DType::boolean ? v > (low + high) / 2 : dtype == DType::i32 ? std::floor(v) : v);
    }
    return array;
  }
};

class FakeNode final : public Node {
 public:
  explicit FakeNode(const std::string& op) : op_(op) {}

  FakeNode& in(const Array& array) {
    inputs_.push_back(array);
    return *this;
  }
  FakeNode& skipIn() { return in(Array()); }
  FakeNode& out(DType dtype, const Dims& dims) {
    outputs_.push_back(Array(dtype, dims));
    aliases_.push_back(-1);
    return *this;
  }
  FakeNode& skipOut() {
    outputs_.push_back(Array());
    aliases_.push_back(-1);
    return *this;
  }
  // An output that lies in the buffer of input i, as the planner and the variables do it.
  FakeNode& outOver(int i) {
    outputs_.push_back(inputs_.at(static_cast<size_t>(i)));
    aliases_.push_back(i);
    return *this;
  }
  FakeNode& outOver(int i, DType dtype) {
    outOver(i);
    outputs_.back().value.dtype = dtype;
    return *this;
  }
  FakeNode& set(const std::string& name, const std::vector<double>& values) {
    attrs_[name] = values;
    return *this;
  }
  FakeNode& set(const std::string& name, double value) { return set(name, std::vector<double>{value}); }
  FakeNode& word(const std::string& name, const std::string& text) { return set(name, stringNumber(text)); }
  double stringNumber(const std::string& text) {
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (texts_[i] == text) return static_cast<double>(i);
    }
    texts_.push_back(text);
    return static_cast<double>(texts_.size() - 1);
  }
  // Input i is one of which the kernel keeps what it makes of it.
  FakeNode& last(int i) {
    lasting_.push_back(i);
    return *this;
  }
  FakeNode& addBody(const Program& program) {
    bodies_.push_back(&program);
    return *this;
  }

  // Creates the kernel of one instruction set and runs it `times` times on fresh copies of the operands' bytes
  // (aliased ones go on from the last). Outputs start as garbage; a write outside a buffer is a test failure. A kernel
  // with lasting operands has run once before, and does not find them any more.
  std::vector<Array> run(const char* isa, int threads = 1, int times = 1) const;

  Kernel* create(const char* isa) const {
    const KernelTable& table = FakeDevice::table(isa);
    for (int i = 0; i < table.count; ++i) {
      if (op_ == table.entries[i].name) return table.entries[i].create(*this);
    }
    fail("the table of %s has no kernel %s", isa, op_.c_str());
  }

  const char* op() const override { return op_.c_str(); }
  int inputs() const override { return static_cast<int>(inputs_.size()); }
  int outputs() const override { return static_cast<int>(outputs_.size()); }
  const Value& input(int i) const override { return valueOf(inputs_, i); }
  const Value& output(int i) const override { return valueOf(outputs_, i); }
  const double* attr(const char* name, int* count) const override {
    const auto found = attrs_.find(name);
    if (found == attrs_.end()) return nullptr;
    *count = static_cast<int>(found->second.size());
    return found->second.data();
  }
  const char* text(double value) const override { return texts_.at(static_cast<size_t>(value)).c_str(); }
  bool lasting(int i) const override { return std::count(lasting_.begin(), lasting_.end(), i) > 0; }
  int bodies() const override { return static_cast<int>(bodies_.size()); }
  const Program& body(int i) const override { return *bodies_.at(static_cast<size_t>(i)); }

 private:
  static const Value& valueOf(const std::vector<Array>& arrays, int i) {
    static const Value absent;
    return i < 0 || i >= static_cast<int>(arrays.size()) ? absent : arrays[static_cast<size_t>(i)].value;
  }

  std::string op_;
  std::vector<Array> inputs_, outputs_;
  std::vector<int> aliases_;  // per output: the input whose buffer it shares, or -1
  std::vector<int> lasting_;
  std::map<std::string, std::vector<double>> attrs_;
  std::vector<std::string> texts_;
  std::vector<const Program*> bodies_;
};

// A 64-byte aligned buffer with a guard behind it, so that overruns show without a sanitizer.
class GuardedBuffer {
 public:
  GuardedBuffer(size_t size, int fill) : size_(size), data_(static_cast<char*>(FakeDevice::take(alignUp(size + 64)))) {
    std::memset(data_, fill, alignUp(size + 64));
    std::memset(data_ + size_, kGuard, 64);
  }
  ~GuardedBuffer() { FakeDevice::give(data_); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  char* data() const { return data_; }
  bool intact() const {
    for (int i = 0; i < 64; ++i) {
      if (static_cast<unsigned char>(data_[size_ + static_cast<size_t>(i)]) != kGuard) return false;
    }
    return true;
  }

 private:
  static constexpr unsigned char kGuard = 0xA5;
  size_t size_;
  char* data_;
};

inline std::vector<Array> FakeNode::run(const char* isa, int threads, int times) const {
  std::unique_ptr<Kernel> kernel(create(isa));
  std::vector<std::unique_ptr<GuardedBuffer>> buffers;
  std::vector<void*> table;
  std::vector<int> inputs, outputs;
  const auto add = [&](const Array& array, int fill) {
    buffers.push_back(std::make_unique<GuardedBuffer>(array.bytes.size(), fill));
    table.push_back(buffers.back()->data());
    return static_cast<int>(table.size()) - 1;
  };
  for (const Array& array : inputs_) {
    inputs.push_back(array.value.present ? add(array, 0) : -1);
    if (!array.bytes.empty()) std::memcpy(table.back(), array.bytes.data(), array.bytes.size());
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const int alias = aliases_[i];
    outputs.push_back(alias >= 0                  ? inputs[static_cast<size_t>(alias)]
                      : outputs_[i].value.present ? add(outputs_[i], 0xFF)
                                                  : -1);
  }
  kernel->inputs = inputs.data();
  kernel->outputs = outputs.data();
  GuardedBuffer workspace(kernel->workspace, 0xFF);
  const std::unique_ptr<FakeDevice::Pool> pool(FakeDevice::newPool(threads));
  Packs packs;
  Context context{*pool, nullptr, nullptr, &packs};
  const Call call{table.data(), workspace.data(), context};
  if (!lasting_.empty()) kernel->run(call);
  for (const int i : lasting_) {
    const size_t input = static_cast<size_t>(i);
    std::memset(table[static_cast<size_t>(inputs[input])], 0xFF, inputs_[input].bytes.size());
  }
#if !defined(SEQNN_CUDA_TESTS)
  const int64_t before = allocations();
#endif
  for (int i = 0; i < times; ++i) kernel->run(call);
#if !defined(SEQNN_CUDA_TESTS)
  EXPECT_EQ(allocations(), before) << op_ << " allocates when it runs (" << isa << ")";
#endif
  FakeDevice::finish(*pool);

  for (const auto& buffer : buffers) EXPECT_TRUE(buffer->intact()) << op_ << " wrote past an operand (" << isa << ")";
  EXPECT_TRUE(workspace.intact()) << op_ << " wrote past its workspace (" << isa << ")";
  std::vector<Array> results = outputs_;
  for (size_t i = 0; i < results.size(); ++i) {
    Array& result = results[i];
    if (!result.bytes.empty())
      std::memcpy(result.bytes.data(), table[static_cast<size_t>(outputs[i])], result.bytes.size());
  }
  return results;
}

// Where one instruction set tells as much as all of them.
inline const char* anyIsa() { return FakeDevice::isas()[0]; }

inline void forEachIsa(const std::function<void(const char* isa)>& body) {
  for (const char* const* isa = FakeDevice::isas(); *isa; ++isa) {
    SCOPED_TRACE(*isa);
    body(*isa);
  }
}

inline constexpr DType kFloating[] = {DType::f32, DType::f64};

inline double epsilonOf(DType dtype) {
  return dtype == DType::f32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                             : std::numeric_limits<double>::epsilon();
}

// Every element within tolerance * max(1, |expected|); NaN and infinities must match.
inline void expectNear(const Array& actual, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), static_cast<int64_t>(expected.size()));
  for (int64_t i = 0; i < actual.size(); ++i) {
    const double a = actual[i], e = expected[static_cast<size_t>(i)];
    if (std::isnan(e) || std::isnan(a)) {
      ASSERT_EQ(std::isnan(a), std::isnan(e)) << "element " << i << ": " << a << ", expected " << e;
    } else if (a != e) {
      ASSERT_LE(std::fabs(a - e), tolerance * std::max(1.0, std::fabs(e)))
          << "element " << i << ": " << a << ", expected " << e;
    }
  }
}

}  // namespace seqnn
