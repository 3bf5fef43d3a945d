#pragma once

// Elementary functions on vectors, inlined: about one unit in the last place, right at zeros, infinities and NaN,
// and the same operations on every instruction set (scalar sets without FMA round a little differently; AVX-512 looks
// tanh and gates up in tables).

#include <math.h>

#include "cpu/simd/math_tables.h"
#include "cpu/simd/vec.h"

namespace seqnn {
namespace SEQNN_ISA {

template <int i, class T, int n>
SEQNN_INLINE Vec<T> hornerFrom(Vec<T> x, const T (&c)[n]) {
  if constexpr (i == n - 1) {
    return splat<T>(c[i]);
  } else {
    return hornerFrom<i + 1>(x, c) * x + splat<T>(c[i]);
  }
}
// c[0] + c[1] x + c[2] x^2 + ...
template <class T, int n>
SEQNN_INLINE Vec<T> horner(Vec<T> x, const T (&c)[n]) {
  return hornerFrom<0>(x, c);
}

template <class T>
constexpr typename Fit<T>::Int kSignBit = typename Fit<T>::Int(1) << (8 * sizeof(T) - 1);

template <class T>
SEQNN_INLINE Vec<T> vabs(Vec<T> x) {
  return fromBits<T>(bitsOf<T>(x) & ~kSignBit<T>);
}
// |x| with the sign of s, for x >= 0.
template <class T>
SEQNN_INLINE Vec<T> withSign(Vec<T> x, Vec<T> s) {
  return fromBits<T>(bitsOf<T>(x) | (bitsOf<T>(s) & kSignBit<T>));
}

// x = n ln 2 + r with |r| <= ln(2)/2. `biased` holds n + kBias - kLess in its low bits.
template <class T>
struct Reduced {
  Vec<T> n, r;
  Bits<T> biased;
};
template <class T, int kLess = 0>
SEQNN_INLINE Reduced<T> reduceByLn2(Vec<T> x) {
  using F = Fit<T>;
  const Vec<T> magic = splat<T>(F::kMagic + T(F::kBias - kLess));
  const Vec<T> shifted = x * splat<T>(T(1.44269504088896340736)) + magic;
  Reduced<T> out;
  out.n = shifted - magic;
  out.r = x - out.n * splat<T>(F::kLn2Hi);
  out.r = out.r - out.n * splat<T>(F::kLn2Lo);
  out.biased = bitsOf<T>(shifted);
  return out;
}
// 2^(n - kLess) for a normal result.
template <class T>
SEQNN_INLINE Vec<T> powerOfTwo(Bits<T> biased) {
  return fromBits<T>((biased & Fit<T>::kExponents) << Fit<T>::kMantissa);
}
// A sum of two terms and what its rounding lost.
template <class T>
struct Pair {
  Vec<T> sum, lost;
};
// For |a| >= |b|.
template <class T>
SEQNN_INLINE Pair<T> exactSum(Vec<T> a, Vec<T> b) {
  const Vec<T> sum = a + b;
  return {sum, b - (sum - a)};
}
// e^r - 1 - r of a reduced r.
template <class T>
SEQNN_INLINE Vec<T> expTail(Vec<T> r) {
  return r * r * (splat<T>(T(0.5)) + r * horner<T>(r, Fit<T>::kExp));
}
// e^r of a reduced r.
template <class T>
SEQNN_INLINE Pair<T> reducedExp(Vec<T> r) {
  const Pair<T> whole = exactSum<T>(splat<T>(T(1)), r);
  return exactSum<T>(whole.sum, whole.lost + expTail<T>(r));
}

// p 2^n where 2^n itself may be too large or too small: in two halves, so that the product is rounded once.
template <class T>
SEQNN_INLINE Vec<T> scaleByPower(Vec<T> p, Vec<T> n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    return _mm512_scalef_ps(p, n);
  } else {
    return _mm512_scalef_pd(p, n);
  }
#else
  const Vec<T> magic = splat<T>(Fit<T>::kMagic + T(Fit<T>::kBias));
  const Vec<T> shifted = n * splat<T>(T(0.5)) + magic;
  const Vec<T> half = shifted - magic;
  return p * powerOfTwo<T>(bitsOf<T>(shifted)) * powerOfTwo<T>(bitsOf<T>(n - half + magic));
#endif
}

template <class T>
SEQNN_INLINE Vec<T> vexp(Vec<T> x) {
  x = vmin(vmax(x, splat<T>(Fit<T>::kExpLow)), splat<T>(Fit<T>::kExpHigh));
  const Reduced<T> k = reduceByLn2<T>(x);
  return scaleByPower<T>(reducedExp<T>(k.r).sum, k.n);
}

template <class T>
SEQNN_INLINE Vec<T> vexpm1(Vec<T> x) {
  // Half of the result is computed, so that 2^n stays finite up to the overflow.
  const Vec<T> clamped = vmin(vmax(x, splat<T>(T(-45))), splat<T>(Fit<T>::kExpHigh));
  const Reduced<T> k = reduceByLn2<T, 1>(clamped);
  const Vec<T> scale = powerOfTwo<T>(k.biased);
  const Vec<T> half = scale * (k.r + expTail<T>(k.r)) + (scale - splat<T>(T(0.5)));
  return select(vabs<T>(x) < splat<T>(Fit<T>::kTiny), x, half + half);
}

#if defined(__AVX512F__)
// The value at x, which lies in this piece of the function.
template <class Pieces>
SEQNN_INLINE Vec<float> byPieces(Vec<float> x, __m512i piece) {
  constexpr int kRows = sizeof Pieces::kOf / sizeof Pieces::kOf[0];
  const auto row = [piece](int i) -> Vec<float> { return _mm512_permutexvar_ps(piece, load(Pieces::kOf[i])); };
  const Vec<float> d = x - row(0);
  Vec<float> y = row(kRows - 1);
  for (int i = kRows - 2; i > 0; --i) y = y * d + row(i);
  return y;
}
#endif

// tanh of a >= 0 without tables: a polynomial while it is less than 1/2, then 1 - 1 / (e^2a / 2 + 1/2), whose fraction
// is small enough to round well.
SEQNN_INLINE Vec<float> tanhInParts(Vec<float> a) {
  using F = Fit<float>;
  const Vec<float> z = a * a;
  const Vec<float> inner = a + a * (z * horner<float>(z, F::kTanh));
  const Vec<float> magic = splat<float>(F::kMagic + (F::kBias - 1));
  const Vec<float> shifted = a * splat<float>(2.88539008f) + magic;
  const Vec<float> r = a - (shifted - magic) * splat<float>(0.346573591f);
  const Vec<float> halfPower = powerOfTwo<float>(bitsOf<float>(shifted));
  const Vec<float> one = splat<float>(1.0f);
  const Vec<float> outer = one - one / (horner<float>(r, F::kExp2r) * halfPower + splat<float>(0.5f));
  return select(a >= splat<float>(F::kTanhParts), outer, inner);
}

// In float by parts or, on AVX-512, by tables. Else through m = (e^|2x| - 1) / 2: m / (m + 1) keeps its relative
// accuracy near zero. The roundings of m and of the denominator are known exactly, and for small m, where they would
// add up, go back into the numerator.
template <class T>
SEQNN_INLINE Vec<T> vtanh(Vec<T> x) {
  const Vec<T> zero = splat<T>(T(0)), one = splat<T>(T(1)), half = splat<T>(T(0.5));
  const Vec<T> a = vmin(vabs<T>(x), splat<T>(Fit<T>::kTanhOne));
  if constexpr (sizeof(T) == 4) {
#if defined(__AVX512F__)
    const Vec<float> shifted = a + splat<float>(TanhPieces::kShift);
    return withSign<T>(byPieces<TanhPieces>(a, _mm512_srli_epi32(_mm512_castps_si512(shifted), 21)), x);
#else
    return withSign<T>(tanhInParts(a), x);
#endif
  }
  const Reduced<T> k = reduceByLn2<T, 1>(a + a);
  const Pair<T> p = exactSum<T>(k.r, expTail<T>(k.r));
  const Vec<T> scale = powerOfTwo<T>(k.biased);
  const Pair<T> m = exactSum<T>(scale - half, scale * p.sum);
  const Pair<T> d = exactSum<T>(one, m.sum);
  const Vec<T> lost = (m.lost + scale * p.lost) - m.sum * d.lost;
  const Vec<T> top = m.sum + select(k.n < splat<T>(T(1.5)), lost, zero);
  return withSign<T>(top / d.sum, x);
}

// 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: never an overflow, small results keep their accuracy. The numerator
// takes back what rounding lost of e^-|x| and of the denominator.
template <class T>
SEQNN_INLINE Vec<T> vsigmoid(Vec<T> x) {
  const Vec<T> one = splat<T>(T(1));
  const Reduced<T> k = reduceByLn2<T>(vmax(-vabs<T>(x), splat<T>(Fit<T>::kExpLow)));
  const Pair<T> p = reducedExp<T>(k.r);
  const Pair<T> d = exactSum<T>(one, scaleByPower<T>(p.sum, k.n));
  const Vec<T> top = scaleByPower<T>(p.sum + (p.lost - p.sum * d.lost), k.n);
  return select(x < splat<T>(T(0)), top, one) / d.sum;
}

// The same with less care, for the gates of a step; results that are not normal floats are vsigmoid's.
template <class T>
SEQNN_INLINE Vec<T> vgate(Vec<T> x) {
  if constexpr (sizeof(T) == 4) {
#if defined(__AVX512F__)
    const Vec<float> low = -vabs<T>(x);
    const Vec<float> nearest = low * splat<float>(1 / SigmoidPieces::kWidth) + splat<float>(Fit<float>::kMagic);
    const Vec<float> ofLow = byPieces<SigmoidPieces>(low, _mm512_castps_si512(nearest));
    const Vec<float> y = select(x > splat<T>(T(0)), splat<T>(T(1)) - ofLow, ofLow);
    const auto outside = _mm512_cmp_ps_mask(low, splat<float>(-SigmoidPieces::kEnd), _CMP_NGE_UQ);
    if (__builtin_expect(outside == 0, 1)) return y;
    return _mm512_mask_blend_ps(outside, y, vsigmoid<T>(x));
#else
    const Vec<T> one = splat<T>(T(1));
    const Reduced<T> k = reduceByLn2<T>(-x);
    const Vec<T> p = one + (k.r + expTail<T>(k.r));
    const Vec<T> y = one / (p * powerOfTwo<T>(k.biased) + one);
    const auto outside = vabs<T>(x) > splat<T>(T(87));
    return anyLane(outside) ? select(outside, vsigmoid<T>(x), y) : y;
#endif
  }
  return vsigmoid<T>(x);
}

// log of u > 0 (normal), plus `low`, a correction far below one ulp of u relative to u.
template <class T>
SEQNN_INLINE Vec<T> logOfNormal(Vec<T> u, Vec<T> low, Vec<T> exponentOffset) {
  using F = Fit<T>;
  using Int = typename F::Int;
  // Mantissas from sqrt(1/2) to sqrt(2): subtracting the bits of sqrt(1/2) leaves the exponent above the mantissa.
  const Int root = sizeof(T) == 4 ? Int(0x3f3504f3) : Int(0x3fe6a09e667f3bcd);
  const Bits<T> offset = bitsOf<T>(vabs<T>(u)) - root;
  const Bits<T> e = offset >> F::kMantissa;
  const Vec<T> m = fromBits<T>((offset & ((Int(1) << F::kMantissa) - 1)) + root);
  const Vec<T> magic = splat<T>(F::kMagic);
  const Vec<T> n = fromBits<T>(bitsOf<T>(magic) + e) - magic + exponentOffset;
  const Vec<T> f = m - splat<T>(T(1));
  const Vec<T> s = f / (m + splat<T>(T(1)));
  const Vec<T> z = s * s;
  const Vec<T> halfSquare = splat<T>(T(0.5)) * f * f;
  const Vec<T> tail = s * (halfSquare + z * horner<T>(z, F::kLog)) + (n * splat<T>(F::kLn2Lo) + low);
  return n * splat<T>(F::kLn2Hi) + (f - (halfSquare - tail));
}

template <class T>
SEQNN_INLINE Vec<T> vlog(Vec<T> x) {
  using F = Fit<T>;
  const Vec<T> zero = splat<T>(T(0));
  const T lift = T(typename F::Int(1) << (F::kMantissa + 1));  // makes subnormal numbers normal
  const auto small = x < splat<T>(F::kSmallestNormal);
  const Vec<T> u = select(small, x * splat<T>(lift), x);
  const Vec<T> y = logOfNormal<T>(u, zero, select(small, splat<T>(T(-(F::kMantissa + 1))), zero));
  const Vec<T> infinity = splat<T>(T(INFINITY));
  // Zero gives -inf, negative numbers NaN; infinity and NaN stay.
  const Vec<T> edge = select(x < zero, splat<T>(T(NAN)), select(x < infinity, -infinity, x));
  return select((x > zero) & (x < infinity), y, edge);
}

template <class T>
SEQNN_INLINE Vec<T> vlog1p(Vec<T> x) {
  const Vec<T> one = splat<T>(T(1));
  const Vec<T> infinity = splat<T>(T(INFINITY));
  const Vec<T> u = x + one;
  // What rounding lost of 1 + x, for |x| on either side of 1.
  const Vec<T> back = u - x;
  const Vec<T> lost = (x - (u - back)) + (one - back);
  const Vec<T> y = logOfNormal<T>(u, lost / u, splat<T>(T(0)));
  const Vec<T> edge = select(x < -one, splat<T>(T(NAN)), select(x < infinity, -infinity, x));
  const Vec<T> inside = select(vabs<T>(x) < splat<T>(Fit<T>::kTiny), x, y);
  return select((x > -one) & (x < infinity), inside, edge);
}

template <class T>
SEQNN_INLINE Vec<T> verf(Vec<T> x) {
  using F = Fit<T>;
  const Vec<T> one = splat<T>(T(1));
  const Vec<T> a = vabs<T>(x);
  const Vec<T> inner = x + x * horner<T>(x * x, F::kErf);
  const Vec<T> outer = one - vexp<T>(horner<T>(vmin(a, splat<T>(F::kErfOne)), F::kErfc));
  return select(a < one, inner, withSign<T>(outer, x));
}

// The rarer functions call the C library lane by lane.
template <class T, class F>
SEQNN_INLINE Vec<T> laneByLane(Vec<T> x, F f) {
  T lanes[kLanes<T>];
  store(lanes, x);
  for (int i = 0; i < kLanes<T>; ++i) lanes[i] = f(lanes[i]);
  return load(lanes);
}
SEQNN_INLINE float libm(float x, float (*single)(float), double (*)(double)) { return single(x); }
SEQNN_INLINE double libm(double x, float (*)(float), double (*twice)(double)) { return twice(x); }

template <class T>
SEQNN_INLINE Vec<T> vsin(Vec<T> x) {
  return laneByLane<T>(x, [](T v) { return libm(v, ::sinf, ::sin); });
}
template <class T>
SEQNN_INLINE Vec<T> vcos(Vec<T> x) {
  return laneByLane<T>(x, [](T v) { return libm(v, ::cosf, ::cos); });
}
template <class T>
SEQNN_INLINE Vec<T> vpow(Vec<T> x, Vec<T> y) {
  T a[kLanes<T>], b[kLanes<T>];
  store(a, x);
  store(b, y);
  for (int i = 0; i < kLanes<T>; ++i) {
    if constexpr (sizeof(T) == 4) {
      a[i] = ::powf(a[i], b[i]);
    } else {
      a[i] = ::pow(a[i], b[i]);
    }
  }
  return load(a);
}

}  // namespace SEQNN_ISA
}  // namespace seqnn
