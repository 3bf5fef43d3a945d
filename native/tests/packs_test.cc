#include "runtime/packs.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace seqnn {
namespace {

TEST(Packs, ArePerSourceFormAndSize) {
  Packs packs;
  char weights[128] = {};
  const Packs::Pack first = packs.find(weights, 64, 1, 100);
  EXPECT_TRUE(first.fresh);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first.memory) % 64, 0u);
  std::memset(first.memory, 1, 100);
  const Packs::Pack again = packs.find(weights, 64, 1, 100);
  EXPECT_FALSE(again.fresh);
  EXPECT_EQ(again.memory, first.memory);
  EXPECT_TRUE(packs.find(weights, 64, 2, 100).fresh);
  EXPECT_TRUE(packs.find(weights, 64, 1, 200).fresh);
  EXPECT_TRUE(packs.find(weights + 64, 64, 1, 100).fresh);
  EXPECT_EQ(packs.count(), 4u);
}

TEST(Packs, AreDroppedWithWhatTheyWereMadeOf) {
  char memory[300] = {};
  const auto left = [&](int from, size_t size) {
    Packs packs;
    for (int at : {0, 100, 200}) packs.find(memory + at, 100, 0, 8);
    packs.drop(memory + from, size);
    std::string found;
    for (int at : {0, 100, 200}) found += packs.find(memory + at, 100, 0, 8).fresh ? '-' : '+';
    return found;
  };
  EXPECT_EQ(left(100, 100), "+-+");
  EXPECT_EQ(left(150, 1), "+-+");
  EXPECT_EQ(left(99, 2), "--+");
  EXPECT_EQ(left(0, 300), "---");
  EXPECT_EQ(left(199, 2), "+--");
  EXPECT_EQ(left(200, 0), "+++");
}

}  // namespace
}  // namespace seqnn
