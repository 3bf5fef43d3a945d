#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/error.h"
#include "runtime/thread_pool.h"

#if defined(__GNUC__)
#define SEQNN_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define SEQNN_ALWAYS_INLINE __forceinline
#endif

namespace seqnn {

enum class DType : int { f32 = 0, f64 = 1, i32 = 2, boolean = 3 };  // boolean: one byte, 0 or 1

size_t bytesOf(DType dtype);
const char* nameOf(DType dtype);

constexpr int kMaxRank = 8;

struct Shape {
  int rank = 0;
  int64_t dim[kMaxRank] = {};

  int64_t size() const;
  // Product of the dimensions in [first, last): size(0, axis) is "outer", size(axis + 1, rank) "inner".
  int64_t size(int first, int last) const;
  bool operator==(const Shape& other) const;
};

// What a kernel knows of one operand when it is created; `present` is false for an omitted optional one.
struct Value {
  bool present = false;
  DType dtype = DType::f32;
  Shape shape;
};

// 0 for an omitted one.
size_t bytesOf(const Value& value);

class Program;
class Device;
class Frame;
class Packs;

// One instruction as the decoder hands it to a kernel's factory. Everything here is checked to be in
// bounds; a factory checks what its own operands must satisfy and calls fail() otherwise.
class Node {
 public:
  virtual const char* op() const = 0;
  virtual int inputs() const = 0;
  virtual int outputs() const = 0;
  virtual const Value& input(int i) const = 0;   // an absent Value past the end
  virtual const Value& output(int i) const = 0;  // likewise
  // The values of a named attribute, or null; *count receives how many.
  virtual const double* attr(const char* name, int* count) const = 0;
  // The text that an attribute value stands for (attributes given as strings hold string numbers).
  virtual const char* text(double value) const = 0;
  // Whether an operand is the same at every step of the loop around the instruction; false outside of one.
  virtual bool fixed(int input) const;
  // Whether an operand is a variable that its program only reads: what is made of it goes to Context::packs.
  virtual bool lasting(int input) const;
  virtual int bodies() const = 0;
  virtual const Program& body(int i) const = 0;

  double number(const char* name, double fallback) const;
  int64_t integer(const char* name, int64_t fallback) const;
  bool flag(const char* name) const { return integer(name, 0) != 0; }
  // The text of a string attribute, or fallback.
  const char* word(const char* name, const char* fallback) const;
  // The first floating dtype among outputs, then inputs.
  DType floating() const;
  // fail() unless the operand is there and has this dtype.
  const Value& need(int input, DType dtype) const;

 protected:
  ~Node() = default;
};

// What a run shares among its kernels.
struct Context {
  ThreadPool& pool;
  Device* device = nullptr;         // that copies between buffers; null: they are the host's
  const char* constants = nullptr;  // of the program, where the device reads them; null: where they were decoded
  Packs* packs = nullptr;           // of the processor; there where an operand may be lasting
};

// The pointers of one run. A kernel reaches its operands through its own numbers (Kernel::in, Kernel::out).
struct Call {
  void* const* table;  // by buffer number; null for an absent operand's slot
  char* workspace;     // Kernel::workspace bytes, 64-byte aligned, not kept between calls
  Context& context;
  bool first = true;  // of a loop's steps: Kernel::kept holds nothing yet
};

// One instruction, decoded: the factory reads attributes and shapes once, run() only computes.
class Kernel {
 public:
  Kernel() = default;
  virtual ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual void run(const Call& call) = 0;

  size_t workspace = 0;          // set by the factory
  const char* form = nullptr;    // likewise: the name of the way it takes, where there are several
  const Frame* inner = nullptr;  // likewise: what it runs, perhaps several times over
  size_t keeps = 0;              // likewise: bytes of its own that last through the steps of a loop
  char* kept = nullptr;          // those, 64-byte aligned, set by the frame
  const int* inputs = nullptr;   // buffer numbers, set by the decoder; -1 for an absent operand
  const int* outputs = nullptr;

 protected:
  // Always inlined: an out-of-line copy compiled for one instruction set could serve another.
  template <class T>
  SEQNN_ALWAYS_INLINE const T* in(const Call& call, int i) const {
    return inputs[i] < 0 ? nullptr : static_cast<const T*>(call.table[inputs[i]]);
  }
  template <class T>
  SEQNN_ALWAYS_INLINE T* out(const Call& call, int i) const {
    return outputs[i] < 0 ? nullptr : static_cast<T*>(call.table[outputs[i]]);
  }
};

using KernelFactory = Kernel* (*)(const Node&);

struct KernelEntry {
  const char* name;
  KernelFactory create;
};

// All kernels of one instruction set.
struct KernelTable {
  const char* isa;
  const KernelEntry* entries;
  int count;
};

constexpr size_t alignUp(size_t bytes, size_t to = 64) { return (bytes + to - 1) / to * to; }

}  // namespace seqnn
