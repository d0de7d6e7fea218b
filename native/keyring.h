// What a key object of JavaScript holds, and who sees to it that no key outlives its environment.
#pragma once

#include <cstdlib>
#include <utility>

#include "cipher.h"
#include "secret.h"

namespace cryptable {

// `new` gives nullptr when there is no memory. The C++ library's own would bring the code behind exceptions
// along, which needs a much younger C library than we do.
struct OnHeap {
  static void* operator new(size_t bytes) noexcept { return malloc(bytes); }
  static void operator delete(void* memory) { free(memory); }
};

class Keyring;

struct Key : OnHeap {
  explicit Key(Secret<XaesKey> made) : secret(std::move(made)) {}
  ~Key();
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  Secret<XaesKey> secret;
  Keyring* ring = nullptr;
  Key* previous = nullptr;
  Key* next = nullptr;
};

// The keys of one environment: the main thread has one, and each worker. Wipes them when it goes.
class Keyring : public OnHeap {
 public:
  Keyring() = default;
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;
  ~Keyring() {
    for (Key* key = first_; key != nullptr; key = key->next) {
      key->secret.Release();
      key->ring = nullptr;
    }
  }

  void Add(Key* key) {
    key->ring = this;
    key->next = first_;
    if (first_ != nullptr) first_->previous = key;
    first_ = key;
  }

  void Remove(Key* key) {
    if (key->next != nullptr) key->next->previous = key->previous;
    if (key->previous != nullptr) key->previous->next = key->next;
    if (first_ == key) first_ = key->next;
  }

 private:
  Key* first_ = nullptr;
};

inline Key::~Key() {
  if (ring != nullptr) ring->Remove(this);
}

}  // namespace cryptable
