#pragma once

#include <memory>
#include <vector>

#include "runtime/program.h"

namespace seqnn {

// The kernels that run a program of their own with the kernels of whichever device: they copy and count, and are the
// same for every instruction set.
struct BodyKernel {
  const char* name;
  std::unique_ptr<Kernel> (*create)(const Node& node, const KernelTable& kernels);
};

const std::vector<BodyKernel>& bodyKernels();

// fail() unless each parameter of a body fits the bytes that lie behind it, given by parameter number.
void checkParameters(const char* op, const Program& body, const std::vector<size_t>& rooms);

}  // namespace seqnn
