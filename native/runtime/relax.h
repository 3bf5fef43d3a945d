#pragma once

namespace seqnn {

// Between two looks at what another thread will change.
inline void relax() {
#if defined(__x86_64__) || defined(_M_X64)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace seqnn
