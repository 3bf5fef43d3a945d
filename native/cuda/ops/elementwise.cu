// A chain of pointwise micro-ops over broadcast operands (see cpu/ops/elementwise.cc for the attributes). Every thread
// interprets the chain for its elements; the values between steps lie in shared memory, one column per thread, or in
// the workspace where a chain keeps very many alive.

#include <memory>
#include <vector>

#include "cpu/ops/elementwise_config.h"
#include "cuda/launch.h"
#include "cuda/ops/micro_ops.h"

namespace seqnn {
namespace cuda {
namespace {

// Values between steps have slots, given out by liveness; an operand is a slot, an input or a constant.
enum class Home : int16_t { slot, input, constant };
struct Operand {
  Home home;
  int16_t number;
};
struct Step {
  int16_t op, arity;
  Operand from[3];
  int16_t slot;  // of the result
};

constexpr unsigned kThreads = 128, kSpillBlocks = 64;
constexpr size_t kSharedFile = 32 * 1024;
constexpr int kMaxOperands = 256;  // kernel parameters hold 4 KB

template <class T>
struct Chain {
  const Step* steps;
  const Broadcast* walks;  // of the inputs
  const DType* types;      // of the outputs
  const Operand* results;
  const T* constants;
  T* spill;  // [slot, thread of the grid]; null: shared memory
  int stepCount, inputs, outputs;
  int64_t size;
  void* operands[kMaxOperands];  // inputs, then outputs
};

template <class T>
__device__ T readAt(const void* p, DType dtype, int64_t i) {
  switch (dtype) {
    case DType::f32:
      return static_cast<T>(static_cast<const float*>(p)[i]);
    case DType::f64:
      return static_cast<T>(static_cast<const double*>(p)[i]);
    case DType::i32:
      return static_cast<T>(static_cast<const int32_t*>(p)[i]);
    case DType::boolean:
      return static_cast<T>(static_cast<const uint8_t*>(p)[i]);
  }
  return 0;
}

template <class T>
__device__ void writeAt(void* p, DType dtype, int64_t i, T v) {
  switch (dtype) {
    case DType::f32:
      static_cast<float*>(p)[i] = static_cast<float>(v);
      break;
    case DType::f64:
      static_cast<double*>(p)[i] = static_cast<double>(v);
      break;
    case DType::i32:
      static_cast<int32_t*>(p)[i] = toInteger(v);
      break;
    case DType::boolean:
      static_cast<uint8_t*>(p)[i] = v != 0;
      break;
  }
}

// Outputs are stored behind the last step: one may lie in the buffer of an input.
template <class T>
__global__ void chainKernel(Chain<T> c) {
  const int64_t stride = int64_t(gridDim.x) * blockDim.x;
  const int64_t first = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  T* const file = c.spill ? c.spill + first : sharedMemory<T>() + threadIdx.x;
  const int64_t ld = c.spill ? stride : blockDim.x;
  for (int64_t i = first; i < c.size; i += stride) {
    for (int s = 0; s < c.stepCount; ++s) {
      const Step& step = c.steps[s];
      T v[3] = {};
      for (int k = 0; k < step.arity; ++k) {
        const Operand from = step.from[k];
        if (from.home == Home::slot) {
          v[k] = file[from.number * ld];
        } else if (from.home == Home::constant) {
          v[k] = c.constants[from.number];
        } else {
          const Broadcast& walk = c.walks[from.number];
          v[k] = readAt<T>(c.operands[from.number], walk.dtype, walk.at(i));
        }
      }
      file[step.slot * ld] = microOp<T>(step.op, v[0], v[1], v[2]);
    }
    for (int k = 0; k < c.outputs; ++k) {
      const Operand from = c.results[k];
      const T v = from.home == Home::slot ? file[from.number * ld] : c.constants[from.number];
      writeAt<T>(c.operands[c.inputs + k], c.types[k], i, v);
    }
  }
}

template <class T>
class Elementwise final : public Kernel {
 public:
  explicit Elementwise(const Node& node) : inputs_(node.inputs()), outputs_(node.outputs()) {
    const Shape& shape = presentOut(node, 0).shape;
    size_ = shape.size();
    if (inputs_ + outputs_ > kMaxOperands)
      fail("elementwise: %d operands, expected at most %d on a gpu", inputs_ + outputs_, kMaxOperands);
    std::vector<DType> types;
    for (int i = 0; i < outputs_; ++i) types.push_back(outputType(node, i, shape));
    std::vector<Broadcast> walks;
    for (int i = 0; i < inputs_; ++i) walks.push_back(broadcastTo(node, present(node, i), i, shape));
    walks_ = store(walks);
    types_ = store(types);
    readCode(node);
    const size_t file = static_cast<size_t>(slots_) * sizeof(T);
    spills_ = file * 32 > kSharedFile;
    threads_ = kThreads;
    while (!spills_ && file * threads_ > kSharedFile) threads_ /= 2;
    workspace = spills_ ? file * kThreads * kSpillBlocks : 0;
  }

  void run(const Call& call) override {
    if (size_ == 0) return;
    Chain<T> chain{steps_->get(),
                   walks_->get(),
                   types_->get(),
                   results_->get(),
                   constants_->get(),
                   spills_ ? reinterpret_cast<T*>(call.workspace) : nullptr,
                   stepCount_,
                   inputs_,
                   outputs_,
                   size_,
                   {}};
    for (int i = 0; i < inputs_; ++i) chain.operands[i] = const_cast<char*>(in<char>(call, i));
    for (int i = 0; i < outputs_; ++i) chain.operands[inputs_ + i] = out<char>(call, i);
    const int64_t most = spills_ ? kSpillBlocks : kMaxBlocks, blocks = blocksFor(size_, threads_);
    launchThreads(queueOf(call), chainKernel<T>, dim3(static_cast<unsigned>(least(blocks, most))), threads_,
                  spills_ ? 0 : static_cast<size_t>(slots_) * threads_ * sizeof(T), chain);
  }

