#include "tests/allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

static std::atomic<int64_t> counted{0};

int64_t seqnn::allocations() { return counted; }

// Null where there is not so much.
static void* countingOrNull(size_t size, size_t alignment) noexcept {
  ++counted;
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size > 0 ? size : 1);
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}

static void* counting(size_t size, size_t alignment) {
  void* const memory = countingOrNull(size, alignment);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void* operator new(size_t size) { return counting(size, 0); }
void* operator new[](size_t size) { return counting(size, 0); }
void* operator new(size_t size, std::align_val_t alignment) { return counting(size, static_cast<size_t>(alignment)); }
void* operator new[](size_t size, std::align_val_t alignment) { return counting(size, static_cast<size_t>(alignment)); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return countingOrNull(size, 0); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return countingOrNull(size, 0); }
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return countingOrNull(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return countingOrNull(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
