#include "binding/program.h"

#include <chrono>

#include "binding/buffer.h"
#include "binding/environment.h"
#include "binding/guarded.h"
#include "runtime/bytes.h"
#include "runtime/machine.h"

namespace seqnn {
namespace {

// What a run has for itself when others wait in the queue.
constexpr std::chrono::milliseconds kShare{10};

int64_t integerOf(const Napi::Value& value, const char* what) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= 9e15))
    throw Napi::TypeError::New(value.Env(), std::string("expected a count for ") + what);
  return static_cast<int64_t>(number);
}

void rowMajor(const Shape& shape, int first, int64_t* strides) {
  int64_t stride = 1;
  for (int i = shape.rank - 1; i >= first; --i) {
    strides[i - first] = stride;
    stride *= shape.dim[i];
  }
}

}  // namespace

Napi::Function NativeProgram::define(Napi::Env env) {
  return DefineClass(env, "Program",
                     {InstanceMethod<&NativeProgram::run>("run"), InstanceMethod<&NativeProgram::steps>("steps"),
                      InstanceMethod<&NativeProgram::forms>("forms")});
}

NativeProgram::NativeProgram(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeProgram>(info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsTypedArray() || !info[1].IsArray())
    throw Napi::TypeError::New(env, "Program: expected (Uint8Array, Buffer[])");
  const auto bytes = info[0].As<Napi::TypedArray>();
  const auto variables = info[1].As<Napi::Array>();
  guarded(env, [&] {
    program_ = decode(reinterpret_cast<const uint8_t*>(dataOf(bytes)), bytes.ByteLength());
    if (program_->variables > variables.Length())
      fail("program: it refers to %zu variables, %u given", program_->variables, variables.Length());
    if (program_->parameters != 0) fail("program: a parameter outside a scan");
    for (uint32_t i = 0; i < variables.Length(); ++i)
      variables_.push_back(&NativeBuffer::from(env, variables[i], "Program"));
    variablePlaces_.resize(variables_.size());
    for (const Buffer& b : program_->buffers) {
      if (b.home != Home::variable) continue;
      variablePlaces_[b.place] = b.device;
      const NativeBuffer& given = NativeBuffer::from(env, variables[static_cast<uint32_t>(b.place)], "Program");
      if (given.dtype() != b.value.dtype || given.elements() != static_cast<size_t>(b.value.shape.size())) {
        fail("program: variable %zu has %zu elements of %s, expected %lld of %s", b.place, given.elements(),
             nameOf(given.dtype()), static_cast<long long>(b.value.shape.size()), nameOf(b.value.dtype));
      }
    }
    for (const InputSpec& input : program_->inputs) {
      if (!input.batched) continue;
      if (batch_ >= 0 && batch_ != input.logical.dim[0])
        fail("program: inputs with batches of %lld and %lld", static_cast<long long>(batch_),
             static_cast<long long>(input.logical.dim[0]));
      batch_ = input.logical.dim[0];
    }
    place(Environment::of(env));
  });
  keep_ = Napi::Persistent(variables.As<Napi::Object>());
}

// The one that its variables were put on, without those of layers that have a device of their own; else the default.
Device& NativeProgram::ownDevice(Environment& environment) const {
  Device* found = nullptr;
  for (size_t i = 0; i < variables_.size(); ++i) {
    Device* chosen = variablePlaces_[i] == 0 ? variables_[i]->chosen() : nullptr;
    if (found && chosen && found != chosen)
      fail("program: its variables were put on %s and on %s", found->name(), chosen->name());
    if (chosen) found = chosen;
  }
  return found ? *found : environment.defaultDevice();
}

// On the devices that it is to run on now, which change when a model is put on another one.
void NativeProgram::place(Environment& environment) {
  Device& own = ownDevice(environment);
  if (placed_ && &placed_->own() == &own) return;
  std::vector<Device*> devices = {&own};
  for (size_t p = 1; p < program_->places.size(); ++p)
    devices.push_back(&environment.device(program_->ownStrings[static_cast<size_t>(program_->places[p].name)]));
  placed_ = std::make_unique<PlacedProgram>(*program_, std::move(devices));
}

// With the environment's lock held: the shared arena and the variables may have moved since the last run.
void NativeProgram::prepare(Environment& environment) {
  place(environment);
  memory_.resize(variables_.size());
  for (size_t i = 0; i < variables_.size(); ++i) memory_[i] = variables_[i]->on(placed_->device(variablePlaces_[i]));
  placed_->bind(memory_.data());
}

