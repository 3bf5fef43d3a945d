#pragma once

#include <napi.h>

#include "runtime/device.h"

namespace seqnn {

// The memory of a variable or of a run's data, seen from JavaScript as
// new Buffer(dtype: 0..3, elements); .write(offset, typedArray); .read(offset, typedArray); .to(device);
// .release().
class NativeBuffer : public Napi::ObjectWrap<NativeBuffer> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativeBuffer(const Napi::CallbackInfo& info);
  ~NativeBuffer() override;

  // Its memory on that device, to which it moves: buffers lie where they were last used. With the environment's lock
  // held.
  char* on(Device& device);
  // The device that .to() chose, which programs on it must run on, or null.
  Device* chosen() const { return chosen_; }
  DType dtype() const { return dtype_; }
  size_t elements() const { return elements_; }
  static NativeBuffer& from(Napi::Env env, const Napi::Value& value, const char* what);

 private:
  Napi::Value to(const Napi::CallbackInfo& info);
  Napi::Value release(const Napi::CallbackInfo& info);
  void giveBack();
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  char* range(const Napi::CallbackInfo& info, Napi::TypedArray& array);
  size_t bytes() const { return elements_ * bytesOf(dtype_); }

  Device *device_ = nullptr, *chosen_ = nullptr;
  char* data_ = nullptr;
  size_t elements_ = 0;
  DType dtype_ = DType::f32;
};

// The dtype whose elements the typed array holds; throws a TypeError for kinds that have none.
DType dtypeOf(const Napi::TypedArray& array);
char* dataOf(const Napi::TypedArray& array);

}  // namespace seqnn
