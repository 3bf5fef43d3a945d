#pragma once

// Width one: Vec<T> is T itself. The oracle of the wide sets, and what compilers without vector types get.

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
constexpr int kLanes = 1;

template <class T>
struct VecOf {
  using type = T;
};
template <class T>
using Vec = typename VecOf<T>::type;

template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
  using type = int32_t;
};
template <>
struct BitsOf<double> {
  using type = int64_t;
};
template <class T>
using Bits = typename BitsOf<T>::type;  // the integer vector as wide as Vec<T>

template <class T>
SEQNN_INLINE T load(const T* p) {
  return *p;
}
template <class T>
SEQNN_INLINE void store(T* p, T v) {
  *p = v;
}
template <class T>
SEQNN_INLINE T loadPart(const T* p, int) {
  return *p;
}
template <class T>
SEQNN_INLINE void storePart(T* p, T v, int) {
  *p = v;
}
template <class T>
SEQNN_INLINE T splat(T v) {
  return v;
}
template <class T>
SEQNN_INLINE T sumLanes(T v) {
  return v;
}
template <class T>
SEQNN_INLINE T maxLanes(T v) {
  return v;
}
SEQNN_INLINE bool anyLane(bool mask) { return mask; }
template <class V>
SEQNN_INLINE V select(bool mask, V a, V b) {
  return mask ? a : b;
}
template <class T>
SEQNN_INLINE Bits<T> bitsOf(T v) {
  Bits<T> b;
  std::memcpy(&b, &v, sizeof b);
  return b;
}
template <class T>
SEQNN_INLINE T fromBits(Bits<T> b) {
  T v;
  std::memcpy(&v, &b, sizeof v);
  return v;
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
