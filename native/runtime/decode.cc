#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/program.h"

namespace seqnn {
namespace {

constexpr uint32_t kMagic = 0x314e5153;  // "SQN1"
constexpr double kMaxElements = 1e12;

// Reads the stream of doubles that a program is, refusing anything out of range.
class Reader {
 public:
  Reader(const double* values, size_t count) : values_(values), count_(count) {}

  double number() {
    if (at_ >= count_) fail("program: the stream ends early, at %zu", at_);
    return values_[at_++];
  }

  int64_t integer(double low, double high, const char* what) {
    const double value = number();
    if (!(value >= low && value <= high) || value != std::floor(value)) {
      fail("program: %s is %g, expected an integer from %g to %g", what, value, low, high);
    }
    return static_cast<int64_t>(value);
  }

  size_t left() const { return count_ - at_; }
  // A count of things that take at least one number each.
  size_t count(const char* what) { return static_cast<size_t>(integer(0, static_cast<double>(left()), what)); }

  Shape shape() {
    Shape shape;
    shape.rank = static_cast<int>(integer(0, kMaxRank, "rank"));
    double size = 1;
    for (int i = 0; i < shape.rank; ++i) {
      shape.dim[i] = integer(0, kMaxElements, "dimension");
      size *= static_cast<double>(shape.dim[i]);
      if (size > kMaxElements) fail("program: a buffer of more than %g elements", kMaxElements);
    }
    return shape;
  }

 private:
  const double* values_;
  size_t count_;
  size_t at_ = 0;
};

class ProgramReader {
 public:
  ProgramReader(Reader& reader, const RootProgram& root)
      : in_(reader), root_(root), precision_(static_cast<Precision>(reader.integer(0, 2, "precision"))) {}

  void read(Program& program, int depth) {
    if (depth > 16) fail("program: scans nested deeper than 16");
    program.strings = &root_.ownStrings;
    program.constants = root_.ownConstants.data();
    program.precision = precision_;
    for (size_t n = in_.count("device count"); n > 0; --n) {
      const int name = string();
      const int64_t arena = in_.integer(0, kMaxElements, "arena size");
      const int64_t aside = in_.integer(0, kMaxElements, "size of what lies aside");
      program.places.push_back({name, static_cast<size_t>(arena), static_cast<size_t>(aside)});
    }
    if (program.places.empty() || (depth > 0 && program.places.size() > 1))
      fail("program: %zu devices", program.places.size());
    if (depth > 0 && program.places[0].asideBytes > 0) fail("program: a body with memory aside");
    for (size_t n = in_.count("buffer count"); n > 0; --n) program.buffers.push_back(buffer(program));
    for (size_t n = in_.count("input count"); n > 0; --n) program.inputs.push_back(input(program));
    for (size_t n = in_.count("output count"); n > 0; --n) program.outputs.push_back(bufferNumber(program, 0));
    for (size_t n = in_.count("body count"); n > 0; --n) {
      program.bodies.emplace_back(new Program);
      read(*program.bodies.back(), depth + 1);
    }
    for (size_t n = in_.count("instruction count"); n > 0; --n) program.instructions.push_back(instruction(program));
  }

 private:
  Buffer buffer(Program& program) {
    Buffer b{};
    b.home = static_cast<Home>(in_.integer(0, 4, "buffer home"));
    b.device = device(program);
    b.value.present = true;
    b.value.dtype = static_cast<DType>(in_.integer(0, 3, "dtype"));
    b.value.shape = in_.shape();
    b.place = static_cast<size_t>(in_.integer(0, kMaxElements, "buffer place"));
    const size_t bytes = bytesOf(b.value);
    if (b.home == Home::arena && b.place + bytes > program.places[static_cast<size_t>(b.device)].arenaBytes)
      fail("program: a buffer ends outside the arena");
    if (b.home == Home::aside && b.place + bytes > program.places[static_cast<size_t>(b.device)].asideBytes)
      fail("program: a buffer ends outside the memory aside");
    if (b.home == Home::constant && b.place + bytes > root_.ownConstants.size())
      fail("program: a constant ends outside its section");
    if (b.home != Home::parameter && b.home != Home::variable && b.place % 8 != 0) fail("program: a misaligned buffer");
    if (b.home == Home::variable) checkVariable(program, b);
    if (b.home == Home::variable) program.variables = std::max(program.variables, b.place + 1);
    if (b.home == Home::parameter) program.parameters = std::max(program.parameters, b.place + 1);
    return b;
  }

  int device(const Program& program) {
    return static_cast<int>(in_.integer(0, static_cast<double>(program.places.size()) - 1, "device number"));
  }

  // A variable lies on one device.
  static void checkVariable(const Program& program, const Buffer& b) {
    for (const Buffer& other : program.buffers) {
      if (other.home == Home::variable && other.place == b.place && other.device != b.device)
        fail("program: variable %zu on two devices", b.place);
    }
  }

  // fail() unless an instruction reads and writes where it runs; only a transfer reads elsewhere, and only a copy
  // aside.
  void checkReach(const Program& program, const Instruction& it) const {
    const bool transfer = isTransfer(program, it), copies = (*program.strings)[static_cast<size_t>(it.op)] == kCopy;
    if (transfer && (it.inputs.size() != 1 || it.outputs.size() != 1 || it.inputs[0] < 0 || it.outputs[0] < 0 ||
                     bytesOf(program.buffers[static_cast<size_t>(it.inputs[0])].value) !=
                         bytesOf(program.buffers[static_cast<size_t>(it.outputs[0])].value)))
      fail("program: a transfer is from one buffer to another of its size");
    const auto check = [&](const std::vector<int>& list) {
      for (const int i : list) {
        if (i < 0) continue;
        const Buffer& b = program.buffers[static_cast<size_t>(i)];
        if (b.home == Home::aside && !copies) fail("program: an operand in the memory aside");
        const bool anywhere = b.home == Home::constant || (transfer && &list == &it.inputs);
        if (!anywhere && b.device != it.device) fail("program: an operand on another device");
      }
    };
    check(it.inputs);
    check(it.outputs);
  }

