#include "runtime/shards.h"

#include <algorithm>
#include <exception>
#include <vector>

#include "runtime/body_kernels.h"
#include "runtime/frame.h"

namespace seqnn {
namespace {

class Shards final : public Kernel {
 public:
  Shards(const Node& node, const KernelTable& kernels) : alone_(1) {
    const int64_t shards = node.integer("shards", 0);
    stacked_ = static_cast<size_t>(node.integer("stacked", 0));
    const size_t inputs = static_cast<size_t>(node.inputs()), outputs = static_cast<size_t>(node.outputs());
    constants_ = static_cast<size_t>(node.integer("constants", 0));
    threaded_ = node.flag("threaded");
    const Program& body = node.body(0);
    if (shards < 1 || shards > kMost) fail("shards: %lld of them", static_cast<long long>(shards));
    if (stacked_ + constants_ != inputs || !body.outputs.empty() || body.parameters > inputs + outputs)
      fail("shards: its operand counts do not add up");
    if (body.variables != 0) fail("shards: the body refers to a variable");
    for (size_t i = 0; i < stacked_; ++i) strides_.push_back(stride(node.input(static_cast<int>(i)), shards));
    for (size_t i = 0; i < constants_; ++i) strides_.push_back(0);
    for (size_t i = 0; i < outputs; ++i) strides_.push_back(stride(node.output(static_cast<int>(i)), shards));
    // The slices of the stacked operands and results, the constants whole.
    std::vector<size_t> rooms = strides_;
    for (size_t i = stacked_; i < inputs; ++i) rooms[i] = bytesOf(node.input(static_cast<int>(i)));
    checkParameters("shards", body, rooms);
    for (int64_t s = 0; s < shards; ++s) frames_.push_back(std::make_unique<Frame>(body, kernels));
    inner = frames_[0].get();
    each_ = alignUp(inner->bytes());
    workspace = each_ * frames_.size();
    faults_.resize(frames_.size());
  }

  void run(const Call& call) override {
    const int shards = static_cast<int>(frames_.size());
    if (call.context.device || (threaded_ && call.context.pool.threads() >= 2 * shards)) {
      for (int s = 0; s < shards; ++s) runOne(s, call, call.workspace, call.context);
      return;
    }
    // A worker must not throw: what went wrong is kept for the caller, the first shard's first.
    const int tasks = std::min(shards, call.context.pool.threads());
    call.context.pool.parallel(tasks, [&](int task) {
      Context context{alone_, nullptr, call.context.constants};
      for (int s = task; s < shards; s += tasks) {
        try {
          runOne(s, call, call.workspace + static_cast<size_t>(task) * each_, context);
        } catch (...) {
          faults_[static_cast<size_t>(s)] = std::current_exception();
        }
      }
    });
    for (std::exception_ptr& fault : faults_) {
      if (!fault) continue;
      const std::exception_ptr first = fault;
      std::fill(faults_.begin(), faults_.end(), nullptr);
      std::rethrow_exception(first);
    }
  }

 private:
  static constexpr int64_t kMost = 1024;

  static size_t stride(const Value& value, int64_t shards) {
    if (!value.present || value.shape.rank == 0 || value.shape.dim[0] != shards)
      fail("shards: a stacked operand does not have %lld shards", static_cast<long long>(shards));
    return bytesOf(value) / static_cast<size_t>(shards);
  }

  void runOne(int shard, const Call& call, char* memory, Context& context) {
    Frame& frame = *frames_[static_cast<size_t>(shard)];
    frame.bind(memory, nullptr, call.context.constants);
    const size_t operands = stacked_ + constants_;
    for (size_t i = 0; i < strides_.size(); ++i) {
      char* at = i < operands ? const_cast<char*>(in<char>(call, static_cast<int>(i)))
                              : out<char>(call, static_cast<int>(i - operands));
      frame.setParameter(i, at + static_cast<size_t>(shard) * strides_[i]);
    }
    frame.run(context);
  }

  ThreadPool alone_;
  std::vector<std::unique_ptr<Frame>> frames_;
  std::vector<size_t> strides_;  // bytes per shard, by parameter
  std::vector<std::exception_ptr> faults_;
  size_t stacked_ = 0, constants_ = 0, each_ = 0;
  bool threaded_ = false;
};

}  // namespace

std::unique_ptr<Kernel> createShards(const Node& node, const KernelTable& kernels) {
  return std::make_unique<Shards>(node, kernels);
}

}  // namespace seqnn
