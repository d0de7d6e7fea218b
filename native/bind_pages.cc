// Checks batches, and runs those behind a promise as work of Node-API: an environment that ends waits for it.
#include "bind_pages.h"

#include <memory>

#include "async_batch.h"
#include "bind_call.h"

namespace cryptable {

namespace {

// More than fit in any buffer of today, unless they are empty; and the count in a page's nonce must never
// come back to where it began.
constexpr size_t kPagesMax = 1 << 24;

// Below, to work at once takes less time than the way to another thread and back.
constexpr size_t kAsyncFromBytes = kRunBytes;

struct PagesCall {
  const Kernel* kernel;
  const XaesKey* key;
  PageBatch batch;
};

// Which of the two mistakes it is that IsSealable or IsOpenable has found.
bool IsAnyOutside(const PageBatch& batch, Direction direction) {
  for (size_t i = 0; i < batch.table.size(); i += PageBatch::kStride) {
    const std::span<const uint32_t> row = batch.table.subspan(i, PageBatch::kStride);
    const uint64_t text_bytes = row[1] < kSealedPageExtraBytes ? 0 : row[1] - kSealedPageExtraBytes;
    const uint64_t output_bytes =
        direction == Direction::kSeal ? uint64_t{row[1]} + kSealedPageExtraBytes : text_bytes;
    if (uint64_t{row[0]} + row[1] > batch.input.size() || row[2] + output_bytes > batch.output.size() ||
        uint64_t{row[3]} + row[4] > batch.aad.size()) {
      return true;
    }
  }
  return false;
}

bool CheckBatch(napi_env env, const PageBatch& batch, Direction direction) {
  const bool is_workable = direction == Direction::kSeal ? IsSealable(batch) : IsOpenable(batch);
  if (!is_workable) {
    ThrowRangeError(env, IsAnyOutside(batch, direction) ? kPageOutside : kPagesOverlap);
    return false;
  }
  const Fault fault = CheckOverlap(batch, direction);
  if (fault != Fault::kNone) Throw(env, fault);
  return fault == Fault::kNone;
}

bool ReadPagesCall(napi_env env, const Arguments& arguments, PagesCall* call) {
  PageBatch& batch = call->batch;
  if (!arguments.KernelNamed(0, &call->kernel) || !arguments.LiveKey(1, &call->key) ||
      !arguments.Buffer(2, &batch.input) || !arguments.Buffer(3, &batch.output) ||
      !arguments.Buffer(4, &batch.aad) || !arguments.Table(5, &batch.table)) {
    return false;
  }
  if (batch.table.size() % PageBatch::kStride != 0) {
    ThrowRangeError(env, {"ERR_PAGE_TABLE", "The table of pages has five numbers for each page."});
    return false;
  }
  if (batch.count() > kPagesMax) {
    ThrowRangeError(env, {"ERR_TOO_MANY_PAGES", "A batch has at most 16777216 pages."});
    return false;
  }
  return true;
}

// ---- Behind a promise ----

struct PagesWork : OnHeap {
  PagesWork(Direction direction, const PagesCall& call, const uint32_t* stop, uint32_t threads_max)
      : direction(direction),
        threads_max(threads_max),
        batch(direction, *call.kernel, *call.key, call.batch, stop) {}

  static constexpr size_t kReferencesMax = 4;