 private:
  template <class V>
  static std::unique_ptr<DeviceArray<V>> store(const std::vector<V>& values) {
    return std::make_unique<DeviceArray<V>>(values.data(), values.size());
  }

  static std::vector<double> list(const Node& node, const char* name) {
    int count = 0;
    const double* values = node.attr(name, &count);
    return values ? std::vector<double>(values, values + count) : std::vector<double>();
  }

  void readCode(const Node& node) {
    const std::vector<double> constants = list(node, "constants"), code = list(node, "code"),
                              results = list(node, "results");
    if (code.size() % 4 != 0) fail("elementwise: code has %zu values, expected a multiple of 4", code.size());
    if (results.size() != static_cast<size_t>(outputs_))
      fail("elementwise: %zu results for %d outputs", results.size(), outputs_);
    std::vector<T> values;
    for (const double c : constants) values.push_back(static_cast<T>(c));
    constants_ = store(values);

    // By register: where it is, and the last step that reads it.
    std::vector<Operand> home;
    std::vector<int> lastUse;
    const auto add = [&](Home kind, size_t number) {
      home.push_back({kind, static_cast<int16_t>(number)});
      lastUse.push_back(-1);
    };
    for (int i = 0; i < inputs_; ++i) add(Home::input, static_cast<size_t>(i));
    for (size_t i = 0; i < values.size(); ++i) add(Home::constant, i);

    std::vector<Step> steps;
    std::vector<std::vector<int>> reads;
    const auto checked = [&](double value) {
      const int r = static_cast<int>(value);
      if (r < 0 || r >= static_cast<int>(home.size()))
        fail("elementwise: register %d is outside [0, %zu)", r, home.size());
      return r;
    };
    const auto addStep = [&](const char* name, const double* operands) {
      const MicroName* op = findMicroOp(name);
      if (!op) fail("elementwise: no pointwise op is called \"%s\"", name);
      Step step{static_cast<int16_t>(op->number), static_cast<int16_t>(op->arity), {}, -1};
      reads.emplace_back();
      for (int k = 0; k < op->arity; ++k) {
        reads.back().push_back(checked(operands[k]));
        lastUse[static_cast<size_t>(reads.back().back())] = static_cast<int>(steps.size());
      }
      steps.push_back(step);
      add(Home::slot, 0);
    };
    for (size_t i = 0; i < code.size(); i += 4) addStep(node.text(code[i]), &code[i + 1]);
    // A result that is an input is read in a step too: its buffer may be that of an output.
    const size_t given = home.size();
    std::vector<int> kept;
    for (const double result : results) {
      if (!(result < static_cast<double>(given))) fail("elementwise: register %g is outside [0, %zu)", result, given);
      int r = checked(result);
      if (home[static_cast<size_t>(r)].home == Home::input) {
        const double source = r;
        addStep("identity", &source);
        r = static_cast<int>(home.size()) - 1;
      }
      kept.push_back(r);
    }
    for (const int r : kept) lastUse[static_cast<size_t>(r)] = INT32_MAX;
    placeSteps(steps, reads, home, lastUse);

    std::vector<Operand> ends;
    for (const int r : kept) ends.push_back(home[static_cast<size_t>(r)]);
    stepCount_ = static_cast<int>(steps.size());
    if (stepCount_ > INT16_MAX) fail("elementwise: %d steps, expected at most %d", stepCount_, INT16_MAX);
    steps_ = store(steps);
    results_ = store(ends);
  }

  void placeSteps(std::vector<Step>& steps, const std::vector<std::vector<int>>& reads, std::vector<Operand>& home,
                  const std::vector<int>& lastUse) {
    std::vector<bool> used;
    const size_t first = home.size() - steps.size();
    for (size_t s = 0; s < steps.size(); ++s) {
      for (size_t k = 0; k < reads[s].size(); ++k) {
        const size_t r = static_cast<size_t>(reads[s][k]);
        steps[s].from[k] = home[r];
        if (home[r].home == Home::slot && lastUse[r] == static_cast<int>(s))
          used[static_cast<size_t>(home[r].number)] = false;
      }
      size_t slot = 0;
      while (slot < used.size() && used[slot]) ++slot;
      if (slot == used.size()) used.push_back(false);
      used[slot] = lastUse[first + s] >= 0;
      steps[s].slot = home[first + s].number = static_cast<int16_t>(slot);
    }
    slots_ = static_cast<int>(used.size());
  }

  int inputs_, outputs_, stepCount_ = 0, slots_ = 0;
  unsigned threads_;
  bool spills_;
  int64_t size_;
  std::unique_ptr<DeviceArray<Step>> steps_;
  std::unique_ptr<DeviceArray<Broadcast>> walks_;
  std::unique_ptr<DeviceArray<DType>> types_;
  std::unique_ptr<DeviceArray<Operand>> results_;
  std::unique_ptr<DeviceArray<T>> constants_;
};

}  // namespace

Kernel* create_elementwise(const Node& node) { return newElementwise<Elementwise>(node); }

}  // namespace cuda
}  // namespace seqnn
