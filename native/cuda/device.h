#pragma once

#include <string>

#include "runtime/device.h"

namespace seqnn {
namespace cuda {

// The GPU of this number; fails, saying why, when there is none.
std::unique_ptr<Device> openDevice(int number);

// For `doctor`: how many GPUs there are, and what was found or why there is none.
int countGpus(std::string* description);

}  // namespace cuda
}  // namespace seqnn
