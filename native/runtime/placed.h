#pragma once

#include <memory>
#include <vector>

#include "runtime/device.h"

namespace seqnn {

// A program on the devices that its instructions were placed on, most often one: a frame per stretch of instructions on
// one device, and between them what is copied from one to another. Calls are of one thread at a time.
class PlacedProgram {
 public:
  // devices: one per place of the program, the first its own, where inputs and results lie.
  PlacedProgram(const RootProgram& program, std::vector<Device*> devices);
  ~PlacedProgram();

  Device& own() const { return *devices_[0]; }
  Device& device(int place) const { return *devices_[static_cast<size_t>(place)]; }
  // Before a run: the memory that programs share and the variables may have moved, and some will change. variables: one
  // pointer per number, each on its device.
  void bind(void* const* variables);
  void run();
  void finish();
  // Of the kernels that it runs, in their order.
  std::vector<Form> forms() const;
  // A buffer that is not a constant, on its device.
  char* data(int buffer) const;

 private:
  // Instructions on one device, or a transfer, which has no frame.
  struct Stretch {
    size_t at;
    std::unique_ptr<Frame> frame;
    std::unique_ptr<Recording> recording;
  };
  void transfer(const Instruction& it);

  const RootProgram& program_;
  std::vector<Device*> devices_;
  std::vector<char*> constants_;  // by place; null: the device reads the host's
  std::vector<char*> arenas_;     // by place
  std::vector<char*> asides_;     // likewise, host memory
  std::vector<void*> variables_;
  std::vector<const Buffer*> changing_;  // the variables that a run writes
  std::vector<size_t> bytes_;            // by place: the arena and the most that a stretch needs behind it
  std::vector<Stretch> stretches_;
  std::vector<char> aside_;
};

}  // namespace seqnn
