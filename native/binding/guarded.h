#pragma once

#include <napi.h>

#include <new>

#include "runtime/error.h"

namespace seqnn {

// A native failure as a JavaScript error, with the JavaScript stack of the call.
template <class F>
auto guarded(Napi::Env env, F body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Napi::Error::New(env, error.what());
  } catch (const std::bad_alloc&) {
    throw Napi::RangeError::New(env, "out of memory");
  }
}

}  // namespace seqnn
