// Holds a mutex for the length of a block. Not std::mutex, which can throw: the code behind exceptions needs
// a much younger C library than we do.
#pragma once

#include <pthread.h>

namespace cryptable {

class Lock {
 public:
  explicit Lock(pthread_mutex_t& mutex) : mutex_(mutex) { pthread_mutex_lock(&mutex_); }
  ~Lock() { pthread_mutex_unlock(&mutex_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  pthread_mutex_t& mutex_;
};

}  // namespace cryptable
