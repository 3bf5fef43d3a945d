#include "cpu/simd/vec.h"
#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

#define OP(name) Kernel* create_##name(const Node&);
#include "cpu/ops.def"
#undef OP

namespace {
constexpr KernelEntry kEntries[] = {
#define OP(name) {#name, create_##name},
#include "cpu/ops.def"
#undef OP
};
}  // namespace

#define SEQNN_STRING(x) #x
#define SEQNN_NAME(x) SEQNN_STRING(x)

extern const KernelTable kTable;
const KernelTable kTable = {SEQNN_NAME(SEQNN_ISA), kEntries, sizeof kEntries / sizeof kEntries[0]};

}  // namespace SEQNN_ISA
}  // namespace seqnn
