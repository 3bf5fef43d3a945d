#include "runtime/packs.h"

#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace seqnn {
namespace {

constexpr std::align_val_t kAlignment{64};

struct Free {
  void operator()(char* memory) const { ::operator delete(memory, kAlignment); }
};
struct Made {
  int64_t form;
  size_t bytes;
  std::unique_ptr<char, Free> memory;
};
struct Source {
  uintptr_t end;
  std::vector<Made> made;
};

uintptr_t placeOf(const void* memory) { return reinterpret_cast<uintptr_t>(memory); }

}  // namespace

struct Packs::State {
  std::mutex lock;
  std::map<uintptr_t, Source> sources;  // by their first byte; they do not overlap
};

Packs::Packs() : state_(new State) {}
Packs::~Packs() { delete state_; }

const char* Packs::find(const void* source, size_t size, int64_t form, size_t bytes, void (*make)(void*, char*),
                        void* context) {
  const std::lock_guard<std::mutex> guard(state_->lock);
  Source& found = state_->sources[placeOf(source)];
  found.end = placeOf(source) + size;
  for (const Made& made : found.made) {
    if (made.form == form && made.bytes == bytes) return made.memory.get();
  }
  std::unique_ptr<char, Free> memory(static_cast<char*>(::operator new(bytes, kAlignment)));
  make(context, memory.get());
  found.made.push_back({form, bytes, std::move(memory)});
  return found.made.back().memory.get();
}

void Packs::drop(const void* from, size_t size) {
  const std::lock_guard<std::mutex> guard(state_->lock);
  std::map<uintptr_t, Source>& sources = state_->sources;
  const uintptr_t first = placeOf(from), end = first + size;
  auto at = sources.upper_bound(first);
  if (at != sources.begin() && std::prev(at)->second.end > first) --at;
  while (at != sources.end() && at->first < end) at = sources.erase(at);
}

}  // namespace seqnn
