#include "runtime/kernel.h"

namespace seqnn {

size_t bytesOf(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::f64:
      return 8;
    case DType::boolean:
      return 1;
  }
  return 0;
}

size_t bytesOf(const Value& value) {
  return value.present ? static_cast<size_t>(value.shape.size()) * bytesOf(value.dtype) : 0;
}

const char* nameOf(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "float32";
    case DType::f64:
      return "float64";
    case DType::i32:
      return "int32";
    case DType::boolean:
      return "bool";
  }
  return "?";
}

int64_t Shape::size() const { return size(0, rank); }

int64_t Shape::size(int first, int last) const {
  int64_t n = 1;
  for (int i = first; i < last; ++i) n *= dim[i];
  return n;
}

bool Shape::operator==(const Shape& other) const {
  if (rank != other.rank) return false;
  for (int i = 0; i < rank; ++i) {
    if (dim[i] != other.dim[i]) return false;
  }
  return true;
}

double Node::number(const char* name, double fallback) const {
  int count = 0;
  const double* values = attr(name, &count);
  return values && count > 0 ? values[0] : fallback;
}

int64_t Node::integer(const char* name, int64_t fallback) const {
  return static_cast<int64_t>(number(name, static_cast<double>(fallback)));
}

const char* Node::word(const char* name, const char* fallback) const {
  int count = 0;
  const double* values = attr(name, &count);
  return values && count > 0 ? text(values[0]) : fallback;
}

DType Node::floating() const {
  for (int i = 0; i < outputs(); ++i) {
    if (output(i).present && (output(i).dtype == DType::f32 || output(i).dtype == DType::f64)) return output(i).dtype;
  }
  for (int i = 0; i < inputs(); ++i) {
    if (input(i).present && (input(i).dtype == DType::f32 || input(i).dtype == DType::f64)) return input(i).dtype;
  }
  return DType::f32;
}

const Value& Node::need(int i, DType dtype) const {
  const Value& value = input(i);
  if (!value.present) fail("%s: operand %d is missing", op(), i);
  if (value.dtype != dtype) fail("%s: operand %d is %s, expected %s", op(), i, nameOf(value.dtype), nameOf(dtype));
  return value;
}

bool Node::fixed(int) const { return false; }
bool Node::lasting(int) const { return false; }

Kernel::~Kernel() = default;

}  // namespace seqnn
