// Memory for keys: locked, left out of core dumps and of forked children, between guard pages, wiped when
// given back.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace cryptable {

// Zeros that the compiler may not leave out.
void Wipe(void* memory, size_t bytes);

// Wipes the part of the stack that functions called from here have used, where they may have spilled keys.
void ScrubStack();

// Takes as long for equal bytes as for different ones. Both spans have one length.
bool EqualInConstantTime(std::span<const uint8_t> left, std::span<const uint8_t> right);

// False once any key had to live in memory that the system would not lock and may write to swap.
bool IsSecretMemoryLocked();

// True in a child made by fork(2): keys are not there, and touching one would end the process.
bool IsForkedChild();

// Slots of one size, in arenas that are mapped as they are needed and kept for the life of the process.
// Safe to use from many threads.
class SecretPool {
 public:
  constexpr explicit SecretPool(size_t bytes) : slot_bytes_((bytes + kCanaryBytes + 63) / 64 * 64) {}
  SecretPool(const SecretPool&) = delete;
  SecretPool& operator=(const SecretPool&) = delete;

  // Zeros, aligned to 64 bytes; nullptr when the system gives no more memory, and in a forked child.
  void* Take();
  // Wipes the slot. Ends the process when something wrote past the slot's end.
  void Give(void* slot);

 private:
  static constexpr size_t kCanaryBytes = 16;

  // Lives in a slot while that is free.
  struct FreeSlot {
    FreeSlot* next;
  };

  bool AddArena();
  uint8_t* CanaryOf(void* slot) const { return static_cast<uint8_t*>(slot) + slot_bytes_ - kCanaryBytes; }

  const size_t slot_bytes_;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  FreeSlot* free_ = nullptr;
};

// Owns one T in secret memory. T is plain data; it begins as zeros.
template <typename T>
class Secret {
 public:
  Secret() : value_(static_cast<T*>(pool_.Take())) {}
  ~Secret() { Release(); }
  Secret(Secret&& other) noexcept : value_(other.value_) { other.value_ = nullptr; }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  // False when there was no memory, and after Release.
  explicit operator bool() const { return value_ != nullptr && !IsForkedChild(); }
  T* operator->() const { return value_; }
  T& operator*() const { return *value_; }

  void Release() {
    if (value_ != nullptr) pool_.Give(value_);
    value_ = nullptr;
  }

 private:
  static inline constinit SecretPool pool_{sizeof(T)};

  T* value_;
};

}  // namespace cryptable
