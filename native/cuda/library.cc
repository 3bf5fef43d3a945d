#include "cuda/library.h"

#include <cstdlib>
#include <sstream>
#include <vector>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace seqnn {
namespace cuda {
namespace {

#ifdef _WIN32
constexpr char kSeparator = ';';
void* openLibrary(const char* name) { return LoadLibraryA(name); }
void* symbolOf(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}
std::string whyNot() { return "error " + std::to_string(GetLastError()); }
#else
constexpr char kSeparator = ':';
void* openLibrary(const char* name) { return dlopen(name, RTLD_NOW | RTLD_LOCAL); }
void* symbolOf(void* library, const char* name) { return dlsym(library, name); }
std::string whyNot() {
  const char* reason = dlerror();
  return reason ? reason : "unknown reason";
}
#endif

std::vector<std::string> folders() {
  std::vector<std::string> found;
  const char* given = std::getenv("SEQNN_CUDA_LIBRARIES");
  std::istringstream list(given ? given : "");
  for (std::string folder; std::getline(list, folder, kSeparator);) {
    if (!folder.empty()) found.push_back(folder + "/");
  }
  found.emplace_back();
  return found;
}

}  // namespace

Library::Library(std::initializer_list<const char*> names) {
  for (const std::string& folder : folders()) {
    for (const char* name : names) {
      if ((handle_ = openLibrary((folder + name).c_str()))) {
        reason_.clear();
        return;
      }
      reason_ = whyNot();
    }
  }
}

void* Library::address(const char* symbol) {
  if (!handle_) return nullptr;
  void* found = symbolOf(handle_, symbol);
  if (!found) {
    reason_ = std::string("it has no ") + symbol;
    handle_ = nullptr;
  }
  return found;
}

}  // namespace cuda
}  // namespace seqnn
