// Rows of sealed pages for JavaScript: see page_rows.h.
#pragma once

#include <node_api.h>

namespace cryptable {

// The rows of the connection that SQLite loaded this addon into last, in this thread.
napi_value TakeRows(napi_env env, napi_callback_info info);

// Rows, places, how many of them, memory to read into, bytes of it for each place, and two numbers a place to
// be set: version, and length of the body; a negative one for no row (-1) and a row of other types (-2). A
// body that is longer than its part of the memory is not there. Returns SQLite's result code.
napi_value ReadRows(napi_env env, napi_callback_info info);

// Lets go of the connection, which can be closed from then on.
napi_value CloseRows(napi_env env, napi_callback_info info);

}  // namespace cryptable
