#include "runtime/placed.h"

#include <algorithm>

namespace seqnn {

PlacedProgram::PlacedProgram(const RootProgram& program, std::vector<Device*> devices)
    : program_(program),
      devices_(std::move(devices)),
      constants_(devices_.size()),
      arenas_(devices_.size()),
      asides_(devices_.size()),
      variables_(program.variables) {
  for (const Device* device : devices_) {
    if (program.precision != Precision::float32 && device->readsHost())
      fail("precision '%s' needs a GPU, %s multiplies in float32: call model.to('gpu') or compile without it",
           program.precision == Precision::tf32 ? "tf32" : "bf16", device->name());
  }
  for (const Place& place : program.places) bytes_.push_back(alignUp(place.arenaBytes));
  const std::vector<bool> written = writtenVariables(program);
  for (const Buffer& b : program.buffers) {
    if (b.home == Home::variable && written[b.place]) changing_.push_back(&b);
  }
  const std::vector<Instruction>& all = program.instructions;
  for (size_t from = 0, to = 0; from < all.size(); from = to) {
    to = from + 1;
    if (isTransfer(program, all[from])) {
      stretches_.push_back({from, nullptr, nullptr});
      continue;
    }
    const int place = all[from].device;
    while (to < all.size() && all[to].device == place && !isTransfer(program, all[to])) ++to;
    device(place).enter();
    auto frame = std::make_unique<Frame>(program, device(place).kernels(), FixedParameters{}, Part{from, to, place});
    size_t& most = bytes_[static_cast<size_t>(place)];
    most = std::max(most, alignUp(frame->bytes()));
    stretches_.push_back({from, std::move(frame), nullptr});
  }
}

PlacedProgram::~PlacedProgram() {
  for (size_t p = 0; p < constants_.size(); ++p) {
    if (constants_[p]) devices_[p]->release(constants_[p]);
  }
}

void PlacedProgram::bind(void* const* variables) {
  std::copy(variables, variables + variables_.size(), variables_.begin());
  // Places may be on one device, whose memory they then divide.
  for (size_t p = 0; p < bytes_.size(); ++p) {
    size_t before = 0, total = 0, asideBefore = 0, asideTotal = 0;
    for (size_t q = 0; q < bytes_.size(); ++q) {
      if (devices_[q] != devices_[p]) continue;
      const size_t aside = alignUp(program_.places[q].asideBytes);
      if (q < p) {
        before += bytes_[q];
        asideBefore += aside;
      }
      total += bytes_[q];
      asideTotal += aside;
    }
    arenas_[p] = devices_[p]->reserve(total) + before;
    if (asideTotal > 0) asides_[p] = devices_[p]->reserveAside(asideTotal) + asideBefore;
    if (devices_[p]->readsHost() || constants_[p] || program_.ownConstants.empty()) continue;
    constants_[p] = static_cast<char*>(devices_[p]->allocate(program_.ownConstants.size()));
    devices_[p]->upload(constants_[p], program_.constants, program_.ownConstants.size());
  }
  for (const Stretch& stretch : stretches_) {
    if (!stretch.frame) continue;
    const size_t p = static_cast<size_t>(stretch.frame->part().device);
    stretch.frame->bind(arenas_[p], variables_.data(), constants_[p], asides_[p]);
  }
  for (const Buffer* b : changing_) device(b->device).changes(variables_[b->place], bytesOf(b->value));
}

std::vector<Form> PlacedProgram::forms() const {
  std::vector<Form> found;
  for (const Stretch& stretch : stretches_) {
    if (stretch.frame) stretch.frame->forms(device(stretch.frame->part().device).name(), found);
  }
  return found;
}

char* PlacedProgram::data(int buffer) const {
  const Buffer& b = program_.buffers[static_cast<size_t>(buffer)];
  if (b.home == Home::variable) return static_cast<char*>(variables_[b.place]);
  return arenas_[static_cast<size_t>(b.device)] + b.place;
}

void PlacedProgram::run() {
  for (Stretch& stretch : stretches_) {
    if (!stretch.frame) {
      transfer(program_.instructions[stretch.at]);
      continue;
    }
    const int place = stretch.frame->part().device;
    device(place).run(*stretch.frame, constants_[static_cast<size_t>(place)], stretch.recording);
  }
}

void PlacedProgram::transfer(const Instruction& it) {
  const Buffer& source = program_.buffers[static_cast<size_t>(it.inputs[0])];
  const size_t bytes = bytesOf(source.value);
  Device &from = device(source.device), &to = device(it.device);
  const char* const at = data(it.inputs[0]);
  char* const there = data(it.outputs[0]);
  if (&from == &to) return to.copy(there, at, bytes);
  if (from.readsHost()) return to.upload(there, at, bytes);
  if (to.readsHost()) return from.download(there, at, bytes);
  if (to.receive(there, from, at, bytes)) return;
  aside_.resize(std::max(aside_.size(), bytes));
  from.download(aside_.data(), at, bytes);
  to.upload(there, aside_.data(), bytes);
}

void PlacedProgram::finish() {
  for (Device* device : devices_) device->finish();
}

}  // namespace seqnn
