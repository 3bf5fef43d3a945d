#pragma once

#include "runtime/kernel.h"

namespace seqnn {
namespace SEQNN_ISA {

// A kernel with many optional operands: a caller may leave out the last ones altogether.
class OptionalOperands : public Kernel {
 protected:
  explicit OptionalOperands(const Node& node) : inputs_(node.inputs()), outputs_(node.outputs()) {}

  template <class T>
  const T* given(const Call& call, int i) const {
    return i < inputs_ ? in<T>(call, i) : nullptr;
  }
  template <class T>
  T* wanted(const Call& call, int i) const {
    return i < outputs_ ? out<T>(call, i) : nullptr;
  }

 private:
  int inputs_, outputs_;
};

}  // namespace SEQNN_ISA
}  // namespace seqnn
