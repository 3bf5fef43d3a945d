#include "runtime/packs.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

namespace seqnn {
namespace {

// Whether it had to be made.
bool makes(Packs& packs, const void* source, size_t size, int64_t form = 0, size_t bytes = 8) {
  bool made = false;
  const char* const memory = packs.find(source, size, form, bytes, [&](char* to) {
    std::memset(to, 7, bytes);
    made = true;
  });
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0u);
  EXPECT_EQ(memory[bytes - 1], 7);
  return made;
}

TEST(Packs, ArePerSourceFormAndSize) {
  Packs packs;
  char weights[128] = {};
  for (const bool first : {true, false}) {
    EXPECT_EQ(makes(packs, weights, 64, 1, 100), first);
    EXPECT_EQ(makes(packs, weights, 64, 2, 100), first);
    EXPECT_EQ(makes(packs, weights, 64, 1, 200), first);
    EXPECT_EQ(makes(packs, weights + 64, 64, 1, 100), first);
  }
}

TEST(Packs, AreNotKeptHalfMade) {
  Packs packs;
  char weights[8] = {};
  EXPECT_THROW(packs.find(weights, 8, 0, 8, [](char*) { throw 1; }), int);
  EXPECT_TRUE(makes(packs, weights, 8));
}

TEST(Packs, AreDroppedWithWhatTheyWereMadeOf) {
  char memory[300] = {};
  const auto left = [&](int from, size_t size) {
    Packs packs;
    for (int at : {0, 100, 200}) makes(packs, memory + at, 100);
    packs.drop(memory + from, size);
    std::string found;
    for (int at : {0, 100, 200}) found += makes(packs, memory + at, 100) ? '-' : '+';
    return found;
  };
  EXPECT_EQ(left(100, 100), "+-+");
  EXPECT_EQ(left(150, 1), "+-+");
  EXPECT_EQ(left(99, 2), "--+");
  EXPECT_EQ(left(0, 300), "---");
  EXPECT_EQ(left(199, 2), "+--");
  EXPECT_EQ(left(200, 0), "+++");
}

// As where the collector releases a model while another one predicts.
TEST(Packs, OthersMayBeDroppedMeanwhile) {
  Packs packs;
  char memory[200] = {};
  makes(packs, memory + 100, 100);
  std::thread other([&] {
    for (int i = 0; i < 2000; ++i) {
      EXPECT_TRUE(makes(packs, memory, 100));
      packs.drop(memory, 1);
    }
  });
  for (int i = 0; i < 2000; ++i) EXPECT_FALSE(makes(packs, memory + 100, 100));
  other.join();
}

}  // namespace
}  // namespace seqnn
