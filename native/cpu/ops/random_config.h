#pragma once

#include "cpu/ops/walk.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Where numbers go that are counted as of the whole tensor, but stored by shards as [shards, ...part]. Attributes of
// the node: shards (0 or absent: stored as counted), row (elements of the divided axis and of what is inside of it).
struct ShardPlaces {
  Walk walk;
  int64_t run;                   // elements that lie together
  int64_t shards = 1, part = 0;  // of how many elements

  ShardPlaces(const Node& node, int64_t size) : run(size > 0 ? size : 1) {
    const int64_t given = node.integer("shards", 0), row = node.integer("row", 1);
    if (given == 0) {
      walk.add(size, 1);
      return;
    }
    shards = given;
    if (shards < 1 || row < 1 || row % shards != 0 || size % row != 0)
      fail("%s: %lld shards of rows of %lld elements", node.op(), static_cast<long long>(shards),
           static_cast<long long>(row));
    run = row / shards;
    part = size / shards;
    walk.add(size / row, run);
    walk.add(shards, part);
    walk.add(run, 1);
  }
};

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
