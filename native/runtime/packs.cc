#include "runtime/packs.h"

#include <new>

namespace seqnn {
namespace {

constexpr std::align_val_t kAlignment{64};

uintptr_t placeOf(const void* memory) { return reinterpret_cast<uintptr_t>(memory); }

}  // namespace

void Packs::Free::operator()(char* memory) const { ::operator delete(memory, kAlignment); }

Packs::Pack Packs::find(const void* source, size_t size, int64_t form, size_t bytes) {
  const std::lock_guard<std::mutex> guard(lock_);
  Source& found = sources_[placeOf(source)];
  found.end = placeOf(source) + size;
  for (const Made& made : found.made) {
    if (made.form == form && made.bytes == bytes) return {made.memory.get(), false};
  }
  std::unique_ptr<char, Free> memory(static_cast<char*>(::operator new(bytes, kAlignment)));
  found.made.push_back({form, bytes, std::move(memory)});
  return {found.made.back().memory.get(), true};
}

void Packs::drop(const void* from, size_t size) {
  const std::lock_guard<std::mutex> guard(lock_);
  const uintptr_t first = placeOf(from), end = first + size;
  auto at = sources_.upper_bound(first);
  if (at != sources_.begin() && std::prev(at)->second.end > first) --at;
  while (at != sources_.end() && at->first < end) at = sources_.erase(at);
}

size_t Packs::count() {
  const std::lock_guard<std::mutex> guard(lock_);
  size_t count = 0;
  for (const auto& [place, source] : sources_) count += source.made.size();
  return count;
}

}  // namespace seqnn
