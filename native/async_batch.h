// A large batch, worked off a run of pages at a time by some threads, until all is done or somebody says
// stop.
#pragma once

#include <pthread.h>

#include "batch.h"
#include "keyring.h"
#include "overlap.h"

namespace cryptable {

// What one thread takes at a time: large enough that setting up its key costs nothing, small enough that a
// stop comes soon.
inline constexpr size_t kRunBytes = 1 << 20;

class AsyncBatch : public OnHeap {
 public:
  // Takes copies of the key and of the table, so that neither can go or change meanwhile. The buffers must
  // stay, and so must `stop`, which another thread sets to anything but zero to end this.
  AsyncBatch(Direction direction, const Kernel& kernel, const XaesKey& key, const PageBatch& batch,
             const uint32_t* stop);
  ~AsyncBatch();
  AsyncBatch(const AsyncBatch&) = delete;
  AsyncBatch& operator=(const AsyncBatch&) = delete;

  // False when there was no memory; nothing else may be called then.
  explicit operator bool() const { return key_ && table_ != nullptr; }

  // The copy of the table.
  const PageBatch& batch() const { return batch_; }
  size_t input_bytes() const { return input_bytes_; }

  // With the calling thread, and up to `threads_max - 1` of its own; returns when none works any longer. What
  // is sealed in several runs has a derived key for each.
  void Run(size_t threads_max);

  // How it went. Pages that were not reached before a fault have not been written.
  Fault fault() const { return fault_; }
  int64_t first_failed() const { return first_failed_; }

 private:
  void Work();
  bool TakeRun(size_t* first, size_t* count);
  Fault WorkOff(size_t first, size_t count, int64_t* first_failed);
  void Note(Fault fault, int64_t first_failed);

  const Direction direction_;
  const Kernel& kernel_;
  Secret<XaesKey> key_;
  uint32_t* const table_;
  PageBatch batch_;
  size_t input_bytes_ = 0;
  const uint32_t* const stop_;

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  // Guarded by the mutex.
  size_t next_ = 0;
  Fault fault_ = Fault::kNone;
  int64_t first_failed_ = -1;
};

}  // namespace cryptable
