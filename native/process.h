// What a process that holds keys keeps from others on its machine.
#pragma once

namespace cryptable {

// No core dump of this process is written, and no other process of its user may look into its memory
// (R-MEM-5). False where the system does not do all of that. There is no way back.
[[nodiscard]] bool HardenProcess();

}  // namespace cryptable
