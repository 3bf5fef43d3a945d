#pragma once

#include "runtime/device.h"
#include "runtime/packs.h"

namespace seqnn {

// The processor: kernels of one instruction set and a pool of threads.
class HostDevice : public Device {
 public:
  HostDevice(const KernelTable& kernels, int threads);
  void setThreads(int threads);
  int threads() const { return pool_->threads(); }

  const char* name() const override { return "cpu"; }
  const KernelTable& kernels() const override { return kernels_; }
  bool readsHost() const override { return true; }
  void enter() override {}
  void* allocate(size_t bytes) override;
  void release(void* memory) noexcept override;
  char* reserve(size_t bytes) override { return arena_.reserve(bytes); }
  char* reserveAside(size_t bytes) override { return aside_.reserve(bytes); }
  void upload(void* to, const void* from, size_t bytes) override;
  void download(void* to, const void* from, size_t bytes) override;
  void copy(void* to, const void* from, size_t bytes) override;
  void changes(const void* memory, size_t bytes) override { packs_.drop(memory, bytes); }
  bool receive(void*, Device&, const void*, size_t) override { return false; }
  const uint32_t* stage(const uint32_t* order, size_t) override { return order; }
  void gather(const InputSpec& spec, DType dtype, const Rows& rows, const uint32_t* order, char* to) override;
  void run(Frame& frame, const char* constants, std::unique_ptr<Recording>& recording) override;
  void finish() override {}

 private:
  // Memory that grows; what was in it is lost then.
  class Arena {
   public:
    ~Arena();
    char* reserve(size_t bytes);

   private:
    char* memory_ = nullptr;
    size_t bytes_ = 0;
  };

  const KernelTable& kernels_;
  std::unique_ptr<ThreadPool> pool_;
  Arena arena_, aside_;
  Packs packs_;
};

}  // namespace seqnn
