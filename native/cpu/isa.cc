#include "cpu/isa.h"

#include <cstring>

namespace seqnn {

#define ISA(name)                  \
  namespace name {                 \
  extern const KernelTable kTable; \
  }
#include "cpu/isas.def"
#undef ISA

namespace {

// The first usable one is taken.
const KernelTable* const kTables[] = {
#define ISA(name) &name::kTable,
#include "cpu/isas.def"
#undef ISA
};
constexpr int kCount = sizeof kTables / sizeof kTables[0];

// What every processor of the architecture has needs no question.
bool usable([[maybe_unused]] const KernelTable& table) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (std::strcmp(table.isa, "avx512") == 0) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  }
  if (std::strcmp(table.isa, "avx2") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return true;
}

}  // namespace

const char* const* usableIsas() {
  static const char* const* names = [] {
    static const char* list[kCount + 1] = {};
    int n = 0;
    for (const KernelTable* table : kTables) {
      if (usable(*table)) list[n++] = table->isa;
    }
    return list;
  }();
  return names;
}

const KernelTable& kernelsFor(const char* isa) {
  for (const KernelTable* table : kTables) {
    if (usable(*table) && (!isa || !*isa || std::strcmp(isa, table->isa) == 0)) return *table;
  }
  char names[128] = "";
  for (const char* const* name = usableIsas(); *name; ++name) {
    std::strncat(names, " ", sizeof names - std::strlen(names) - 1);
    std::strncat(names, *name, sizeof names - std::strlen(names) - 1);
  }
  fail("instruction set '%s' is not available here; usable:%s", isa, names);
}

Kernel* createHalfAsWide([[maybe_unused]] const Node& node) {
#if defined(SEQNN_HAS_avx512) && defined(SEQNN_HAS_avx2)
  for (int i = 0; i < avx2::kTable.count; ++i) {
    if (std::strcmp(avx2::kTable.entries[i].name, node.op()) == 0) return avx2::kTable.entries[i].create(node);
  }
#endif
  return nullptr;
}

}  // namespace seqnn
