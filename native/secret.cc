// Maps arenas with memfd_secret(2) where the kernel has it, which hides them from the kernel's own map too;
// else as anonymous memory with mlock(2).
#include "secret.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "lock.h"
#include "random.h"

#if defined(__linux__)
#include <sys/syscall.h>
#endif

namespace cryptable {

namespace {

// Small: containers often may lock no more than 64 KiB, and that must hold an arena of keys and one of
// states.
constexpr size_t kArenaBytes = 24 * 1024;
constexpr size_t kStackScrubBytes = 4096;

std::atomic<bool> any_unlocked = false;
std::atomic<bool> forked = false;

void* MapSecret([[maybe_unused]] size_t bytes) {
#if defined(SYS_memfd_secret)
  const int file = static_cast<int>(syscall(SYS_memfd_secret, O_CLOEXEC));
  if (file < 0) return MAP_FAILED;
  void* memory = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(bytes)) == 0) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  close(file);
  return memory;
#else
  return MAP_FAILED;
#endif
}

void HideFromDumpsAndChildren([[maybe_unused]] void* memory, [[maybe_unused]] size_t bytes) {
#if defined(__linux__)
  madvise(memory, bytes, MADV_DONTDUMP);
  madvise(memory, bytes, MADV_DONTFORK);
#elif defined(__APPLE__)
  minherit(memory, bytes, VM_INHERIT_NONE);
#endif
}

// `bytes` between two guard pages, or nullptr.
uint8_t* MapArena(size_t bytes) {
  const size_t guard = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t whole = guard + bytes + guard;
  void* memory = MapSecret(whole);
  const bool is_secret = memory != MAP_FAILED;
  if (!is_secret) memory = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  uint8_t* const arena = static_cast<uint8_t*>(memory) + guard;
  if (mprotect(memory, guard, PROT_NONE) != 0 || mprotect(arena + bytes, guard, PROT_NONE) != 0) {
    munmap(memory, whole);
    return nullptr;
  }
  HideFromDumpsAndChildren(memory, whole);
  if (!is_secret && mlock(arena, bytes) != 0) any_unlocked = true;
  return arena;
}

// What follows each slot in use; different in every process. Drawn when the addon is loaded.
const struct Canary {
  uint8_t bytes[16];
  bool is_random;

  Canary() : is_random(FillRandom(bytes)) {}
} canary;

const bool watches_for_fork = pthread_atfork(nullptr, nullptr, [] { forked = true; }) == 0;

size_t RoundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

void Wipe(void* memory, size_t bytes) {
  if (bytes == 0) return;  // of no bytes, `memory` may be null, which the C library does not allow
#if defined(__APPLE__)
  memset_s(memory, bytes, 0, bytes);
#else
  explicit_bzero(memory, bytes);
#endif
}

[[gnu::noinline]] void ScrubStack() {
  uint8_t below[kStackScrubBytes];
  Wipe(below, sizeof(below));
}

bool EqualInConstantTime(std::span<const uint8_t> left, std::span<const uint8_t> right) {
  uint8_t difference = 0;
  for (size_t i = 0; i < left.size(); i++) {
    difference |= left[i] ^ right[i];
    // The compiler must not see that it could stop early.
    __asm__ volatile("" : "+r"(difference));
  }
  return difference == 0;
}

bool IsSecretMemoryLocked() { return !any_unlocked; }

bool IsForkedChild() { return forked.load(std::memory_order_relaxed); }

bool SecretPool::AddArena() {
  if (!canary.is_random || !watches_for_fork) return false;
  const size_t bytes = RoundUp(kArenaBytes, static_cast<size_t>(sysconf(_SC_PAGESIZE)));
  uint8_t* const arena = MapArena(bytes);
  if (arena == nullptr) return false;
  for (size_t end = bytes; end >= slot_bytes_; end -= slot_bytes_) {
    free_ = new (arena + end - slot_bytes_) FreeSlot{free_};
  }
  return true;
}

void* SecretPool::Take() {
  if (IsForkedChild()) return nullptr;
  const Lock lock(mutex_);
  if (free_ == nullptr && !AddArena()) return nullptr;
  FreeSlot* const slot = free_;
  free_ = slot->next;
  slot->next = nullptr;
  memcpy(CanaryOf(slot), canary.bytes, kCanaryBytes);
  return slot;
}

void SecretPool::Give(void* slot) {
  if (IsForkedChild()) return;
  if (memcmp(CanaryOf(slot), canary.bytes, kCanaryBytes) != 0) abort();
  Wipe(slot, slot_bytes_);
  const Lock lock(mutex_);
  free_ = new (slot) FreeSlot{free_};
}

}  // namespace cryptable