Napi::Value NativeProgram::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArray() || !info[1].IsArray()) throw Napi::TypeError::New(env, "run: expected (inputs, outputs)");
  const auto inputs = info[0].As<Napi::Array>(), outputs = info[1].As<Napi::Array>();
  const size_t nIn = program_->inputs.size(), nOut = program_->outputs.size();
  if (inputs.Length() != nIn || outputs.Length() != nOut)
    throw Napi::RangeError::New(env, "run: a wrong number of inputs or outputs");
  // One typed array against one buffer of the program: returns its memory.
  const auto checked = [&](const Napi::Value& value, int buffer, const char* what) {
    const seqnn::Value& expected = program_->buffers[static_cast<size_t>(buffer)].value;
    if (!value.IsTypedArray()) throw Napi::TypeError::New(env, std::string("run: ") + what + " is not a typed array");
    const auto array = value.As<Napi::TypedArray>();
    if (dtypeOf(array) != expected.dtype || array.ElementLength() != static_cast<size_t>(expected.shape.size())) {
      throw Napi::RangeError::New(env, std::string("run: ") + what + " does not have the program's dtype and size");
    }
    return dataOf(array);
  };
  Environment& environment = Environment::of(env);
  const FlushDenormals flush;
  const auto guard = environment.interrupt();
  return guarded(env, [&] {
    prepare(environment);
    for (size_t i = 0; i < nIn; ++i) {
      const InputSpec& spec = program_->inputs[i];
      Rows rows;
      rows.data = checked(inputs[static_cast<uint32_t>(i)], spec.buffer, "an input");
      rowMajor(spec.logical, spec.batched ? 1 : 0, rows.strides);
      rows.rowStride = spec.batched ? spec.logical.size(1, spec.logical.rank) : 0;
      bring(spec, rows);
    }
    placed_->run();
    for (size_t i = 0; i < nOut; ++i) {
      const int buffer = program_->outputs[i];
      char* to = checked(outputs[static_cast<uint32_t>(i)], buffer, "an output");
      const seqnn::Value& value = program_->buffers[static_cast<size_t>(buffer)].value;
      placed_->own().download(to, placed_->data(buffer), bytesOf(value));
    }
    placed_->finish();
    return env.Undefined();
  });
}

Napi::Value NativeProgram::forms(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  const auto guard = environment.interrupt();
  return guarded(env, [&] {
    place(environment);
    auto rows = Napi::Array::New(env);
    for (const Form& form : placed_->forms()) {
      auto row = Napi::Array::New(env);
      for (const char* text : {form.op, form.name, form.layer, form.device})
        row[row.Length()] = Napi::String::New(env, text);
      rows[rows.Length()] = row;
    }
    return rows;
  });
}

// One run's input from a script's array into its buffer. Only the host gathers from the host's memory: for another
// device it does so aside, and the result is copied.
void NativeProgram::bring(const InputSpec& spec, const Rows& rows) {
  const seqnn::Value& value = program_->buffers[static_cast<size_t>(spec.buffer)].value;
  char* to = placed_->data(spec.buffer);
  Device& device = placed_->own();
  if (device.readsHost()) return device.gather(spec, value.dtype, rows, nullptr, to);
  std::vector<char> aside(bytesOf(value));
  for (int s = 0; s < spec.shards; ++s) gather(spec, s, value.dtype, rows, nullptr, aside.data());
  device.upload(to, aside.data(), aside.size());
}

// Checks that every row the source can be asked for lies inside its buffer; `available` gets their number.
NativeProgram::Source NativeProgram::source(const Napi::CallbackInfo& info, size_t i, const Napi::Value& given,
                                            int64_t& available) const {
  const Napi::Env env = info.Env();
  const InputSpec& spec = program_->inputs[i];
  if (!given.IsArray()) throw Napi::TypeError::New(env, "steps: a source is not an array");
  const auto list = given.As<Napi::Array>();
  NativeBuffer& buffer = NativeBuffer::from(env, list[0u], "steps");
  const int first = spec.batched ? 1 : 0;
  if (list.Length() != static_cast<uint32_t>(3 + spec.logical.rank - first))
    throw Napi::RangeError::New(env, "steps: a source needs [buffer, base, rowStride, ...strides]");
  if (buffer.dtype() != program_->buffers[static_cast<size_t>(spec.buffer)].value.dtype)
    throw Napi::TypeError::New(env, "steps: a source has another dtype than its input");
  Rows rows;  // without the data, which may move until the run begins
  rows.base = integerOf(list[1u], "base");
  rows.rowStride = integerOf(list[2u], "rowStride");
  double last = static_cast<double>(rows.base);
  for (int d = first; d < spec.logical.rank; ++d) {
    rows.strides[d - first] = integerOf(list[static_cast<uint32_t>(3 + d - first)], "stride");
    last += static_cast<double>(spec.logical.dim[d] - 1) * static_cast<double>(rows.strides[d - first]);
  }
  const double spare = static_cast<double>(buffer.elements()) - 1 - last;
  available = spec.logical.size() == 0 ? INT64_MAX
              : spare < 0              ? 0
              : rows.rowStride == 0    ? INT64_MAX
                                       : static_cast<int64_t>(spare / static_cast<double>(rows.rowStride)) + 1;
  return {&buffer, rows};
}

