#pragma once

// Coefficients of the polynomials in math.h: minimax fits in the relative error of the function, lowest power first.

namespace seqnn {
namespace SEQNN_ISA {

template <class T>
struct Fit;

template <>
struct Fit<float> {
  using Int = int32_t;
  static constexpr int kMantissa = 23;
  static constexpr Int kExponents = 0xff;  // all exponent bits, shifted down
  static constexpr Int kBias = 127;
  static constexpr float kMagic = 12582912.0f;   // 1.5 * 2^23: adding it leaves an integer in the low bits
  static constexpr float kLn2Hi = 0.693359375f;  // few bits, so that n * kLn2Hi is exact
  static constexpr float kLn2Lo = -2.12194440054690583e-4f;
  static constexpr float kExpLow = -104.0f;  // exp below is 0, above infinite
  static constexpr float kExpHigh = 89.0f;
  static constexpr float kTanhOne = 10.0f;  // tanh is 1 from here on
  static constexpr float kSmallestNormal = 1.17549435e-38f;
  static constexpr float kTiny = 5.9604645e-8f;  // 2^-24: 1 + x/2 rounds to 1 below
  static constexpr float kErfOne = 4.0f;         // erf is 1 from here on
  // (e^r - 1 - r - r^2/2) / r^3 for |r| <= ln(2)/2
  static constexpr float kExp[] = {0.16666666773379182633f, 0.041666481836935677882f, 0.0083332818821662507623f,
                                   0.0013933333719494471987f, 0.00019909847894767006252f};
  // (2 atanh(s) - 2s) / s^3 in s^2 for |s| <= 0.1717
  static constexpr float kLog[] = {0.66666775926849536364f, 0.39977559170274613613f, 0.29871933877725278158f};
  // erf(x) / x - 1 in x^2 for |x| <= 1
  static constexpr float kErf[] = {0.1283791657270887858f,     -0.37612625825101132362f,  0.11283585150676003672f,
                                   -0.026853811846397497494f,  0.0051883273195152209635f, -0.00080101892472744236817f,
                                   0.000078538440458998214371f};
  // log(1 - erf(x)) for 1 <= x <= kErfOne
  static constexpr float kErfc[] = {
      0.00020382966080327642516f, -1.1296584967278914134f,      -0.63304535134723112825f,
      -0.10863204975349365681f,   0.025368394567390597316f,     -0.004279975041172288875f,
      0.00046309955104328963693f, -0.000025204503643054878025f, 2.4374756424941799207e-7f};
};

template <>
struct Fit<double> {
  using Int = int64_t;
  static constexpr int kMantissa = 52;
  static constexpr Int kExponents = 0x7ff;
  static constexpr Int kBias = 1023;
  static constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double kLn2Hi = 6.93145751953125e-1;
  static constexpr double kLn2Lo = 1.42860682030941723212e-6;
  static constexpr double kExpLow = -746.0;
  static constexpr double kExpHigh = 710.0;
  static constexpr double kTanhOne = 20.0;
  static constexpr double kSmallestNormal = 2.2250738585072014e-308;
  static constexpr double kTiny = 1.1102230246251565e-16;
  static constexpr double kErfOne = 6.0;
  static constexpr double kExp[] = {0.16666666666666676491,   0.041666666666666689916,   0.0083333333333216790366,
                                    0.001388888888887015155,  0.00019841269886034601116, 0.000024801587356111780422,
                                    2.7557244280887957261e-6, 2.7557245575015587372e-7,  2.5109017296243901075e-8,
                                    2.0923760986992545071e-9};
  static constexpr double kLog[] = {0.66666666666667311352, 0.39999999999429948155, 0.28571428739881572879,
                                    0.22222198765420708505, 0.18183556939651853747, 0.15314185261877388997,
                                    0.14795061110587731573};
  static constexpr double kErf[] = {0.1283791670955125657,     -0.37612638903183519542,     0.11283791670944184313,
                                    -0.026866170643111374111,  0.0052239776061176199902,    -0.00085483259292715757149,
                                    0.00012055293575585291957, -0.000014924712276399660302, 1.6447131253159389677e-6,
                                    -1.6206311317613115874e-7, 1.3710969859773255304e-8,    -7.7794489132478199253e-10};
  static constexpr double kErfc[] = {
      -1.8282133435800246278e-7,   -1.1283772975864823142,      -0.63662863496379620294,    -0.10274683538828091032,
      0.019077330361823170042,     0.00028169113012917951497,   -0.0017703371679497828067,  0.00064233118009937405625,
      -0.000045616309327310173559, -0.000069933388464924936765, 0.000044848625805315923005, -0.000016448459018874146837,
      4.3090904092449714978e-6,    -8.4673785288881854779e-7,   1.2507988984424379475e-7,   -1.3551775173394873267e-8,
      1.0194770526285708561e-9,    -4.7640671981750395745e-11,  1.0419769573988855906e-12};
};

}  // namespace SEQNN_ISA
}  // namespace seqnn
