// Writes what a kernel keeps of a key to a file, so that whoever looks for such tables in a dump
// of memory can see that they would know them.
//
//   key_tables KERNEL KEY_IN_HEXADECIMAL FILE
#include <cstdlib>
#include <cstring>
#include <string>

#include "check.h"
#include "kernels.h"

namespace cryptable {

namespace {

int Main(const std::string& name, const std::string& hex, const char* path) {
  Buffer key;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    key.push_back(static_cast<uint8_t>(strtoul(hex.substr(i, 2).c_str(), nullptr, 16)));
  }
  FILE* const file = fopen(path, "wb");
  const Secret<GcmState> state;
  const Secret<WideTables> wide;
  if (file == nullptr || !state || !wide) return 1;
  Checks checks;
  for (const Kernel* kernel : UsableKernels()) {
    if (kernel->name != name || key.size() != kKeyBytes) continue;
    kernel->set_up(key.data(), &*state, 1);
    checks.That(fwrite(&*state, sizeof(GcmState), 1, file) == 1, "the state is not written");
    if (kernel->widen == nullptr) break;
    kernel->widen(&*state, &*wide);
    checks.That(fwrite(&*wide, sizeof(WideTables), 1, file) == 1, "the wide tables are not written");
  }
  checks.That(fclose(file) == 0, "the file is not written");
  return checks.Verdict();
}

}  // namespace

}  // namespace cryptable

int main(int count, char** arguments) {
  return count == 4 ? cryptable::Main(arguments[1], arguments[2], arguments[3]) : 1;
}
