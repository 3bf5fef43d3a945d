#pragma once

// The operands of gatherRows and scatterAddRows.

#include "cpu/ops/operands.h"

namespace seqnn {
namespace SEQNN_ISA {

// A table [rows, width] and `count` indices into it.
struct IndexedRows {
  int64_t rows, width, count;
};

inline IndexedRows indexedRows(const Node& node, const char* what, const Value& table, int index) {
  if (table.shape.rank == 0) fail("%s: the %s is a scalar, expected [rows, ...]", node.op(), what);
  return {table.shape.dim[0], table.shape.size(1, table.shape.rank), node.need(index, DType::i32).shape.size()};
}

// table, indices -> [count, width]
inline IndexedRows gatheredRows(const Node& node) {
  const Value& table = present(node, 0);
  const IndexedRows config = indexedRows(node, "table", table, 1);
  expectOutput(node, 0, "the output", table.dtype, config.count * config.width);
  return config;
}

// indices, dy [count, width] -> the table's gradient
inline IndexedRows scatteredRows(const Node& node) {
  const Value& table = presentOut(node, 0);
  const IndexedRows config = indexedRows(node, "output", table, 0);
  expectInput(node, 1, "dy", table.dtype, config.count * config.width);
  return config;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
