#include "runtime/placed.h"

#include <gtest/gtest.h>

#include <cstring>

#include "cpu/isa.h"
#include "runtime/host_device.h"

namespace seqnn {
namespace {

// A host whose memory others must not read, as a GPU's.
class FarDevice final : public HostDevice {
 public:
  using HostDevice::HostDevice;
  bool readsHost() const override { return false; }
};

// The program y = x on its own device, through two others: copies, by way of the memory aside, and transfers in turn.
class Chain {
 public:
  explicit Chain(int places) {
    program_.ownStrings = {"", "copy", kTransfer};
    program_.strings = &program_.ownStrings;
    program_.ownConstants.resize(8);
    program_.constants = program_.ownConstants.data();
    program_.variables = 1;
    for (int p = 0; p < places; ++p) program_.places.push_back({0, 2 * kBytes, kBytes});
    add(0, Home::variable, 0);
    for (int p = 0; p < places; ++p) {
      if (p > 0) step(kTransferred, p, add(p, Home::arena, 0));
      step(kCopied, p, add(p, Home::aside, 0));
      step(kCopied, p, add(p, Home::arena, kBytes));
    }
    program_.buffers.push_back({Home::arena, 0, value(), 0});
    step(kTransferred, 0, last());
  }

  const RootProgram& program() const { return program_; }
  int last() const { return static_cast<int>(program_.buffers.size()) - 1; }
  static constexpr size_t kBytes = 256;

 private:
  static constexpr int kCopied = 1, kTransferred = 2;
  static Value value() {
    Value v;
    v.present = true;
    v.shape.rank = 1;
    v.shape.dim[0] = kBytes / sizeof(float);
    return v;
  }
  int add(int place, Home home, size_t at) {
    program_.buffers.push_back({home, place, value(), at});
    return last();
  }
  void step(int op, int place, int to) { program_.instructions.push_back({place, op, {to - 1}, {to}, {}, {}}); }

  RootProgram program_;
};

void expectPassed(PlacedProgram& placed, const Chain& chain, Device& own) {
  float* const x = static_cast<float*>(own.allocate(Chain::kBytes));
  void* variables[] = {x};
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < Chain::kBytes / sizeof(float); ++i) x[i] = static_cast<float>(i) + 0.5F * float(round);
    placed.bind(variables);
    std::memset(placed.data(chain.last()), 0xff, Chain::kBytes);
    placed.run();
    placed.finish();
    EXPECT_EQ(std::memcmp(placed.data(chain.last()), x, Chain::kBytes), 0);
  }
  own.release(x);
}

TEST(Placed, ValuesTravelFromDeviceToDevice) {
  const KernelTable& kernels = kernelsFor(nullptr);
  HostDevice host(kernels, 1);
  FarDevice a(kernels, 1), b(kernels, 1);
  const Chain chain(3);
  for (const std::vector<Device*>& devices : {std::vector<Device*>{&host, &a, &b}, {&a, &host, &b}, {&b, &a, &a}}) {
    PlacedProgram placed(chain.program(), devices);
    expectPassed(placed, chain, *devices[0]);
  }
}

TEST(Placed, PlacesOnOneDeviceShareItsMemory) {
  HostDevice host(kernelsFor(nullptr), 1);
  const Chain chain(3);
  PlacedProgram placed(chain.program(), {&host, &host, &host});
  expectPassed(placed, chain, host);
  EXPECT_NE(placed.data(2), placed.data(5));
}

TEST(Placed, OneDeviceIsOneStretch) {
  HostDevice host(kernelsFor(nullptr), 1);
  const Chain chain(1);
  PlacedProgram placed(chain.program(), {&host});
  expectPassed(placed, chain, host);
}

}  // namespace
}  // namespace seqnn
