#include <napi.h>

#include "binding/buffer.h"
#include "binding/environment.h"
#include "binding/guarded.h"
#include "binding/program.h"
#include "cpu/isa.h"
#include "runtime/body_kernels.h"
#include "runtime/machine.h"
#if defined(SEQNN_CUDA)
#include "cuda/device.h"
#endif

namespace seqnn {
namespace {

Napi::Value opNames(const Napi::CallbackInfo& info) {
  const KernelTable& table = Environment::of(info.Env()).defaultDevice().kernels();
  auto names = Napi::Array::New(info.Env());
  for (int i = 0; i < table.count; ++i)
    names[static_cast<uint32_t>(i)] = Napi::String::New(info.Env(), table.entries[i].name);
  uint32_t at = static_cast<uint32_t>(table.count);
  for (const BodyKernel& entry : bodyKernels()) names[at++] = Napi::String::New(info.Env(), entry.name);
  names[at] = Napi::String::New(info.Env(), kTransfer);
  return names;
}

Napi::Value setThreads(const Napi::CallbackInfo& info) {
  try {
    Environment::of(info.Env()).setThreads(info[0].ToNumber().DoubleValue());
  } catch (const Error& error) {
    throw Napi::RangeError::New(info.Env(), error.what());
  }
  return info.Env().Undefined();
}

// What was built and what was found, for `seqnn doctor`.
Napi::Value about(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto result = Napi::Object::New(env);
  result["isa"] = Napi::String::New(env, Environment::of(env).host().kernels().isa);
  auto isas = Napi::Array::New(env);
  uint32_t n = 0;
  for (const char* const* name = usableIsas(); *name; ++name) isas[n++] = Napi::String::New(env, *name);
  result["isas"] = isas;
  result["threads"] = Napi::Number::New(env, Environment::of(env).host().threads());
  result["cores"] = Napi::Number::New(env, usableCores());
  result["device"] = Napi::String::New(env, Environment::of(env).defaultDevice().name());
  auto gpu = Napi::Object::New(env);
#if defined(SEQNN_CUDA)
  std::string description;
  const int gpus = guarded(env, [&] { return cuda::countGpus(&description); });
  gpu["count"] = Napi::Number::New(env, gpus);
  gpu["description"] = Napi::String::New(env, description);
#else
  gpu["count"] = Napi::Number::New(env, 0);
  gpu["description"] =
      Napi::String::New(env, "not built in (CUDA=on at build time adds it); everything runs on the CPU");
#endif
  result["gpu"] = gpu;
#if defined(__VERSION__)
  result["compiler"] = Napi::String::New(env, __VERSION__);
#else
  result["compiler"] = Napi::String::New(env, "unknown");
#endif
  return result;
}

// For `seqnn doctor` too, by name; not in about(), since opening them takes long.
Napi::Value gpuLibraries(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto result = Napi::Object::New(env);
#if defined(SEQNN_CUDA)
  std::string reason;
  const bool looks = guarded(env, [&] { return cuda::countGpus(&reason) > 0; });
  if (!looks) return result;
  for (const cuda::FoundLibrary& library : guarded(env, cuda::findLibraries)) {
    auto entry = Napi::Object::New(env);
    entry["found"] = Napi::Boolean::New(env, library.found);
    entry["reason"] = Napi::String::New(env, library.description);
    result[library.name] = entry;
  }
#endif
  return result;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  try {
    auto* environment = new Environment(env);
    env.SetInstanceData(environment);
    const Napi::Function buffer = NativeBuffer::define(env);
    environment->bufferClass = Napi::Persistent(buffer);
    exports["Buffer"] = buffer;
  } catch (const Error& error) {
    throw Napi::Error::New(env, error.what());
  }
  exports["Program"] = NativeProgram::define(env);
  exports["opNames"] = Napi::Function::New(env, opNames, "opNames");
  exports["setThreads"] = Napi::Function::New(env, setThreads, "setThreads");
  exports["gpuLibraries"] = Napi::Function::New(env, gpuLibraries, "gpuLibraries");
  exports["about"] = Napi::Function::New(env, about, "about");
  return exports;
}

}  // namespace
}  // namespace seqnn

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return seqnn::init(env, exports); }
NODE_API_MODULE(seqnn, Init)
