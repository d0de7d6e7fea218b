// Threads that take runs of pages off one batch.
#include "async_batch.h"

#include <algorithm>
#include <cstring>

#include "lock.h"

// The GNU C library gave these a new version when it merged its thread library, without a change: the old one
// keeps us loadable on systems from before.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_join, pthread_join@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.17");
__asm__(".symver pthread_join, pthread_join@GLIBC_2.17");
#endif

namespace cryptable {

namespace {

// More would wait for memory: a few threads use up what it can deliver.
constexpr size_t kThreadsMax = 64;
// A page without bytes costs something too.
constexpr size_t kPageCostBytes = 64;

uint32_t* CopyOf(std::span<const uint32_t> table) {
  const size_t bytes = std::max<size_t>(table.size_bytes(), 1);
  auto* const copy = static_cast<uint32_t*>(malloc(bytes));
  if (copy != nullptr && !table.empty()) memcpy(copy, table.data(), table.size_bytes());
  return copy;
}

}  // namespace

AsyncBatch::AsyncBatch(Direction direction, const Kernel& kernel, const XaesKey& key, const PageBatch& batch,
                       const uint32_t* stop)
    : direction_(direction), kernel_(kernel), table_(CopyOf(batch.table)), batch_(batch), stop_(stop) {
  if (!*this) return;
  *key_ = key;
  kernel_.scrub_registers();
  batch_.table = {table_, batch.table.size()};
  for (size_t i = 0; i < batch_.count(); i++) input_bytes_ += batch_.table[i * PageBatch::kStride + 1];
}

AsyncBatch::~AsyncBatch() { free(table_); }

void AsyncBatch::Run(size_t threads_max) {
  const size_t worth = std::min({threads_max, input_bytes_ / kRunBytes, kThreadsMax});
  pthread_t others[kThreadsMax];
  size_t count = 0;
  // Where the system gives fewer threads, these do all the work.
  while (count + 1 < worth) {
    const auto work = [](void* batch) -> void* {
      static_cast<AsyncBatch*>(batch)->Work();
      return nullptr;
    };
    if (pthread_create(&others[count], nullptr, work, this) != 0) break;
    count++;
  }
  Work();
  for (size_t i = 0; i < count; i++) pthread_join(others[i], nullptr);
}

void AsyncBatch::Work() {
  size_t first, count;
  while (TakeRun(&first, &count)) {
    int64_t first_failed = -1;
    const Fault fault = WorkOff(first, count, &first_failed);
    Note(fault, first_failed);
  }
}

// False when nothing is left to do, or nothing more shall be done.
bool AsyncBatch::TakeRun(size_t* first, size_t* count) {
  const Lock lock(mutex_);
  if (fault_ != Fault::kNone || next_ == batch_.count()) return false;
  if (__atomic_load_n(stop_, __ATOMIC_RELAXED) != 0) {
    fault_ = Fault::kStopped;
    return false;
  }
  *first = next_;
  size_t bytes = 0;
  while (next_ < batch_.count() && bytes < kRunBytes) {
    bytes += kPageCostBytes + table_[next_++ * PageBatch::kStride + 1];
  }
  *count = next_ - *first;
  return true;
}

Fault AsyncBatch::WorkOff(size_t first, size_t count, int64_t* first_failed) {
  PageBatch run = batch_;
  run.table = batch_.table.subspan(first * PageBatch::kStride, count * PageBatch::kStride);
  if (direction_ == Direction::kSeal) return SealPages(kernel_, *key_, run);
  const Fault fault = OpenPages(kernel_, *key_, run, first_failed);
  if (*first_failed >= 0) *first_failed += static_cast<int64_t>(first);
  return fault;
}

void AsyncBatch::Note(Fault fault, int64_t first_failed) {
  const Lock lock(mutex_);
  if (fault_ == Fault::kNone) fault_ = fault;
  if (first_failed < 0) return;
  first_failed_ = first_failed_ < 0 ? first_failed : std::min(first_failed_, first_failed);
}

}  // namespace cryptable
