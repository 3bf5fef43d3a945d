#pragma once

#include <memory>
#include <vector>

#include "runtime/program.h"

namespace seqnn {

// The parameters [from, to) of a loop's body are the same at every step.
struct FixedParameters {
  size_t from = 0, to = 0;
};

// A run of a program's instructions that are on one device.
struct Part {
  size_t from = 0, to = SIZE_MAX;
  int device = 0;
};

// A kernel that takes one of several ways: which one, the layer it belongs to ("" for none), the device it runs on.
struct Form {
  const char *op, *name, *layer, *device;
};

// A program, or a part of it, with its kernels created and its buffers bound to memory.
class Frame {
 public:
  Frame(const Program& program, const KernelTable& kernels, const FixedParameters& fixed = {}, const Part& part = {});
  ~Frame();

  // Bytes that bind() needs: the arena, the largest workspace of a kernel, what each keeps.
  size_t bytes() const;
  // memory: bytes() bytes, 64-byte aligned. variables: one pointer per variable number. constants: where they lie on
  // the device that runs it; null: where they were decoded. aside: the place's asideBytes of host memory. What lies on
  // other devices is bound to nothing.
  void bind(char* memory, void* const* variables, const char* constants = nullptr, char* aside = nullptr);
  const Part& part() const { return part_; }
  // Where everything is bound to, by buffer number.
  const std::vector<void*>& places() const { return table_; }
  const char* workspace() const { return workspaceAt_; }
  void setParameter(size_t number, void* data);
  void* data(int buffer) const { return table_[static_cast<size_t>(buffer)]; }
  const Program& program() const { return program_; }
  // Adds the forms of its kernels and of those in their bodies.
  void forms(const char* device, std::vector<Form>& found) const;
  // first: whether what the kernels kept is of operands that are no longer there.
  void run(Context& context, bool first = true);

 private:
  size_t arenaBytes() const { return program_.places[static_cast<size_t>(part_.device)].arenaBytes; }

  const Program& program_;
  Part part_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
  std::vector<void*> table_;
  std::vector<std::vector<int>> parameterBuffers_;  // by parameter number
  size_t workspace_ = 0, keeps_ = 0;
  char* workspaceAt_ = nullptr;
};

}  // namespace seqnn
