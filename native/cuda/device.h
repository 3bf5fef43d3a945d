#pragma once

#include <string>
#include <vector>

#include "runtime/device.h"

namespace seqnn {
namespace cuda {

// The GPU of this number; fails, saying why, when there is none.
std::unique_ptr<Device> openDevice(int number);

// For `doctor`: how many GPUs there are, and what was found or why there is none.
int countGpus(std::string* description);

// A library of NVIDIA's that is opened at run time.
struct FoundLibrary {
  const char* name;
  bool found;
  std::string description;  // its version, or why it is not used
};
// Also for `doctor`, where there is a GPU: opens all that there are.
std::vector<FoundLibrary> findLibraries();

}  // namespace cuda
}  // namespace seqnn
