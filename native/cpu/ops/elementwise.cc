// A chain of pointwise micro-ops over broadcast operands, run block by block with its registers in L1.
//   attrs: constants, code (quadruples name, a, b, c), results (a register per output).
//   Registers: the inputs, then the constants, then one per code step; -1 where a step has no operand.

#include "cpu/ops/elementwise_config.h"
#include "cpu/ops/micro_ops.h"
#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

constexpr int kMaxRegisters = 1024;
constexpr int64_t kBlockBytes = 2048;

enum class Home { inPlace, expanded, scalar, step };

struct Register {
  Home home = Home::step;
  int slot = -1;     // expanded, step: its block of scratch; scalar input: its vector
  int output = -1;   // step: the output it is written to at once
  int lastUse = -1;  // the last step that reads it
};

// Where a register is found at run time: bytes behind one of the bases scratch, constants, inputs, outputs.
struct Place {
  int base;
  int64_t offset;
  int64_t walk;  // -1 where it lies in an operand and so moves from block to block, else 0
  int64_t mask;  // 0 where it is a scalar, else -1
};
enum Base { kScratch, kConstants, kOperands };

template <class T>
struct Step {
  void (*run)(const MicroCall<T>&);
  int reg[4];  // a, b, c, out
  Place place[4];
};

template <class T>
class Elementwise final : public Kernel {
 public:
  explicit Elementwise(const Node& node)
      : inputCount_(node.inputs()),
        outputCount_(node.outputs()),
        shape_(presentOut(node, 0).shape),
        size_(shape_.size()),
        sources_(inputCount_),
        registers_(inputCount_ + attributes(node, "constants") + attributes(node, "code") / 4 + outputCount_),
        steps_(attributes(node, "code") / 4 + outputCount_),
        results_(outputCount_),
        outputTypes_(outputCount_),
        constants_(attributes(node, "constants") * kLanes<T>) {
    readOutputs(node);
    readInputs(node);
    readCode(node);
    placeRegisters();
    split_ = splitWork((size_ + kBlock - 1) / kBlock, kBlock);
    scratch_ = blocks_ + slots_ * kBlockBytes;
    workspace = static_cast<size_t>(scratch_ * split_.tasks);
  }
  void run(const Call& call) override {
    if (size_ == 0) return;
    call.context.pool.parallel(split_.tasks, [&](int task) {
      runRange(call, call.workspace + scratch_ * task, split_.begin(task) * kBlock,
               least(split_.end(task) * kBlock, size_));
    });
  }

 private:
  static constexpr int64_t kBlock = kBlockBytes / static_cast<int64_t>(sizeof(T));
  static constexpr DType kType = sizeof(T) == 4 ? DType::f32 : DType::f64;

  static int attributes(const Node& node, const char* name) {
    int count = 0;
    return node.attr(name, &count) ? count : 0;
  }

  void readOutputs(const Node& node) {
    for (int i = 0; i < outputCount_; ++i) outputTypes_[i] = outputType(node, i, shape_);
  }

  void readInputs(const Node& node) {
    for (int i = 0; i < inputCount_; ++i) sources_[i] = broadcastTo(node, present(node, i), i, shape_);
  }

