// The optimizers of the CPU, whose rules run on either.
#include "cpu/ops/update.cc"
