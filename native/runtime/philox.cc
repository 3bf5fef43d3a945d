#include "runtime/philox.h"

#include <cmath>

namespace seqnn {
namespace {

constexpr double kUnit = 1.0 / 4294967296.0;  // 2^-32
constexpr double kTurn = 6.283185307179586476925;

// Box and Muller: words 0 and 1 (2 and 3) of a block make the elements of both.
void standardNormals(const uint32_t* words, double* values) {
  for (int half = 0; half < kPhiloxGroup; half += 2 * kPhiloxLanes) {
    for (int i = half; i < half + kPhiloxLanes; ++i) {
      const double radius = std::sqrt(-2 * std::log((words[i] + 0.5) * kUnit));
      const double angle = kTurn * ((words[i + kPhiloxLanes] + 0.5) * kUnit);
      values[i] = radius * std::cos(angle);
      values[i + kPhiloxLanes] = radius * std::sin(angle);
    }
  }
}

}  // namespace

void uniformGroup(const PhiloxStream& stream, int64_t group, double low, double high, double* values) {
  uint32_t words[kPhiloxGroup];
  philoxGroup(stream, group, 0, words);
  for (int i = 0; i < kPhiloxGroup; ++i) values[i] = low + (words[i] >> 8) * (256 * kUnit) * (high - low);
}

void normalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values) {
  uint32_t words[kPhiloxGroup];
  philoxGroup(stream, group, 0, words);
  standardNormals(words, values);
  for (int i = 0; i < kPhiloxGroup; ++i) values[i] = mean + deviation * values[i];
}

void truncatedNormalGroup(const PhiloxStream& stream, int64_t group, double mean, double deviation, double* values) {
  uint32_t words[kPhiloxGroup];
  double drawn[kPhiloxGroup];
  for (int i = 0; i < kPhiloxGroup; ++i) values[i] = 3;
  bool missing = true;
  for (uint32_t attempt = 0; missing && attempt < 256; ++attempt) {
    philoxGroup(stream, group, attempt, words);
    standardNormals(words, drawn);
    missing = false;
    for (int i = 0; i < kPhiloxGroup; ++i) {
      if (std::fabs(values[i]) > 2) values[i] = drawn[i];
      missing = missing || std::fabs(values[i]) > 2;
    }
  }
  for (int i = 0; i < kPhiloxGroup; ++i) values[i] = mean + deviation * values[i];
}

}  // namespace seqnn
