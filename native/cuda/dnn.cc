#include "cuda/dnn.h"

#include "runtime/error.h"

namespace seqnn {
namespace cuda {

const DnnFunctions& dnn() {
  static const DnnFunctions functions = openDnn();
  return functions;
}

void checkDnn(int status, const char* what) {
  if (status != kDnnSuccess) fail("gpu: cuDNN: %s: %s", what, dnn().GetErrorString(status));
}

bool findDnn(std::string* description) {
  const DnnFunctions& functions = dnn();
  *description = functions.reason;
  if (!functions.reason.empty()) return false;
  const size_t version = functions.GetVersion();  // 91203 is 9.12.3
  *description =
      std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
  return true;
}

}  // namespace cuda
}  // namespace seqnn
