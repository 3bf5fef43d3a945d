#include "tests/allocations.h"

#include <gtest/gtest.h>

#include <vector>

namespace seqnn {

TEST(Allocations, AreCounted) {
  const int64_t before = allocations();
  std::vector<int> some(1000);
  EXPECT_EQ(some.at(999), 0);
  EXPECT_EQ(allocations(), before + 1);
}

}  // namespace seqnn
