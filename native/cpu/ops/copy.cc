// Bytes from one place to another: `copy` (also a reshape that is not an alias) and `assign` to a variable.

#include <string.h>

#include "cpu/ops/move_config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

class Copy final : public Kernel {
 public:
  explicit Copy(size_t bytes) : bytes_(bytes) {}
  void run(const Call& call) override {
    const char* x = in<char>(call, 0);
    char* y = out<char>(call, 0);
    if (x != y && bytes_ > 0) memcpy(y, x, bytes_);
  }

 private:
  size_t bytes_;
};

}  // namespace

Kernel* create_copy(const Node& node) { return new Copy(copiedBytes(node)); }
Kernel* create_assign(const Node& node) { return new Copy(copiedBytes(node)); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
