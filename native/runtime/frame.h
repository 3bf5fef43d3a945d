#pragma once

#include <memory>
#include <vector>

#include "runtime/program.h"

namespace seqnn {

// A program with its kernels created and its buffers bound to memory.
class Frame {
 public:
  Frame(const Program& program, const KernelTable& kernels);
  ~Frame();

  // Bytes that bind() needs: the arena, then the largest workspace of a kernel.
  size_t bytes() const;
  // memory: bytes() bytes, 64-byte aligned. variables: one pointer per variable number.
  void bind(char* memory, void* const* variables);
  void setParameter(size_t number, void* data);
  void* data(int buffer) const { return table_[static_cast<size_t>(buffer)]; }
  const Program& program() const { return program_; }
  void run(Context& context);

 private:
  const Program& program_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
  std::vector<void*> table_;
  std::vector<std::vector<int>> parameterBuffers_;  // by parameter number
  size_t workspace_ = 0;
  char* workspaceAt_ = nullptr;
};

}  // namespace seqnn
