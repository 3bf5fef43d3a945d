// The factories of ops whose mathematics lies behind interfaces (taps.h), the recurrent layers' configuration and the
// table itself: the same text as on the CPU, in this backend's namespace.

#include "cpu/ops/conv1d.cc"
#include "cpu/ops/conv1d_grad.cc"
#include "cpu/ops/dense.cc"
#include "cpu/ops/dense_grad.cc"
#include "cpu/ops/table.cc"
#include "cpu/rnn/config.cc"
