#include "bind_rows.h"

#include <cmath>
#include <memory>

#include "bind_call.h"
#include "page_rows.h"

namespace cryptable {

namespace {

constexpr napi_type_tag kRowsTag{0x1f6c3d92b7e04a58, 0x8c25e9704bd1a63f};

// What an object of JavaScript holds.
struct OpenRows : OnHeap {
  std::unique_ptr<PageRows> rows;
};

bool RowsOf(napi_env env, napi_value value, OpenRows** rows) {
  bool is_rows = false;
  void* wrapped = nullptr;
  if (napi_check_object_type_tag(env, value, &kRowsTag, &is_rows) == napi_ok && is_rows &&
      napi_unwrap(env, value, &wrapped) == napi_ok) {
    *rows = static_cast<OpenRows*>(wrapped);
    return true;
  }
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "Rows were expected.");
  return false;
}

// SQLite's integers that are no numbers of ours find nothing.
bool IsPlace(double number) { return number >= 0 && number < 0x1p53 && number == std::floor(number); }

}  // namespace

napi_value TakeRows(napi_env env, napi_callback_info) {
  std::unique_ptr<PageRows> rows(PageRows::Take());
  if (rows == nullptr) {
    napi_throw_error(env, "ERR_NO_ROWS", "No connection has loaded the addon.");
    return nullptr;
  }
  std::unique_ptr<OpenRows> open(new OpenRows);
  if (open == nullptr) return Throw(env, Fault::kNoMemory);
  open->rows = std::move(rows);
  const napi_finalize finalize = [](napi_env, void* wrapped, void*) {
    delete static_cast<OpenRows*>(wrapped);
  };
  napi_value object;
  if (napi_create_object(env, &object) != napi_ok ||
      napi_wrap(env, object, open.get(), finalize, nullptr, nullptr) != napi_ok) {
    return ThrowUnlessPending(env);
  }
  open.release();
  if (napi_type_tag_object(env, object, &kRowsTag) != napi_ok || napi_object_freeze(env, object) != napi_ok) {
    return ThrowUnlessPending(env);
  }
  return object;
}

napi_value ReadRows(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  OpenRows* open;
  std::span<double> places, found;
  WritableBytes into;
  uint32_t count, slot_bytes;
  if (!RowsOf(env, arguments[0], &open) || !arguments.Numbers(1, &places) || !arguments.Count(2, &count) ||
      !arguments.Buffer(3, &into) || !arguments.Count(4, &slot_bytes) || !arguments.Numbers(5, &found)) {
    return nullptr;
  }
  if (open->rows == nullptr) {
    napi_throw_error(env, "ERR_ROWS_CLOSED", "The rows were closed.");
    return nullptr;
  }
  if (count > places.size() || count > found.size() / 2 || uint64_t{count} * slot_bytes > into.size()) {
    return ThrowRangeError(env,
                           {"ERR_OUT_OF_RANGE", "Every place has a part of the memory, and two numbers."});
  }
  int code = 0;
  for (size_t i = 0; i < count && code == 0; i++) {
    if (!IsPlace(places[i])) return ThrowRangeError(env, {"ERR_OUT_OF_RANGE", "A place is a whole number."});
    FoundRow row;
    code = open->rows->Read(static_cast<int64_t>(places[i]), into.subspan(i * slot_bytes, slot_bytes), &row);
    found[2 * i] = row.version;
    found[2 * i + 1] = row.bytes;
  }
  napi_value result = nullptr;
  napi_create_int32(env, code, &result);
  return result;
}

napi_value CloseRows(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  OpenRows* open;
  if (!RowsOf(env, arguments[0], &open)) return nullptr;
  open->rows.reset();
  return Undefined(env);
}

}  // namespace cryptable
