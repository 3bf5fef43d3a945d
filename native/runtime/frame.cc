#include "runtime/frame.h"

#include <algorithm>
#include <cstring>

#include "runtime/body_kernels.h"

namespace seqnn {
namespace {

class InstructionNode final : public Node {
 public:
  InstructionNode(const Program& program, const Instruction& it, const FixedParameters& fixed)
      : program_(program), it_(it), fixed_(fixed) {}

  const char* op() const override { return (*program_.strings)[static_cast<size_t>(it_.op)].c_str(); }
  int inputs() const override { return static_cast<int>(it_.inputs.size()); }
  int outputs() const override { return static_cast<int>(it_.outputs.size()); }
  const Value& input(int i) const override { return value(it_.inputs, i); }
  const Value& output(int i) const override { return value(it_.outputs, i); }
  bool fixed(int i) const override {
    const Buffer* const b = buffer(i);
    return b && b->home == Home::parameter && b->place >= fixed_.from && b->place < fixed_.to;
  }
  bool lasting(int i) const override {
    const Buffer* const b = buffer(i);
    return b && b->home == Home::variable && !writtenVariables(program_)[b->place];
  }
  int bodies() const override { return static_cast<int>(it_.bodies.size()); }

  const double* attr(const char* name, int* count) const override {
    for (const Attribute& attribute : it_.attributes) {
      if ((*program_.strings)[static_cast<size_t>(attribute.name)] == name) {
        *count = static_cast<int>(attribute.values.size());
        return attribute.values.data();
      }
    }
    *count = 0;
    return nullptr;
  }

  const char* text(double value) const override {
    if (!(value >= 0 && value < static_cast<double>(program_.strings->size())))
      fail("%s: an attribute names string %g of %zu", op(), value, program_.strings->size());
    return (*program_.strings)[static_cast<size_t>(value)].c_str();
  }

  const Program& body(int i) const override {
    if (i < 0 || i >= bodies()) fail("%s: body %d is missing", op(), i);
    return *program_.bodies[static_cast<size_t>(it_.bodies[static_cast<size_t>(i)])];
  }

 private:
  // An operand's, or null where there is none.
  const Buffer* buffer(int i) const {
    return input(i).present ? &program_.buffers[static_cast<size_t>(it_.inputs[static_cast<size_t>(i)])] : nullptr;
  }
  const Value& value(const std::vector<int>& ids, int i) const {
    static const Value absent;
    if (i < 0 || i >= static_cast<int>(ids.size()) || ids[static_cast<size_t>(i)] < 0) return absent;
    return program_.buffers[static_cast<size_t>(ids[static_cast<size_t>(i)])].value;
  }

  const Program& program_;
  const Instruction& it_;
  const FixedParameters& fixed_;
};

std::unique_ptr<Kernel> createKernel(const Node& node, const KernelTable& table) {
  for (const BodyKernel& entry : bodyKernels()) {
    if (std::strcmp(entry.name, node.op()) == 0) return entry.create(node, table);
  }
  for (int i = 0; i < table.count; ++i) {
    if (std::strcmp(table.entries[i].name, node.op()) == 0)
      return std::unique_ptr<Kernel>(table.entries[i].create(node));
  }
  fail("no native kernel is called '%s'", node.op());
}

}  // namespace

Frame::Frame(const Program& program, const KernelTable& table, const FixedParameters& fixed, const Part& part)
    : program_(program), part_(part), table_(program.buffers.size()), parameterBuffers_(program.parameters) {
  // Absent operands (-1) are handled by Kernel::in/out; kernels keep pointers into the instruction.
  part_.to = std::min(part.to, program.instructions.size());
  for (size_t i = part_.from; i < part_.to; ++i) {
    const Instruction& it = program.instructions[i];
    kernels_.push_back(createKernel(InstructionNode(program, it, fixed), table));
    kernels_.back()->inputs = it.inputs.data();
    kernels_.back()->outputs = it.outputs.data();
    workspace_ = std::max(workspace_, kernels_.back()->workspace);
    keeps_ += alignUp(kernels_.back()->keeps);
  }
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    if (program.buffers[i].home == Home::parameter)
      parameterBuffers_[program.buffers[i].place].push_back(static_cast<int>(i));
  }
}

Frame::~Frame() = default;

size_t Frame::bytes() const { return alignUp(arenaBytes()) + alignUp(workspace_) + keeps_; }

void Frame::bind(char* memory, void* const* variables, const char* constants, char* aside) {
  if (!constants) constants = program_.constants;
  for (size_t i = 0; i < table_.size(); ++i) {
    const Buffer& b = program_.buffers[i];
    switch (b.home) {
      case Home::arena:
        table_[i] = b.device == part_.device ? memory + b.place : nullptr;
        break;
      case Home::aside:
        table_[i] = b.device == part_.device ? aside + b.place : nullptr;
        break;
      case Home::variable:
        table_[i] = b.device == part_.device ? variables[b.place] : nullptr;
        break;
      case Home::constant:
        table_[i] = const_cast<char*>(constants) + b.place;
        break;
      case Home::parameter:
        break;
    }
  }
  workspaceAt_ = memory + alignUp(arenaBytes());
  char* kept = workspaceAt_ + alignUp(workspace_);
  for (const auto& kernel : kernels_) {
    kernel->kept = kernel->keeps > 0 ? kept : nullptr;
    kept += alignUp(kernel->keeps);
  }
}

void Frame::setParameter(size_t number, void* data) {
  if (number >= parameterBuffers_.size()) return;  // the body does not use it
  for (const int buffer : parameterBuffers_[number]) table_[static_cast<size_t>(buffer)] = data;
}

void Frame::forms(const char* device, std::vector<Form>& found) const {
  const FixedParameters none;
  for (size_t i = 0; i < kernels_.size(); ++i) {
    const Kernel& kernel = *kernels_[i];
    if (kernel.form) {
      const InstructionNode node(program_, program_.instructions[part_.from + i], none);
      found.push_back({node.op(), kernel.form, node.word("layer", ""), device});
    }
    if (kernel.inner) kernel.inner->forms(device, found);
  }
}

void Frame::run(Context& context, bool first) {
  const Call call{table_.data(), workspaceAt_, context, first};
  size_t at = 0;
  try {
    for (; at < kernels_.size(); ++at) kernels_[at]->run(call);
  } catch (const Error& error) {
    const FixedParameters none;
    const char* const layer = InstructionNode(program_, program_.instructions[part_.from + at], none).word("layer", "");
    if (!*layer) throw;
    fail("layer '%s': %s", layer, error.what());
  }
}

}  // namespace seqnn
