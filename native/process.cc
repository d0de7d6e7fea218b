// setrlimit(2) where there is one; on Linux prctl(2), without which a debugger of the same user could attach.
#include "process.h"

#if !defined(_WIN32)
#include <sys/resource.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#endif

namespace cryptable {

bool HardenProcess() {
#if defined(_WIN32)
  return false;
#else
  const rlimit none = {0, 0};
  const bool is_undumped = setrlimit(RLIMIT_CORE, &none) == 0;
#if defined(__linux__)
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && is_undumped;
#else
  (void)is_undumped;
  return false;
#endif
#endif
}

}  // namespace cryptable
