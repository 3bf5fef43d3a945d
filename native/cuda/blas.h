#pragma once

// Large matrix products through cuBLAS. The backend's own kernel (product.h) takes what is not plain or not large, and
// everything where the library is not installed.

#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/program.h"

namespace seqnn {
namespace cuda {

// Element (i, j) of matrix z is data[z * each + i * row + j * column]; plain when row or column is 1 and lines do not
// overlap.
template <class T>
struct Matrices {
  T* data;
  int64_t row, column, each;
};

// c[z] = a[z] b[z] for `count` matrices, a [M, K], b [K, N], c [M, N]. With c.each 0 they are added up in one c.
template <class T>
struct PlainProduct {
  int64_t M, N, K, count;
  Matrices<const T> a, b;
  Matrices<T> c;
  bool adds;         // to what c holds
  bool storesAgain;  // c gets the bare sums, and each has to go through Operands::store behind
};

// Whether cuBLAS is there and gains over the own kernel at this size.
bool blasGains(int64_t M, int64_t N, int64_t K);

template <class T>
bool blasTakes(const PlainProduct<T>& p);

// Whether products can go to cuBLAS; `description` gets its version, or why not.
bool findBlas(std::string* description);

// cuBLAS for the stream of one queue; made on the device in use, and not while its stream records.
class Blas {
 public:
  explicit Blas(void* stream);
  ~Blas();
  Blas(const Blas&) = delete;
  Blas& operator=(const Blas&) = delete;

  template <class T>
  void multiply(const PlainProduct<T>& p, Precision precision);

 private:
  void* handle_ = nullptr;
  void* workspace_ = nullptr;
};

}  // namespace cuda
}  // namespace seqnn
