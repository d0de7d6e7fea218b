// R-NON-2e: a child made by fork(2) has no keys. It is told so, and the memory they lay in is not mapped
// there, so that parent and child never seal under one key with generators that may have been copied along.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "check.h"
#include "envelope.h"
#include "kernels.h"
#include "page_table.h"

namespace cryptable {

namespace {

bool IsMapped(const void* address) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  unsigned char is_resident;
  void* const start = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(address) / page * page);
  return mincore(start, page, &is_resident) == 0 || errno != ENOMEM;
}

// Exits with 0 where every use of the parent's key is refused, and making another one too.
[[noreturn]] void CheckChild(const Secret<XaesKey>& key, const XaesKey& there, PageTable& pages) {
  Checks checks;
  Buffer opened(pages.plain.size()), envelope(32 + kEnvelopeBytes);
  int64_t first_failed = 0;
  checks.That(IsForkedChild(), "the child does not know what it is");
  checks.That(!key, "the child holds the key");
  checks.That(!IsMapped(&there), "the child has the memory of the key");
  for (const Kernel* kernel : UsableKernels()) {
    checks.That(SealPages(*kernel, there, pages.ToSeal()) == Fault::kNoMemory, "the child seals");
    checks.That(OpenPages(*kernel, there, pages.ToOpen(opened), &first_failed) == Fault::kNoMemory,
                "the child opens");
  }
  checks.That(SealEnvelope(there, Bytes(pages.plain).first(32), {}, envelope) == Fault::kNoMemory,
              "the child wraps");
  const Secret<XaesKey> another;
  checks.That(!another, "the child makes a key");
  const int verdict = checks.Verdict();
  fflush(stdout);
  _exit(verdict);
}

}  // namespace

int Main() {
  Checks checks;
  Bytestream stream(1);
  Secret<XaesKey> key;
  if (!key) return 1;
  const Buffer bytes = stream.Bytes(kKeyBytes);
  SetUpXaesKey(KeyBytes(bytes.data(), kKeyBytes), &*key);
  checks.That(IsMapped(&*key) && !IsForkedChild(), "the parent has no key");
  PageTable pages({100, 4096}, stream);
  checks.That(SealPages(BestKernel(), *key, pages.ToSeal()) == Fault::kNone, "the parent does not seal");
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) CheckChild(key, *key, pages);
  int status = -1;
  waitpid(child, &status, 0);
  checks.That(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ends with status %d", status);
  Buffer opened(pages.plain.size());
  int64_t first_failed = 0;
  const Fault fault = OpenPages(BestKernel(), *key, pages.ToOpen(opened), &first_failed);
  checks.That(fault == Fault::kNone && first_failed == -1 && opened == pages.plain,
              "the parent's key is gone after the fork");
  return checks.Verdict();
}

}  // namespace cryptable

int main() { return cryptable::Main(); }
