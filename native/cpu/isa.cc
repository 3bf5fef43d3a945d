#include "cpu/isa.h"

#include <cstring>

namespace seqnn {

#define SEQNN_DECLARE(name)        \
  namespace name {                 \
  extern const KernelTable kTable; \
  }
SEQNN_DECLARE(scalar)
#if defined(SEQNN_HAS_avx512)
SEQNN_DECLARE(avx512)
#endif
#if defined(SEQNN_HAS_avx2)
SEQNN_DECLARE(avx2)
#endif
#if defined(SEQNN_HAS_neon)
SEQNN_DECLARE(neon)
#endif
#undef SEQNN_DECLARE

namespace {

#if defined(SEQNN_HAS_avx512)
bool hasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif
#if defined(SEQNN_HAS_avx2)
bool hasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif
bool always() { return true; }

struct Choice {
  const KernelTable* table;
  bool (*usable)();
};

// Ordered: the first usable one is taken.
const Choice kChoices[] = {
#if defined(SEQNN_HAS_avx512)
    {&avx512::kTable, hasAvx512},
#endif
#if defined(SEQNN_HAS_avx2)
    {&avx2::kTable, hasAvx2},
#endif
#if defined(SEQNN_HAS_neon)
    {&neon::kTable, always},
#endif
    {&scalar::kTable, always},
};
constexpr int kCount = sizeof kChoices / sizeof kChoices[0];

}  // namespace

const char* const* usableIsas() {
  static const char* const* names = [] {
    static const char* list[kCount + 1] = {};
    int n = 0;
    for (const Choice& choice : kChoices) {
      if (choice.usable()) list[n++] = choice.table->isa;
    }
    return list;
  }();
  return names;
}

const KernelTable& kernelsFor(const char* isa) {
  for (const Choice& choice : kChoices) {
    if (!choice.usable()) continue;
    if (!isa || !*isa || std::strcmp(isa, choice.table->isa) == 0) return *choice.table;
  }
  char names[128] = "";
  for (const char* const* name = usableIsas(); *name; ++name) {
    std::strncat(names, " ", sizeof names - std::strlen(names) - 1);
    std::strncat(names, *name, sizeof names - std::strlen(names) - 1);
  }
  fail("instruction set '%s' is not available here; usable:%s", isa, names);
}

}  // namespace seqnn
