#include "runtime/in_steps.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "runtime/error.h"

namespace seqnn {
namespace {

constexpr double kMuch = 1e9;  // products that are worth all threads

TEST(InSteps, RunsEveryPartOfAStepBeforeTheNext) {
  for (int threads : {1, 2, 3, 16}) {
    ThreadPool pool(threads);
    for (int parts : {1, 2, 3, kMostParts}) {
      constexpr int kSteps = 300;
      std::vector<std::atomic<int>> done(kSteps);
      std::atomic<int> early{0}, twice{0};
      std::vector<std::atomic<int>> seen(static_cast<size_t>(kSteps * parts));
      inSteps(pool, kSteps, parts, kMuch, [&](int step, int part) {
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

// Small jobs leave sleeping threads alone, until they have followed each other for a while.
TEST(InSteps, WakesOthersOnlyForEnoughWork) {
  ThreadPool pool(2);
  const auto self = std::this_thread::get_id();
  const auto helped = [&](double products) {
    std::atomic<bool> other{false};
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    inSteps(pool, 400, 2, products, [&](int, int) {
      if (std::this_thread::get_id() != self) other.store(true);
      // Time for the other one to come, where it was called.
      while (!other.load() && products >= kMuch && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    });
    return other.load();
  };
  const auto sleep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
  sleep();
  EXPECT_FALSE(helped(1));
  bool any = false;
  for (int i = 0; i < 100 && !any; ++i) {
    sleep();
    any = helped(kMuch);
  }
  EXPECT_TRUE(any);
}

TEST(InSteps, NothingToDo) {
  ThreadPool pool(2);
  inSteps(pool, 0, 2, kMuch, [](int, int) { FAIL(); });
  inSteps(pool, 3, 0, kMuch, [](int, int) { FAIL(); });
}

TEST(InSteps, RefusesMorePartsThanItCounts) {
  ThreadPool pool(2);
  EXPECT_THROW(inSteps(pool, 1, kMostParts + 1, kMuch, [](int, int) {}), Error);
}

}  // namespace
}  // namespace seqnn
