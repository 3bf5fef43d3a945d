#pragma once

#include <exception>

namespace seqnn {

// The one exception of the core. The text lives in a fixed buffer, so that kernels compiled for an
// instruction set never instantiate standard-library templates (see docs/architecture.md, "One binary").
class Error : public std::exception {
 public:
  explicit Error(const char* text) noexcept;
  const char* what() const noexcept override;

 private:
  char text_[480];
};

#if defined(__GNUC__)
#define SEQNN_PRINTF __attribute__((format(printf, 1, 2)))
#else
#define SEQNN_PRINTF
#endif

// printf-style; throws Error.
[[noreturn]] void fail(const char* format, ...) SEQNN_PRINTF;

}  // namespace seqnn
