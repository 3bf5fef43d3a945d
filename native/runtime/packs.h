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

  // What was made in this form of a variable of `size` bytes at `source`: `bytes`, 64-byte aligned. Where there is none
  // yet, make(context, memory) writes it.
  const char* find(const void* source, size_t size, int64_t form, size_t bytes, void (*make)(void* context, char* to),
                   void* context);
  // Forgets what was made of anything in this memory.
  void drop(const void* from, size_t size);

  template <class F>
  const char* find(const void* source, size_t size, int64_t form, size_t bytes, F make) {
    return find(
        source, size, form, bytes, [](void* context, char* to) { (*static_cast<F*>(context))(to); }, &make);
  }

 private:
  struct State;
  State* state_;
};

}  // namespace seqnn
