#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "runtime/placed.h"

namespace seqnn {

class Environment;
class NativeBuffer;

// new Program(encoded: Uint8Array, variables: Buffer[])
//   .run(inputs: TypedArray[], outputs: TypedArray[]): fills the outputs before it returns
//   .steps(sources, order: Uint32Array, from, count, milliseconds, results: Buffer[]): Promise<number>
//   .forms(): [op, form, layer, device][] of the kernels that take one of several ways, where it would run now
// steps runs train or predict steps off the main thread, each on the next `batch` rows of `order`, until `count` are
// done, the time is over or the script has something to read, and resolves to how many it did (none, if that was before
// the first). A source is [buffer, base, rowStride, ...strides].
class NativeProgram : public Napi::ObjectWrap<NativeProgram> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativeProgram(const Napi::CallbackInfo& info);

 private:
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value steps(const Napi::CallbackInfo& info);
  Napi::Value forms(const Napi::CallbackInfo& info);
  // An input of a run: rows of a buffer, wherever that lies when the run begins.
  struct Source {
    NativeBuffer* buffer;
    Rows rows;
  };
  Device& ownDevice(Environment& environment) const;
  void place(Environment& environment);
  void prepare(Environment& environment);
  void bring(const InputSpec& spec, const Rows& rows);
  Source source(const Napi::CallbackInfo& info, size_t i, const Napi::Value& given, int64_t& available) const;

  std::shared_ptr<const RootProgram> program_;
  std::unique_ptr<PlacedProgram> placed_;
  std::vector<NativeBuffer*> variables_;
  std::vector<void*> memory_;        // theirs
  std::vector<int> variablePlaces_;  // by variable: the place of the program it lies on
  Napi::ObjectReference keep_;       // the variables' JavaScript objects
  int64_t batch_ = -1;               // rows a step takes; -1: no batched input
};

}  // namespace seqnn
