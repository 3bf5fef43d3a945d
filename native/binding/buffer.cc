#include "binding/buffer.h"

#include <vector>

#include "binding/environment.h"
#include "binding/guarded.h"

namespace seqnn {
namespace {

constexpr double kMaxElements = 1e11;

}  // namespace

DType dtypeOf(const Napi::TypedArray& array) {
  switch (array.TypedArrayType()) {
    case napi_float32_array:
      return DType::f32;
    case napi_float64_array:
      return DType::f64;
    case napi_int32_array:
      return DType::i32;
    case napi_uint8_array:
      return DType::boolean;
    default:
      throw Napi::TypeError::New(array.Env(), "expected a Float32Array, Float64Array, Int32Array or Uint8Array");
  }
}

char* dataOf(const Napi::TypedArray& array) {
  return static_cast<char*>(array.ArrayBuffer().Data()) + array.ByteOffset();
}

Napi::Function NativeBuffer::define(Napi::Env env) {
  return DefineClass(env, "Buffer",
                     {InstanceMethod<&NativeBuffer::read>("read"), InstanceMethod<&NativeBuffer::write>("write"),
                      InstanceMethod<&NativeBuffer::to>("to"), InstanceMethod<&NativeBuffer::release>("release")});
}

NativeBuffer::NativeBuffer(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeBuffer>(info) {
  const double dtype = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : -1;
  const double elements = info[1].IsNumber() ? info[1].As<Napi::Number>().DoubleValue() : -1;
  if (!(dtype >= 0 && dtype <= 3))
    throw Napi::TypeError::New(info.Env(), "Buffer: expected a dtype number from 0 to 3");
  if (!(elements >= 0 && elements <= kMaxElements))
    throw Napi::RangeError::New(info.Env(), "Buffer: expected a count of elements");
  dtype_ = static_cast<DType>(static_cast<int>(dtype));
  elements_ = static_cast<size_t>(elements);
  device_ = &Environment::of(info.Env()).defaultDevice();
  try {
    data_ = static_cast<char*>(device_->allocate(bytes()));
  } catch (const Error& error) {
    throw Napi::RangeError::New(info.Env(), std::string("Buffer: ") + error.what());
  }
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), static_cast<int64_t>(bytes()));
}

NativeBuffer::~NativeBuffer() { giveBack(); }

void NativeBuffer::giveBack() {
  if (!data_) return;
  Napi::MemoryManagement::AdjustExternalMemory(Env(), -static_cast<int64_t>(bytes()));
  device_->release(data_);
  data_ = nullptr;
  elements_ = 0;
}

char* NativeBuffer::on(Device& device) {
  if (!data_) fail("a buffer was used after its release");
  if (&device == device_) return data_;
  std::vector<char> staged(bytes());
  char* fresh = static_cast<char*>(device.allocate(bytes()));
  try {
    device_->download(staged.data(), data_, bytes());
    device.upload(fresh, staged.data(), bytes());
  } catch (...) {
    device.release(fresh);
    throw;
  }
  device_->release(data_);
  data_ = fresh;
  device_ = &device;
  return data_;
}

NativeBuffer& NativeBuffer::from(Napi::Env env, const Napi::Value& value, const char* what) {
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).bufferClass.Value())) {
    throw Napi::TypeError::New(env, std::string(what) + ": expected a native Buffer");
  }
  return *Unwrap(value.As<Napi::Object>());
}

char* NativeBuffer::range(const Napi::CallbackInfo& info, Napi::TypedArray& array) {
  if (!info[0].IsNumber() || !info[1].IsTypedArray())
    throw Napi::TypeError::New(info.Env(), "expected (offset, typed array)");
  array = info[1].As<Napi::TypedArray>();
  const double offset = info[0].As<Napi::Number>().DoubleValue();
  if (dtypeOf(array) != dtype_)
    throw Napi::TypeError::New(info.Env(), std::string("expected the elements of ") + nameOf(dtype_));
  if (!(offset >= 0 && offset + static_cast<double>(array.ElementLength()) <= static_cast<double>(elements_))) {
    throw Napi::RangeError::New(info.Env(), "a range outside the buffer's " + std::to_string(elements_) + " elements");
  }
  return data_ + static_cast<size_t>(offset) * bytesOf(dtype_);
}

Napi::Value NativeBuffer::to(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) throw Napi::TypeError::New(info.Env(), "to: expected the name of a device");
  const std::string name = info[0].As<Napi::String>();
  Environment& environment = Environment::of(info.Env());
  const auto guard = environment.interrupt();
  guarded(info.Env(), [&] {
    Device& device = environment.device(name);
    on(device);
    chosen_ = &device;
  });
  return info.Env().Undefined();
}

Napi::Value NativeBuffer::release(const Napi::CallbackInfo& info) {
  const auto guard = Environment::of(info.Env()).interrupt();
  giveBack();
  return info.Env().Undefined();
}

// The place is looked up with the lock held: a run may be moving the buffer.
Napi::Value NativeBuffer::read(const Napi::CallbackInfo& info) {
  const auto guard = Environment::of(info.Env()).interrupt();
  Napi::TypedArray array;
  const char* from = range(info, array);
  guarded(info.Env(), [&] { device_->download(dataOf(array), from, array.ByteLength()); });
  return info[1];
}

Napi::Value NativeBuffer::write(const Napi::CallbackInfo& info) {
  const auto guard = Environment::of(info.Env()).interrupt();
  Napi::TypedArray array;
  char* to = range(info, array);
  guarded(info.Env(), [&] { device_->upload(to, dataOf(array), array.ByteLength()); });
  return info.Env().Undefined();
}

}  // namespace seqnn
