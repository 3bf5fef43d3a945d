// The device as programs see it: memory, copies, gathers, out-of-memory, mistakes in the data.

#include "cuda/device.h"

#include <gtest/gtest.h>

#include "cuda/queue.h"
#include "tests/fake_node.h"

namespace seqnn {
namespace {

TEST(CudaDevice, CopiesBothWaysAndClears) {
  const auto gpu = cuda::openDevice(0);
  float values[5] = {1, 2, 3, 4, 5}, back[5] = {};
  void* a = gpu->allocate(sizeof values);
  void* b = gpu->allocate(sizeof values);
  gpu->download(back, a, sizeof back);
  for (const float v : back) EXPECT_EQ(v, 0);
  gpu->upload(a, values, sizeof values);
  gpu->copy(b, a, sizeof values);
  gpu->download(back, b, sizeof back);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(back[i], values[i]);
  gpu->release(a);
  gpu->release(b);
}

// As a step that swaps does, which is recorded.
TEST(CudaDevice, CopiesToHostMemoryAndBackInOrder) {
  const auto gpu = cuda::openDevice(0);
  const float values[3] = {1, 2, 3}, others[3] = {4, 5, 6};
  float back[3] = {};
  void* a = gpu->allocate(sizeof values);
  char* aside = gpu->reserveAside(sizeof values);
  gpu->upload(a, values, sizeof values);
  gpu->copy(aside, a, sizeof values);
  gpu->upload(a, others, sizeof others);
  gpu->copy(a, aside, sizeof values);
  gpu->download(back, a, sizeof back);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(back[i], values[i]);
  gpu->release(a);
}

TEST(CudaDevice, ReceivesFromAnother) {
  std::string reason;
  if (cuda::countDevices(&reason) < 2) GTEST_SKIP() << "there is one";
  const auto a = cuda::openDevice(0), b = cuda::openDevice(1);
  const float values[3] = {1, 2, 3};
  float back[3] = {};
  void* from = a->allocate(sizeof values);
  void* to = b->allocate(sizeof values);
  a->upload(from, values, sizeof values);
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(b->receive(to, *a, from, sizeof values));
    b->download(back, to, sizeof back);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(back[i], values[i]);
    b->upload(to, back + 1, sizeof(float));
  }
  a->release(from);
  b->release(to);
}

// Every layout of a batched input against the host's gather.
TEST(CudaDevice, GathersAsTheHostDoes) {
  const auto gpu = cuda::openDevice(0);
  const Array data = Array::random(DType::f32, {40}, 1);
  const uint32_t order[3] = {4, 0, 2};
  void* on = gpu->allocate(data.bytes.size());
  gpu->upload(on, data.bytes.data(), data.bytes.size());
  const int perms[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};
  for (const auto& perm : perms) {
    InputSpec spec{0, true, 1, shapeOf({3, 4, 2}), {}};
    for (int i = 0; i < 3; ++i) spec.perm[i] = perm[i];
    Rows rows;
    rows.base = 1;
    rows.rowStride = 5;
    rows.strides[0] = 2;
    rows.strides[1] = 1;
    float expected[24], got[24];
    rows.data = data.bytes.data();
    gather(spec, 0, DType::f32, rows, order, reinterpret_cast<char*>(expected));
    rows.data = static_cast<char*>(on);
    char* to = static_cast<char*>(gpu->allocate(sizeof got));
    gpu->gather(spec, DType::f32, rows, gpu->stage(order, 3), to);
    gpu->download(got, to, sizeof got);
    for (int i = 0; i < 24; ++i) EXPECT_EQ(got[i], expected[i]) << "element " << i;
    gpu->release(to);
  }
  gpu->release(on);
}

TEST(CudaDevice, RefusesDevicesThatAreNotThere) {
  EXPECT_THROW(cuda::openDevice(1000), Error);
  EXPECT_THROW(cuda::openDevice(-1), Error);
}

TEST(CudaDevice, OutOfMemoryIsAnErrorThatTheProcessSurvives) {
  const auto gpu = cuda::openDevice(0);
  EXPECT_THROW(gpu->allocate(size_t{1} << 60), Error);
  void* memory = gpu->allocate(64);
  EXPECT_NE(memory, nullptr);
  gpu->release(memory);
  gpu->finish();
}

TEST(CudaQueue, ReportsAMistakeOnceAndGoesOn) {
  cuda::Queue queue;
  const cuda::Fault fault{static_cast<int>(cuda::FaultKind::label), 7, 3, 5};
  cuda::upload(queue.stream(), queue.fault(), &fault, sizeof fault);
  try {
    queue.finish();
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "softmaxCrossEntropy: label 7 at position 3 is outside [0, 5)");
  }
  queue.finish();
}

}  // namespace
}  // namespace seqnn
