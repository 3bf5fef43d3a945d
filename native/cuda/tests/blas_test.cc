// What blas.h makes of the places where matrices lie, and when it is asked.

#include "cuda/blas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "cuda/queue.h"

namespace seqnn {
namespace cuda {
namespace {

#define SEQNN_NEEDS_BLAS() \
  if (std::string why; !findBlas(&why)) GTEST_SKIP() << why

// Memory that both sides see.
template <class T>
class Shared {
 public:
  explicit Shared(int64_t size) : size_(size), data_(static_cast<T*>(allocateShared(size_t(size) * sizeof(T)))) {
    for (int64_t i = 0; i < size; ++i) data_[i] = static_cast<T>((i * 7 + 3) % 11) - T(5);
  }
  ~Shared() { release(data_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* data() const { return data_; }
  std::vector<T> values() const { return std::vector<T>(data_, data_ + size_); }

 private:
  int64_t size_;
  T* data_;
};

// Small integers, so that any order of the sums gives the same.
template <class T>
std::vector<T> expected(const PlainProduct<T>& p, std::vector<T> c) {
  for (int64_t z = 0; z < p.count; ++z) {
    for (int64_t m = 0; m < p.M; ++m) {
      for (int64_t n = 0; n < p.N; ++n) {
        T sum = 0;
        for (int64_t k = 0; k < p.K; ++k)
          sum += p.a.data[z * p.a.each + m * p.a.row + k * p.a.column] *
                 p.b.data[z * p.b.each + k * p.b.row + n * p.b.column];
        T& to = c[static_cast<size_t>(z * p.c.each + m * p.c.row + n * p.c.column)];
        to = p.adds || (p.c.each == 0 && z > 0) ? to + sum : sum;
      }
    }
  }
  return c;
}

constexpr int64_t kM = 3, kN = 4, kK = 5, kCount = 3, kSize = 40;

// A matrix [rows, columns], row by row or column by column, with room between the lines.
template <class T>
Matrices<T> matrices(T* data, int64_t rows, int64_t columns, bool byRows, int64_t each) {
  return byRows ? Matrices<T>{data, columns + 1, 1, each} : Matrices<T>{data, 1, rows + 1, each};
}

template <class T>
void everyLayout() {
  Queue queue;
  for (int layout = 0; layout < 8; ++layout) {
    for (const int64_t each : {int64_t{0}, kSize}) {  // summed, or one by one
      for (const bool reversed : {false, true}) {
        for (const bool adds : {false, true}) {
          SCOPED_TRACE(testing::Message()
                       << "layout " << layout << " each " << each << " reversed " << reversed << " adds " << adds);
          const Shared<T> a(kSize * kCount), b(kSize * kCount), c(kSize * kCount);
          PlainProduct<T> p{kM, kN, kK, kCount, {}, {}, {}, adds, false};
          p.a = matrices<const T>(a.data(), kM, kK, layout & 1, kSize);
          if (reversed) p.a = matrices<const T>(a.data() + (kCount - 1) * kSize, kM, kK, layout & 1, -kSize);
          p.b = matrices<const T>(b.data(), kK, kN, layout & 2, 0);
          p.c = matrices<T>(c.data(), kM, kN, layout & 4, each);
          const std::vector<T> wanted = expected(p, c.values());
          queue.blas().multiply(p, Precision::float32);
          queue.finish();
          EXPECT_EQ(c.values(), wanted);
        }
      }
    }
  }
}

TEST(CudaBlas, MultipliesMatricesInEveryLayout) {
  SEQNN_NEEDS_BLAS();
  everyLayout<float>();
  everyLayout<double>();
}

TEST(CudaBlas, DoesNotReadWhatItReplaces) {
  SEQNN_NEEDS_BLAS();
  Queue queue;
  const Shared<float> a(4), b(4), c(4);
  for (int i = 0; i < 4; ++i) c.data()[i] = std::nanf("");
  queue.blas().multiply(
      PlainProduct<float>{2, 2, 2, 1, {a.data(), 2, 1, 0}, {b.data(), 2, 1, 0}, {c.data(), 2, 1, 0}, false, false},
      Precision::float32);
  queue.finish();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(std::isfinite(c.data()[i]));
}

TEST(CudaBlas, RoundsToThePrecision) {
  if (!kEmulated) GTEST_SKIP() << "how cuBLAS breaks ties is its own";
  Queue queue;
  const auto times = [&](float value, Precision precision) {
    const Shared<float> a(1), b(1), c(1);
    a.data()[0] = value;
    b.data()[0] = 1;
    queue.blas().multiply(
        PlainProduct<float>{1, 1, 1, 1, {a.data(), 1, 1, 0}, {b.data(), 1, 1, 0}, {c.data(), 1, 1, 0}, false, false},
        precision);
    queue.finish();
    return c.data()[0];
  };
  for (const float value : {257.0F, 259.0F, 257.5F}) EXPECT_EQ(times(value, Precision::float32), value);
  EXPECT_EQ(times(257, Precision::bf16), 256);
  EXPECT_EQ(times(259, Precision::bf16), 260);
  EXPECT_EQ(times(257.5, Precision::bf16), 258);
  EXPECT_EQ(times(-2049, Precision::tf32), -2048);
  EXPECT_EQ(times(2051, Precision::tf32), 2052);
  EXPECT_EQ(times(257.5, Precision::tf32), 257.5);
}

TEST(CudaBlas, TakesLargePlainProductsOnly) {
  const char* wanted = std::getenv("SEQNN_CUDA_BLAS");
  if (wanted && *wanted) GTEST_SKIP() << "SEQNN_CUDA_BLAS is set";
  SEQNN_NEEDS_BLAS();
  const auto square = [](int64_t size) {
    return PlainProduct<float>{
        size, size, size, 1, {nullptr, size, 1, 0}, {nullptr, 1, size, 0}, {nullptr, size, 1, 0}, false, false};
  };
  EXPECT_TRUE(blasTakes(square(1024)));
  EXPECT_FALSE(blasTakes(square(64)));
  PlainProduct<float> p = square(1024);
  p.N = 32;
  EXPECT_FALSE(blasTakes(p)) << "a thin one";
  p = square(1024);
  p.a.column = 2;
  EXPECT_FALSE(blasTakes(p)) << "elements apart in both directions";
  p = square(1024);
  p.b.column = 1000;
  EXPECT_FALSE(blasTakes(p)) << "lines that overlap";
  p = square(1024);
  p.count = 0;
  EXPECT_FALSE(blasTakes(p)) << "nothing to write to";
}

}  // namespace
}  // namespace cuda
}  // namespace seqnn