Napi::Value NativeProgram::steps(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArray() || !info[1].IsTypedArray() || !info[5].IsArray())
    throw Napi::TypeError::New(env, "steps: expected (sources, order, from, count, milliseconds, results)");
  const auto sources = info[0].As<Napi::Array>();
  const auto order = info[1].As<Napi::TypedArray>();
  const auto results = info[5].As<Napi::Array>();
  const int64_t first = integerOf(info[2], "from"), count = integerOf(info[3], "count");
  const double milliseconds = info[4].IsNumber() ? info[4].As<Napi::Number>().DoubleValue() : 0;
  if (order.TypedArrayType() != napi_uint32_array)
    throw Napi::TypeError::New(env, "steps: the order is not a Uint32Array");
  if (sources.Length() != program_->inputs.size()) throw Napi::RangeError::New(env, "steps: a wrong number of sources");

  const int64_t batch = batch_ < 0 ? 0 : batch_;
  const int64_t length = static_cast<int64_t>(order.ElementLength());
  if (batch > 0 && (count > (length - first) / batch || first > length))
    throw Napi::RangeError::New(env, "steps: the order has fewer rows than the steps take");
  std::vector<uint32_t> indices(static_cast<size_t>(batch * count));
  copyBytes(indices.data(), dataOf(order) + first * 4, indices.size() * 4);
  uint32_t highest = 0;
  for (const uint32_t index : indices) highest = std::max(highest, index);

  std::vector<Source> from;
  for (size_t i = 0; i < program_->inputs.size(); ++i) {
    int64_t available = 0;
    from.push_back(source(info, i, sources[static_cast<uint32_t>(i)], available));
    const int64_t wanted = !program_->inputs[i].batched ? 1 : indices.empty() ? 0 : static_cast<int64_t>(highest) + 1;
    if (wanted > available)
      throw Napi::RangeError::New(
          env, "steps: row " + std::to_string(wanted - 1) + " of an input that has " + std::to_string(available));
  }
  // Output k of step s goes to results[k], after those of the steps before it.
  std::vector<NativeBuffer*> targets;
  if (results.Length() != 0 && results.Length() != program_->outputs.size())
    throw Napi::RangeError::New(env, "steps: a wrong number of results");
  for (uint32_t k = 0; k < results.Length(); ++k) {
    NativeBuffer& buffer = NativeBuffer::from(env, results[k], "steps");
    const seqnn::Value& value = program_->buffers[static_cast<size_t>(program_->outputs[k])].value;
    if (buffer.dtype() != value.dtype || static_cast<int64_t>(buffer.elements()) < value.shape.size() * count)
      throw Napi::RangeError::New(env, "steps: a result buffer is too small");
    targets.push_back(&buffer);
  }

  Environment& environment = Environment::of(env);
  struct Progress {
    int64_t done = 0;
    Napi::Reference<Napi::Array> alive;  // sources and results, and this program, live until the run is over
  };
  auto progress = std::make_shared<Progress>();
  auto alive = Napi::Array::New(env);
  alive[0u] = info.This();
  alive[1u] = sources;
  alive[2u] = results;
  progress->alive = Napi::Persistent(alive);
  auto work = [this, &environment, progress = progress.get(), indices = std::move(indices), from = std::move(from),
               targets = std::move(targets), batch, count, milliseconds] {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto limit = start + std::chrono::duration<double, std::milli>(milliseconds);
    const std::lock_guard<std::mutex> guard(environment.lock());
    prepare(environment);
    Device& device = placed_->own();
    const uint32_t* const order = device.stage(indices.data(), indices.size());
    std::vector<Rows> rows;
    for (const Source& source : from) {
      rows.push_back(source.rows);
      rows.back().data = source.buffer->on(device);
    }
    std::vector<char*> to;
    for (NativeBuffer* target : targets) to.push_back(target->on(device));
    // A device that works on its own is waited for after 1, 2, 4, ... steps: seldom, and never for much longer than
    // asked.
    int64_t wait = 1;
    while (progress->done < count && !environment.stopping() && !environment.interrupted()) {
      const int64_t step = progress->done;
      for (size_t i = 0; i < rows.size(); ++i) {
        const InputSpec& spec = program_->inputs[i];
        device.gather(spec, program_->buffers[static_cast<size_t>(spec.buffer)].value.dtype, rows[i],
                      order + step * batch, placed_->data(spec.buffer));
      }
      placed_->run();
      for (size_t k = 0; k < to.size(); ++k) {
        const seqnn::Value& value = program_->buffers[static_cast<size_t>(program_->outputs[k])].value;
        const size_t bytes = bytesOf(value);
        device.copy(to[k] + static_cast<size_t>(step) * bytes, placed_->data(program_->outputs[k]), bytes);
      }
      if (++progress->done == wait) {
        placed_->finish();
        wait *= 2;
      }
      const auto now = Clock::now();
      if (now > limit || (now > start + kShare && environment.queued())) break;
    }
    placed_->finish();
  };
  return environment.submit(env, std::move(work), [progress](Napi::Env e) -> Napi::Value {
    progress->alive.Reset();
    return Napi::Number::New(e, static_cast<double>(progress->done));
  });
}

}  // namespace seqnn
