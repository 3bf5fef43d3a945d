#pragma once

// How the units of a layer are cut where lanes are units: into parts, which threads share, and these into blocks, whose
// sums fit the registers.

#include "cpu/rnn/config.h"
#include "cpu/rnn/unit_sums.h"
#include "runtime/in_steps.h"

namespace seqnn {
namespace SEQNN_ISA {
namespace {

// Some units from a whole vector on. Rows of their values, one per gate, are `lanes` apart, whole vectors, with room
// behind the last unit.
struct Units {
  int unit = 0, units = 0, lanes = 0;
  Blocks blocks[3];  // of each product, in vectors
};

template <class T>
class UnitCut {
 public:
  explicit UnitCut(const RnnConfig& c) : vectors((c.H + L - 1) / L) {
    const Blocks cut(vectors, vectorsOfPart(c));
    parts = cut.count;
    for (int part = 0; part < parts; ++part) {
      Units& own = of[part];
      own.unit = cut.first(part) * L;
      own.lanes = cut.rows(part) * L;
      own.units = lesser(c.H - own.unit, own.lanes);
      for (int p = 0; p < c.layout.products; ++p) {
        own.blocks[p] = Blocks(cut.rows(part), unitVectors(c.layout.product[p].gates));
      }
    }
  }

  int vectors, parts;
  Units of[kMostParts];

 private:
  static constexpr int L = kLanes<T>;

  // By the size of the product alone: the bits must not depend on the threads. The more threads wait for each other,
  // the larger a part has to be.
  int vectorsOfPart(const RnnConfig& c) const {
    constexpr double kWorthParts = 5e5, kWorthTwo = 22e3;
    const double products = 1.0 * c.H * c.columns();
    if (c.T * products < kWorthParts) return 1 + vectors;
    int count = 1;
    while (2 * count <= kMostParts && 2 * count <= vectors && products >= count * count * kWorthTwo) count *= 2;
    return (vectors + count - 1) / count;
  }
};

// w: [K, columns] from the first gate's first column on; gates are H columns each. Zeros go behind the last unit. Row
// by row, and so to all blocks in turn: large weights lie on too many pages to be walked through once per block.
template <class T>
void packUnits(const T* w, int64_t columns, int K, int gates, int H, const Units& own, const Blocks& blocks,
               T* packed) {
  constexpr int L = kLanes<T>;
  for (int k = 0; k < K; ++k) {
    for (int gate = 0; gate < gates; ++gate) {
      const T* const from = w + k * columns + int64_t(gate) * H;
      int unit = own.unit;
      for (int block = 0; block < blocks.count; ++block) {
        const int lanes = blocks.rows(block) * L;
        T* to = packed + int64_t(unit - own.unit) * gates * K + (int64_t(k) * gates + gate) * lanes;
        for (const int end = unit + lanes; unit < end; unit += L, to += L) {
          store(to, loadLanes<T>(from + unit, lesser(H - unit, L)));
        }
      }
    }
  }
}

// Rows of H values, as the rows of some units.
template <class T>
void spreadUnits(const T* from, int rows, int H, const Units& own, T* to) {
  for (int row = 0; row < rows; ++row) {
    std::memcpy(to + int64_t(row) * own.lanes, from + int64_t(row) * H + own.unit, size_t(own.units) * sizeof(T));
  }
}

}  // namespace
}  // namespace SEQNN_ISA
}  // namespace seqnn
