#include "cuda/device.h"

#include <set>

#include "cuda/dnn.h"
#include "cuda/gather.h"

namespace seqnn {
namespace cuda {

extern const KernelTable kTable;

namespace {

// One run of a program as a graph: valid while everything is bound to the same places.
class Graph final : public Recording {
 public:
  explicit Graph(const Frame& frame) : places_(frame.places()), workspace_(frame.workspace()) {}
  ~Graph() override {
    if (recording_) forget(recording_);
  }
  bool fits(const Frame& frame) const { return workspace_ == frame.workspace() && places_ == frame.places(); }
  void* recording() const { return recording_; }
  void record(void* stream, Frame& frame, Context& context) {
    recordBegin(stream);
    try {
      frame.run(context);
    } catch (...) {
      // The stream must not stay in the mode that refuses to wait.
      if (void* unused = recordEnd(stream)) forget(unused);
      throw;
    }
    recording_ = recordEnd(stream);
  }

 private:
  std::vector<void*> places_;
  const char* workspace_;
  void* recording_ = nullptr;
};

class Gpu final : public Device {
 public:
  explicit Gpu(int number) : number_(number), name_("gpu:" + std::to_string(number)) {
    enter();
    queue_ = std::make_unique<Queue>();
  }
  ~Gpu() override {
    cuda::release(arena_);
    cuda::release(order_);
    cuda::releaseHost(aside_);
  }

  const char* name() const override { return name_.c_str(); }
  const KernelTable& kernels() const override { return kTable; }
  bool readsHost() const override { return false; }
  void enter() override { useDevice(number_); }

  void* allocate(size_t bytes) override {
    enter();
    return cuda::allocate(bytes);
  }
  void release(void* memory) noexcept override { cuda::release(memory); }
  char* reserve(size_t bytes) override {
    enter();
    return static_cast<char*>(grow(arena_, arenaBytes_, bytes));
  }
  char* reserveAside(size_t bytes) override {
    enter();
    return static_cast<char*>(grow(aside_, asideBytes_, bytes, allocateHost, releaseHost));
  }

  void upload(void* to, const void* from, size_t bytes) override {
    enter();
    cuda::upload(queue_->stream(), to, from, bytes);
  }
  void download(void* to, const void* from, size_t bytes) override {
    enter();
    cuda::download(queue_->stream(), to, from, bytes);
  }
  void copy(void* to, const void* from, size_t bytes) override {
    enter();
    cuda::copy(queue_->stream(), to, from, bytes);
  }

  bool receive(void* to, Device& sender, const void* from, size_t bytes) override {
    auto* const other = dynamic_cast<Gpu*>(&sender);
    if (!other) return false;
    enter();
    if (peers_.insert(other->number_).second) reachPeer(other->number_);
    queue_->follow(*other->queue_);
    copyAcross(queue_->stream(), to, number_, from, other->number_, bytes);
    other->queue_->follow(*queue_);
    return true;
  }

  const uint32_t* stage(const uint32_t* order, size_t count) override {
    enter();
    grow(order_, orderBytes_, count * sizeof *order);
    upload(order_, order, count * sizeof *order);
    return static_cast<const uint32_t*>(order_);
  }
  void gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to) override {
    enter();
    gatherRows(*queue_, spec, dtype, rows, order, to);
  }

  // At these sizes launches are the cost, so a program that runs again is recorded and replayed as one.
  void run(Frame& frame, const char* constants, std::unique_ptr<Recording>& recording) override {
    enter();
    Context context{*queue_, this, constants};
    queue_->precision = frame.program().precision;
    auto* graph = static_cast<Graph*>(recording.get());
    if (!graph || !graph->fits(frame)) {
      recording = std::make_unique<Graph>(frame);
      frame.run(context);
      return;
    }
    if (!graph->recording()) graph->record(queue_->stream(), frame, context);
    replay(queue_->stream(), graph->recording());
  }

  void finish() override {
    enter();
    queue_->finish();
  }

 private:
  // Waits before it frees: what was launched may still read it.
  void* grow(void*& memory, size_t& has, size_t wanted, void* (*allocate)(size_t) = cuda::allocate,
             void (*release)(void*) = cuda::release) {
    if (wanted <= has && memory) return memory;
    synchronize(queue_->stream());
    release(memory);
    memory = nullptr;
    has = 0;
    memory = allocate(wanted);
    has = wanted;
    return memory;
  }

  int number_;
  std::string name_;
  std::unique_ptr<Queue> queue_;
  std::set<int> peers_;  // those that it was told to reach
  void *arena_ = nullptr, *order_ = nullptr, *aside_ = nullptr;
  size_t arenaBytes_ = 0, orderBytes_ = 0, asideBytes_ = 0;
};

}  // namespace

std::unique_ptr<Device> openDevice(int number) {
  std::string reason;
  const int count = countDevices(&reason);
  if (count == 0) fail("there is no gpu here: %s", reason.c_str());
  if (number < 0 || number >= count) fail("gpu:%d was asked for, there are %d", number, count);
  return std::make_unique<Gpu>(number);
}

int countGpus(std::string* description) {
  const int count = countDevices(description);
  for (int i = 0; i < count; ++i) {
    const DeviceInfo info = describeDevice(i);
    *description += (i ? "; gpu:" : "gpu:") + std::to_string(i) + " " + info.name + ", " +
                    std::to_string(info.memory >> 20) + " MB, " + info.library;
  }
  return count;
}

std::vector<FoundLibrary> findLibraries() {
  std::vector<FoundLibrary> libraries{{"cuBLAS", false, {}}, {"cuDNN", false, {}}};
  libraries[0].found = findBlas(&libraries[0].description);
  libraries[1].found = findDnn(&libraries[1].description);
  return libraries;
}

}  // namespace cuda
}  // namespace seqnn
