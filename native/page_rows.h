// The rows of sealed pages, read by the SQLite that a driver brought into this process, into memory of ours.
//
// A driver makes a buffer, and memory of its own, for every page it reads: that costs as much as reading.
// SQLite loads this addon as an extension of a connection, which is how a library gets at one that another
// has linked.
#pragma once

#include <cstdint>

#include "cipher.h"
#include "keyring.h"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_api_routines;

namespace cryptable {

// What stands in place of a length.
inline constexpr double kNoRow = -1;
// A row of other types than were written.
inline constexpr double kUnsoundRow = -2;

struct FoundRow {
  double version = 0;
  double bytes = kNoRow;
};

// Belongs to the thread of its connection, which cannot go as long as this is there.
class PageRows : public OnHeap {
 public:
  // SQLite's result code, zero for success; then `*made` is there.
  static int Open(sqlite3* connection, const sqlite3_api_routines* sqlite, PageRows** made);
  // Of the connection that SQLite extended last in this thread; nullptr where there is none, or it was taken.
  static PageRows* Take();

  PageRows(const PageRows&) = delete;
  PageRows& operator=(const PageRows&) = delete;
  ~PageRows();

  // SQLite's result code. A body that is longer than `into` is not copied: its length says so.
  int Read(int64_t place, WritableBytes into, FoundRow* found);

 private:
  PageRows(const sqlite3_api_routines* sqlite, sqlite3_stmt* statement)
      : sqlite_(sqlite), statement_(statement) {}

  const sqlite3_api_routines* const sqlite_;
  sqlite3_stmt* const statement_;
};

}  // namespace cryptable
