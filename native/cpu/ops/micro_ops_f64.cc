#define SEQNN_LANE double
#include "cpu/ops/micro_ops.inc"
