#define SEQNN_LANE float
#include "cpu/ops/micro_ops.inc"
