#pragma once

#include <cstdint>

namespace seqnn {

// Vector functions behind plain pointers, so that a test reaches every instruction set's copy.
template <class T>
using Apply = void (*)(const T* x, T* y, int64_t count);

struct MathFunction {
  const char* name;
  Apply<float> single;
  Apply<double> twice;
};

struct MathProbe {
  const char* isa;
  const MathFunction* functions;
  int count;
};

}  // namespace seqnn