  InputSpec input(const Program& program) {
    InputSpec spec{};
    spec.buffer = bufferNumber(program, 0);
    spec.batched = in_.integer(0, 1, "batched") != 0;
    spec.shards = static_cast<int>(in_.integer(1, 1024, "shards"));
    spec.logical = in_.shape();
    if (spec.batched && spec.logical.rank == 0) fail("program: a batched scalar");
    if (spec.shards > 1 && (!spec.batched || spec.logical.dim[0] % spec.shards != 0))
      fail("program: an input that %d shards do not divide", spec.shards);
    Shape block = spec.logical;
    if (spec.shards > 1) block.dim[0] /= spec.shards;
    const Shape& shape = program.buffers[static_cast<size_t>(spec.buffer)].value.shape;
    const int lead = spec.shards > 1 ? 1 : 0;
    if (shape.rank != lead + block.rank || (lead > 0 && shape.dim[0] != spec.shards))
      fail("program: an input's rank differs from its buffer's");
    bool seen[kMaxRank] = {};
    for (int i = 0; i < block.rank; ++i) {
      spec.perm[i] = static_cast<int>(in_.integer(0, block.rank - 1, "permutation"));
      if (seen[spec.perm[i]] || shape.dim[lead + i] != block.dim[spec.perm[i]])
        fail("program: an input's permutation is not one");
      seen[spec.perm[i]] = true;
    }
    return spec;
  }

  int bufferNumber(const Program& program, int lowest) {
    return static_cast<int>(in_.integer(lowest, static_cast<double>(program.buffers.size()) - 1, "buffer number"));
  }

  int string() {
    return static_cast<int>(in_.integer(0, static_cast<double>(root_.ownStrings.size()) - 1, "string number"));
  }

  Instruction instruction(const Program& program) {
    Instruction it;
    it.device = device(program);
    it.op = string();
    for (size_t n = in_.count("operand count"); n > 0; --n) it.inputs.push_back(bufferNumber(program, -1));
    for (size_t n = in_.count("result count"); n > 0; --n) it.outputs.push_back(bufferNumber(program, -1));
    for (size_t n = in_.count("attribute count"); n > 0; --n) {
      Attribute attribute{string(), {}};
      for (size_t k = in_.count("attribute length"); k > 0; --k) attribute.values.push_back(in_.number());
      it.attributes.push_back(std::move(attribute));
    }
    for (size_t n = in_.count("body list"); n > 0; --n) {
      it.bodies.push_back(
          static_cast<int>(in_.integer(0, static_cast<double>(program.bodies.size()) - 1, "body number")));
    }
    checkReach(program, it);
    return it;
  }

  Reader& in_;
  const RootProgram& root_;
  const Precision precision_;
};

// The number of an own buffer, that a run's inputs and results lie in.
void checkOwn(const Program& program, int buffer) {
  const Buffer& b = program.buffers[static_cast<size_t>(buffer)];
  if (b.device != 0 || b.home == Home::aside) fail("program: an input or a result on another device or aside");
}

uint32_t word(const uint8_t* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, 4);
  return value;
}

}  // namespace

std::vector<bool> writtenVariables(const Program& program) {
  std::vector<bool> written(program.variables);
  const auto writes = [&](int buffer) {
    if (buffer < 0) return;
    const Buffer& b = program.buffers[static_cast<size_t>(buffer)];
    if (b.home == Home::variable) written[b.place] = true;
  };
  for (const InputSpec& input : program.inputs) writes(input.buffer);
  for (const Instruction& it : program.instructions) {
    for (const int output : it.outputs) writes(output);
  }
  return written;
}

bool isTransfer(const Program& program, const Instruction& it) {
  return (*program.strings)[static_cast<size_t>(it.op)] == kTransfer;
}

// Layout: magic, string count, double count, constant bytes (u32 each); strings as u32 length + bytes, the
// whole padded to 8; the doubles; the constants.
std::shared_ptr<const RootProgram> decode(const uint8_t* bytes, size_t size) {
  if (size < 16 || word(bytes) != kMagic) fail("program: not an encoded program");
  auto root = std::make_shared<RootProgram>();
  const size_t strings = word(bytes + 4), doubles = word(bytes + 8), constants = word(bytes + 12);
  size_t at = 16;
  for (size_t i = 0; i < strings; ++i) {
    if (at + 4 > size) fail("program: truncated in its strings");
    const size_t length = word(bytes + at);
    at += 4;
    if (length > size - at) fail("program: truncated in its strings");
    root->ownStrings.emplace_back(reinterpret_cast<const char*>(bytes + at), length);
    at += length;
  }
  at = alignUp(at, 8);
  if (at > size || doubles > (size - at) / 8 || constants != size - at - doubles * 8)
    fail("program: its sections do not fill its size");
  std::vector<double> stream(doubles);
  std::memcpy(stream.data(), bytes + at, doubles * 8);
  root->ownConstants.assign(bytes + at + doubles * 8, bytes + size);
  Reader reader(stream.data(), doubles);
  ProgramReader(reader, *root).read(*root, 0);
  if (reader.left() != 0) fail("program: %zu numbers too many", reader.left());
  for (const InputSpec& input : root->inputs) checkOwn(*root, input.buffer);
  for (const int output : root->outputs) checkOwn(*root, output);
  return root;
}

}  // namespace seqnn
