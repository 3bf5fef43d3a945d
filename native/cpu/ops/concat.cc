// Joins operands along one axis (attr axis).

#include <string.h>

#include "cpu/ops/move_config.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

class Concat final : public Kernel {
 public:
  explicit Concat(const Node& node) : config_(node) {}

  void run(const Call& call) override {
    char* y = out<char>(call, 0);  // [outer, count, inner]
    int64_t at = 0;
    for (int i = 0; i < config_.count; ++i) {
      const char* x = in<char>(call, i);  // [outer, part, inner]
      const int64_t bytes = config_.bytes[i];
      if (bytes > 0) {
        for (int64_t o = 0; o < config_.outer; ++o)
          memcpy(y + o * config_.row + at, x + o * bytes, static_cast<size_t>(bytes));
      }
      at += bytes;
    }
  }

 private:
  ConcatConfig config_;
};

}  // namespace

Kernel* create_concat(const Node& node) { return new Concat(node); }

}  // namespace SEQNN_ISA
}  // namespace seqnn