  void readCode(const Node& node) {
    int constants = 0, words = 0, results = 0;
    const double* constant = node.attr("constants", &constants);
    const double* code = node.attr("code", &words);
    const double* result = node.attr("results", &results);
    if (words % 4 != 0) fail("elementwise: code has %d values, expected a multiple of 4", words);
    if (results != outputCount_) fail("elementwise: %d results for %d outputs", results, outputCount_);
    const int given = inputCount_ + constants + words / 4;
    if (given + results > kMaxRegisters)
      fail("elementwise: %d registers, expected at most %d", given, kMaxRegisters - results);

    for (int i = 0; i < inputCount_; ++i) {
      const Broadcast& source = sources_[i];
      registers_[i].home = source.scalar()                           ? Home::scalar
                           : source.plain() && source.dtype == kType ? Home::inPlace
                                                                     : Home::expanded;
    }
    for (int i = 0; i < constants; ++i) {
      registers_[inputCount_ + i].home = Home::scalar;
      for (int lane = 0; lane < kLanes<T>; ++lane) constants_[i * kLanes<T> + lane] = static_cast<T>(constant[i]);
    }
    registerCount_ = inputCount_ + constants;
    for (int i = 0; i < words; i += 4) addStep(node.text(code[i]), code + i + 1);

    // Every output gets a step of its own, so that one rule says when it may be written in place.
    for (int i = 0; i < results; ++i) {
      const int source = checkedRegister(static_cast<int>(result[i]), given);
      bool own = registers_[source].home == Home::step;
      for (int j = 0; j < i; ++j) own = own && results_[j] != source;
      results_[i] = source;
      if (own) continue;
      const double copy[3] = {static_cast<double>(source), -1, -1};
      results_[i] = registerCount_;
      addStep("identity", copy);
    }
  }

  static int checkedRegister(int index, int count) {
    if (index < 0 || index >= count) fail("elementwise: register %d is outside [0, %d)", index, count);
    return index;
  }

  void addStep(const char* name, const double* operands) {
    const MicroOp<T>* op = findMicroOp<T>(name);
    if (!op) fail("elementwise: no pointwise op is called \"%s\"", name);
    int regs[3] = {};
    for (int i = 0; i < 3; ++i) {
      regs[i] = i < op->arity ? checkedRegister(static_cast<int>(operands[i]), registerCount_) : regs[0];
      registers_[regs[i]].lastUse = stepCount_;
    }
    steps_[stepCount_++] = {op->run, {regs[0], regs[1], regs[2], registerCount_++}, {}};
  }

  // Scratch blocks by liveness; outputs of the computing dtype are written where they belong as soon as no later
  // step reads an input in place (an output may share the buffer of an input).
  void placeRegisters() {
    int lastInPlaceRead = -1;
    for (int r = 0; r < inputCount_; ++r) {
      if (registers_[r].home == Home::inPlace)
        lastInPlaceRead = static_cast<int>(most(lastInPlaceRead, registers_[r].lastUse));
    }
    for (int r = 0; r < inputCount_; ++r) {
      if (registers_[r].home == Home::scalar) registers_[r].slot = scalars_++;
    }
    bool used[kMaxRegisters] = {};
    const auto take = [&](Register& target) {
      int slot = 0;
      while (used[slot]) ++slot;
      used[slot] = true;
      target.slot = slot;
      slots_ = static_cast<int>(most(slots_, slot + 1));
    };
    for (int r = 0; r < inputCount_; ++r) {
      if (registers_[r].home == Home::expanded && registers_[r].lastUse >= 0) take(registers_[r]);
    }
    for (int s = 0; s < stepCount_; ++s) {
      for (int i = 0; i < 3; ++i) {
        const int operand = steps_[s].reg[i];
        const Register& source = registers_[operand];
        const bool scratch = source.home == Home::expanded || source.home == Home::step;
        if (scratch && source.slot >= 0 && source.lastUse == s && !isResult(operand)) used[source.slot] = false;
      }
      const int made = steps_[s].reg[3];
      Register& target = registers_[made];
      for (int i = 0; i < outputCount_; ++i) {
        if (results_[i] == made && outputTypes_[i] == kType && s >= lastInPlaceRead) target.output = i;
      }
      if (target.output < 0) take(target);
    }
    operandCount_ = inputCount_ + outputCount_;
    blocks_ =
        static_cast<int64_t>(alignUp(static_cast<size_t>(kOperands + operandCount_) * sizeof(char*))) + scalars_ * 64;
    for (int s = 0; s < stepCount_; ++s) {
      for (int i = 0; i < 4; ++i) steps_[s].place[i] = placeOf(steps_[s].reg[i]);
    }
  }

