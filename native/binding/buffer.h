#pragma once

#include <napi.h>

#include "runtime/kernel.h"

namespace seqnn {

// The memory of a variable or of a run's data, seen from JavaScript as
// new Buffer(dtype: 0..3, elements); .write(offset, typedArray); .read(offset, typedArray); .elements.
class NativeBuffer : public Napi::ObjectWrap<NativeBuffer> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativeBuffer(const Napi::CallbackInfo& info);
  ~NativeBuffer() override;

  void* data() const { return data_; }
  DType dtype() const { return dtype_; }
  size_t elements() const { return elements_; }
  static NativeBuffer& from(Napi::Env env, const Napi::Value& value, const char* what);

 private:
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  char* range(const Napi::CallbackInfo& info, Napi::TypedArray& array);

  void* memory_ = nullptr;
  void* data_ = nullptr;  // the first aligned place in it
  size_t elements_ = 0;
  DType dtype_ = DType::f32;
};

// The dtype whose elements the typed array holds; throws a TypeError for kinds that have none.
DType dtypeOf(const Napi::TypedArray& array);
char* dataOf(const Napi::TypedArray& array);

}  // namespace seqnn
