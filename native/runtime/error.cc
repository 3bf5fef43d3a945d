#include "runtime/error.h"

#include <cstdarg>
#include <cstdio>

namespace seqnn {

Error::Error(const char* text) noexcept { std::snprintf(text_, sizeof text_, "%s", text); }

const char* Error::what() const noexcept { return text_; }

void fail(const char* format, ...) {
  char text[480];
  va_list args;
  va_start(args, format);
  std::vsnprintf(text, sizeof text, format, args);
  va_end(args);
  throw Error(text);
}

}  // namespace seqnn
