// Why an operation of the cipher did not happen.
#pragma once

namespace cryptable {

enum class Fault {
  kNone,
  kNoRandom,      // the operating system gave no random bytes
  kNoMemory,      // it gave no memory for keys
  kNotGenuine,    // what was to be opened is not what this key sealed
  kTableChanged,  // another thread wrote into the table of pages while it was in use
  kPagesOverlap,  // a page would be written where another page is read or written
  kStopped,       // somebody said stop before all was done
};

}  // namespace cryptable