  Place placeOf(int r) const {
    const Register& reg = registers_[r];
    switch (reg.home) {
      case Home::inPlace:
        return {kOperands + r, 0, -1, -1};
      case Home::expanded:
        return {kScratch, blocks_ + reg.slot * kBlockBytes, 0, -1};
      case Home::scalar:
        if (r >= inputCount_)
          return {kConstants, (r - inputCount_) * kLanes<T> * static_cast<int64_t>(sizeof(T)), 0, 0};
        return {kScratch, blocks_ - (scalars_ - reg.slot) * 64, 0, 0};
      case Home::step:
        break;
    }
    if (reg.output >= 0) return {kOperands + inputCount_ + reg.output, 0, -1, -1};
    return {kScratch, blocks_ + reg.slot * kBlockBytes, 0, -1};
  }

  bool isResult(int r) const {
    for (int i = 0; i < outputCount_; ++i) {
      if (results_[i] == r) return true;
    }
    return false;
  }

  // Elements [begin, end), a multiple of blocks but for the last one.
  void runRange(const Call& call, char* scratch, int64_t begin, int64_t end) const {
    char** base = reinterpret_cast<char**>(scratch);
    base[kScratch] = scratch;
    base[kConstants] = reinterpret_cast<char*>(const_cast<T*>(&constants_[0]));
    for (int i = 0; i < inputCount_; ++i) {
      base[kOperands + i] = const_cast<char*>(in<char>(call, i));
      if (registers_[i].home != Home::scalar) continue;
      store(at(base, placeOf(i)), splat(readOne<T>(in<char>(call, i), sources_[i].dtype)));
    }
    for (int i = 0; i < outputCount_; ++i) base[kOperands + inputCount_ + i] = out<char>(call, i);
    const int64_t length = slots_ == 0 ? end - begin : kBlock;  // nothing in scratch: one block is enough
    for (int64_t start = begin; start < end; start += length) runBlock(base, start, least(length, end - start));
  }

  void runBlock(char* const* base, int64_t start, int64_t n) const {
    for (int r = 0; slots_ > 0 && r < inputCount_; ++r) {
      if (registers_[r].home == Home::expanded && registers_[r].slot >= 0) {
        sources_[r].expand(base[kOperands + r], start, n, at(base, placeOf(r)));
      }
    }
    for (int s = 0; s < stepCount_; ++s) {
      const Place* place = steps_[s].place;
      const auto from = [&](int i) { return at(base, place[i]) + (place[i].walk & start); };
      steps_[s].run({from(0), from(1), from(2), place[0].mask, place[1].mask, place[2].mask, from(3), n});
    }
    for (int i = 0; slots_ > 0 && i < outputCount_; ++i) {
      if (registers_[results_[i]].output >= 0) continue;
      storeAs(at(base, placeOf(results_[i])), outputTypes_[i], base[kOperands + inputCount_ + i], start, n);
    }
  }

  static T* at(char* const* base, const Place& place) { return reinterpret_cast<T*>(base[place.base] + place.offset); }

  int inputCount_, outputCount_;
  Shape shape_;
  int64_t size_;
  int registerCount_ = 0, stepCount_ = 0, scalars_ = 0, slots_ = 0, operandCount_ = 0;
  int64_t blocks_ = 0;   // where the blocks begin in a task's scratch, behind the bases and the scalar inputs
  int64_t scratch_ = 0;  // bytes per task
  Split split_{};
  Owned<Broadcast> sources_;
  Owned<Register> registers_;
  Owned<Step<T>> steps_;
  Owned<int> results_;        // [outputs] a step's register each
  Owned<DType> outputTypes_;  // [outputs]
  Owned<T> constants_;        // [constants, lanes] a vector each
};

}  // namespace

Kernel* create_elementwise(const Node& node) { return newElementwise<Elementwise>(node); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
