#include "runtime/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace seqnn {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (int tasks : {0, 1, 2, 7, 100}) {
      std::vector<std::atomic<int>> seen(tasks);
      pool.parallel(tasks, [&](int task) { seen[task].fetch_add(1); });
      for (auto& count : seen) EXPECT_EQ(count.load(), 1);
    }
  }
}

TEST(ThreadPool, SurvivesManyShortJobs) {
  ThreadPool pool(3);
  std::atomic<int> sum{0};
  for (int i = 0; i < 20000; ++i) pool.parallel(3, [&](int task) { sum.fetch_add(task + 1); });
  EXPECT_EQ(sum.load(), 20000 * 6);
}

}  // namespace
}  // namespace seqnn
