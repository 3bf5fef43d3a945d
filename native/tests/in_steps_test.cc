#include "runtime/in_steps.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "runtime/error.h"

namespace seqnn {
namespace {

TEST(InSteps, RunsEveryPartOfAStepBeforeTheNext) {
  for (int threads : {1, 2, 3, 16}) {
    ThreadPool pool(threads);
    for (int parts : {1, 2, 3, kMostParts}) {
      constexpr int kSteps = 300;
      std::vector<std::atomic<int>> done(kSteps);
      std::atomic<int> early{0}, twice{0};
      std::vector<std::atomic<int>> seen(static_cast<size_t>(kSteps * parts));
      inSteps(pool, kSteps, parts, [&](int step, int part) {
        if (step > 0 && done[static_cast<size_t>(step - 1)].load() != parts) early.fetch_add(1);
        if (seen[static_cast<size_t>(step * parts + part)].fetch_add(1) != 0) twice.fetch_add(1);
        done[static_cast<size_t>(step)].fetch_add(1);
      });
      EXPECT_EQ(early.load(), 0) << threads << " threads, " << parts << " parts";
      EXPECT_EQ(twice.load(), 0) << threads << " threads, " << parts << " parts";
      for (const auto& count : done) ASSERT_EQ(count.load(), parts);
    }
  }
}

TEST(InSteps, NothingToDo) {
  ThreadPool pool(2);
  inSteps(pool, 0, 2, [](int, int) { FAIL(); });
  inSteps(pool, 3, 0, [](int, int) { FAIL(); });
}

TEST(InSteps, RefusesMorePartsThanItCounts) {
  ThreadPool pool(2);
  EXPECT_THROW(inSteps(pool, 1, kMostParts + 1, [](int, int) {}), Error);
}

}  // namespace
}  // namespace seqnn
