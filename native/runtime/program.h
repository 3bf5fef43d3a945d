#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/kernel.h"

namespace seqnn {

// Where a buffer lives. `place` is its byte offset in the arena or among the constants, or the number of
// the variable or parameter (a parameter's pointer is set by the owner of the frame: scan's operands). What lies aside
// is in host memory that its device's copies reach, and no other instruction.
enum class Home : int { arena = 0, variable = 1, constant = 2, parameter = 3, aside = 4 };

struct Buffer {
  Home home;
  int device;  // number among the program's; of a constant 0, since every device has them
  Value value;
  size_t place;
};

// A run's input as the caller gives it (logical, row-major) and how it is laid out in its buffer:
// dimension i of the buffer is dimension perm[i] of the logical shape. With several shards the batch is divided among
// them, and the buffer has one block of this kind after the other.
struct InputSpec {
  int buffer;
  bool batched;  // the first logical dimension is the batch
  int shards;
  Shape logical;
  int perm[kMaxRank];
};

struct Attribute {
  int name;
  std::vector<double> values;
};

struct Instruction {
  int device;
  int op;
  std::vector<int> inputs;  // buffer numbers, -1 where an optional operand is absent
  std::vector<int> outputs;
  std::vector<Attribute> attributes;
  std::vector<int> bodies;  // numbers of sub-programs
};

// One of the devices of a program, the arena there, and the host memory beside it. The first has no name: it is the
// program's own.
struct Place {
  int name;
  size_t arenaBytes;
  size_t asideBytes;
};

// How matrix products take float32 operands: as they are, or rounded to fewer bits for a GPU's faster units. Sums are
// float32 in any case.
enum class Precision : int { float32 = 0, tf32 = 1, bf16 = 2 };

// A decoded program: data only, immutable, shared by all frames that run it.
class Program {
 public:
  std::vector<Buffer> buffers;
  std::vector<InputSpec> inputs;
  std::vector<int> outputs;
  std::vector<Instruction> instructions;
  std::vector<std::unique_ptr<Program>> bodies;
  std::vector<Place> places;  // a body has one
  size_t variables = 0;       // how many the buffers refer to
  size_t parameters = 0;
  Precision precision = Precision::float32;  // of a body as of its root

  const std::vector<std::string>* strings = nullptr;  // owned by the root
  const char* constants = nullptr;                    // likewise
};

// By variable: whether a run changes it.
std::vector<bool> writtenVariables(const Program& program);

// Copies from one device to another, which no kernel does.
constexpr char kTransfer[] = "transfer";
bool isTransfer(const Program& program, const Instruction& it);
// The kernel that may read and write what lies aside.
constexpr char kCopy[] = "copy";

struct RootProgram : Program {
  std::vector<std::string> ownStrings;
  std::vector<char> ownConstants;
};

// Decodes lib/program/encode.ts's format. Every number is checked: malformed bytes fail(), never crash.
std::shared_ptr<const RootProgram> decode(const uint8_t* bytes, size_t size);

}  // namespace seqnn
