#pragma once

#include <cstddef>
#include <cstring>

namespace seqnn {

// memcpy for counts that may be zero, where a pointer may be null.
inline void copyBytes(void* to, const void* from, size_t count) {
  if (count > 0) std::memcpy(to, from, count);
}

}  // namespace seqnn
