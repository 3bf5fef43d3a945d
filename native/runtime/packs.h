#pragma once

#include <cstddef>
#include <cstdint>

namespace seqnn {

// What the processor's kernels have made of variables: weights in the order in which they are read. It is the same for
// all programs and lies beside the variable until that is written, moved or released. One variable may be released
// while a program runs with others.
class Packs {
 public:
  Packs();
  ~Packs();
  Packs(const Packs&) = delete;
  Packs& operator=(const Packs&) = delete;

  struct Pack {
    char* memory;  // 64-byte aligned
    bool fresh;    // the caller has to fill it
  };
  // What was made in this form of a variable of `size` bytes at `source`.
  Pack find(const void* source, size_t size, int64_t form, size_t bytes);
  // Forgets what was made of anything in this memory.
  void drop(const void* from, size_t size);
  // How many there are.
  size_t count() const;

 private:
  struct State;
  State* state_;
};

}  // namespace seqnn
