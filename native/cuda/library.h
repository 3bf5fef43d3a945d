#pragma once

// A shared library that is opened at run time, so that one addon works where it is installed and where it is not.

#include <initializer_list>
#include <string>

namespace seqnn {
namespace cuda {

// Never closed: what it started for the process (threads, driver state) outlives its users.
class Library {
 public:
  // Tries each name, in SEQNN_CUDA_LIBRARIES (folders, separated as in PATH) and then where the system looks.
  explicit Library(std::initializer_list<const char*> names);

  bool opened() const { return handle_ != nullptr; }
  // Why it is not usable; empty when it is.
  const std::string& reason() const { return reason_; }

  // Sets `function` to a symbol; one that is missing makes the library unusable and says so in reason().
  template <class Function>
  void find(Function*& function, const char* symbol) {
    function = reinterpret_cast<Function*>(address(symbol));
  }

 private:
  void* address(const char* symbol);

  void* handle_ = nullptr;
  std::string reason_;
};

}  // namespace cuda
}  // namespace seqnn