  const Direction direction;
  const uint32_t threads_max;
  AsyncBatch batch;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  // They keep input, output, associated data and stop alive.
  napi_ref references[kReferencesMax];
  size_t reference_count = 0;
};

void Settle(napi_env env, const PagesWork& work, Fault fault) {
  if (fault != Fault::kNone) {
    napi_value error = nullptr;
    Throw(env, fault);
    napi_get_and_clear_last_exception(env, &error);
    napi_reject_deferred(env, work.deferred, error);
    return;
  }
  napi_value result = Undefined(env);
  if (work.direction == Direction::kOpen) napi_create_int64(env, work.batch.first_failed(), &result);
  napi_resolve_deferred(env, work.deferred, result);
}

void Free(napi_env env, PagesWork* work) {
  for (size_t i = 0; i < work->reference_count; i++) napi_delete_reference(env, work->references[i]);
  if (work->work != nullptr) napi_delete_async_work(env, work->work);
  delete work;
}

void Execute(napi_env, void* work) {
  auto* const pages = static_cast<PagesWork*>(work);
  pages->batch.Run(pages->threads_max);
}

// In an environment that ends, nobody hears of the result; all else goes as always.
void Complete(napi_env env, napi_status status, void* work) {
  auto* const pages = static_cast<PagesWork*>(work);
  Settle(env, *pages, status == napi_ok ? pages->batch.fault() : Fault::kStopped);
  Free(env, pages);
}

bool Start(napi_env env, const Arguments& arguments, PagesWork* work) {
  for (const size_t index : {2, 3, 4, 6}) {
    napi_ref* const reference = &work->references[work->reference_count];
    if (napi_create_reference(env, arguments[index], 1, reference) != napi_ok) return false;
    work->reference_count++;
  }
  napi_value name;
  return napi_create_string_utf8(env, "cryptable.pages", NAPI_AUTO_LENGTH, &name) == napi_ok &&
         napi_create_async_work(env, nullptr, name, Execute, Complete, work, &work->work) == napi_ok &&
         napi_queue_async_work(env, work->work) == napi_ok;
}

napi_value RunAsync(napi_env env, napi_callback_info info, Direction direction) {
  const Arguments arguments(env, info);
  PagesCall call;
  std::span<const uint32_t> stop;
  uint32_t threads_max;
  if (!ReadPagesCall(env, arguments, &call) || !arguments.Table(6, &stop) ||
      !arguments.Count(7, &threads_max)) {
    return nullptr;
  }
  if (stop.empty()) return ThrowRangeError(env, {"ERR_OUT_OF_RANGE", "A stop has a number."});
  PagesWork* const work = new PagesWork(direction, call, stop.data(), threads_max);
  if (work == nullptr) return Throw(env, Fault::kNoMemory);
  napi_value promise = nullptr;
  // The copy of the table is what is checked: from here on nobody can change it.
  if (!work->batch) {
    Throw(env, Fault::kNoMemory);
  } else if (CheckBatch(env, work->batch.batch(), direction)) {
    if (napi_create_promise(env, &work->deferred, &promise) != napi_ok) {
      ThrowUnlessPending(env);
    } else if (work->batch.input_bytes() < kAsyncFromBytes) {
      work->batch.Run(1);
      Settle(env, *work, work->batch.fault());
    } else if (Start(env, arguments, work)) {
      return promise;
    } else {
      promise = ThrowUnlessPending(env);
    }
  }
  Free(env, work);
  return promise;
}

}  // namespace

napi_value SealPages(napi_env env, napi_callback_info info) {
  PagesCall call;
  if (!ReadPagesCall(env, Arguments(env, info), &call)) return nullptr;
  if (!CheckBatch(env, call.batch, Direction::kSeal)) return nullptr;
  const Fault fault = SealPages(*call.kernel, *call.key, call.batch);
  return fault == Fault::kNone ? Undefined(env) : Throw(env, fault);
}

napi_value OpenPages(napi_env env, napi_callback_info info) {
  PagesCall call;
  if (!ReadPagesCall(env, Arguments(env, info), &call)) return nullptr;
  if (!CheckBatch(env, call.batch, Direction::kOpen)) return nullptr;
  int64_t first_failed;
  const Fault fault = OpenPages(*call.kernel, *call.key, call.batch, &first_failed);
  if (fault != Fault::kNone) return Throw(env, fault);
  napi_value result = nullptr;
  napi_create_int64(env, first_failed, &result);
  return result;
}

napi_value SealPagesAsync(napi_env env, napi_callback_info info) {
  return RunAsync(env, info, Direction::kSeal);
}

napi_value OpenPagesAsync(napi_env env, napi_callback_info info) {
  return RunAsync(env, info, Direction::kOpen);
}

}  // namespace cryptable
