// Batches of pages, sealed and opened before the call returns, or behind a promise.
#pragma once

#include <node_api.h>

namespace cryptable {

// Kernel, key, input, output, associated data, table of pages; openPages returns the first that failed, or
// -1.
napi_value SealPages(napi_env env, napi_callback_info info);
napi_value OpenPages(napi_env env, napi_callback_info info);

// The same, then a Uint32Array that stops the batch once its first number is not zero, and how many threads
// to use at most. They return a promise. All buffers and the stop must be views of a SharedArrayBuffer, as
// that alone can neither be detached nor shrink while threads work on it; the table may be any. The caller
// sees to that: not every engine can tell here.
napi_value SealPagesAsync(napi_env env, napi_callback_info info);
napi_value OpenPagesAsync(napi_env env, napi_callback_info info);

}  // namespace cryptable
