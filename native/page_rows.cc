#include "page_rows.h"

#include <sqlite3ext.h>

#include <cstring>
#include <utility>

// The header calls everything by a pointer of this name.
#define sqlite3_api sqlite

namespace cryptable {

namespace {

constexpr char kRowByPlace[] = "SELECT version, body FROM page WHERE place = ?";

// Between SQLite's call below and Take.
thread_local PageRows* extended_last = nullptr;

}  // namespace

int PageRows::Open(sqlite3* connection, const sqlite3_api_routines* sqlite, PageRows** made) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection, kRowByPlace, sizeof(kRowByPlace), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return code;
  *made = new PageRows(sqlite, statement);
  if (*made != nullptr) return SQLITE_OK;
  sqlite3_finalize(statement);
  return SQLITE_NOMEM;
}

PageRows* PageRows::Take() { return std::exchange(extended_last, nullptr); }

PageRows::~PageRows() {
  const sqlite3_api_routines* const sqlite = sqlite_;
  sqlite3_finalize(statement_);
}

int PageRows::Read(int64_t place, WritableBytes into, FoundRow* found) {
  const sqlite3_api_routines* const sqlite = sqlite_;
  sqlite3_bind_int64(statement_, 1, place);
  *found = {};
  const int stepped = sqlite3_step(statement_);
  if (stepped == SQLITE_ROW) {
    // SQLite checks the types of what is written, and not of what is read.
    if (sqlite3_column_type(statement_, 0) != SQLITE_INTEGER ||
        sqlite3_column_type(statement_, 1) != SQLITE_BLOB) {
      found->bytes = kUnsoundRow;
    } else {
      const void* const body = sqlite3_column_blob(statement_, 1);
      const size_t bytes = sqlite3_column_bytes(statement_, 1);
      found->version = static_cast<double>(sqlite3_column_int64(statement_, 0));
      found->bytes = static_cast<double>(bytes);
      if (body == nullptr && bytes > 0) {
        sqlite3_reset(statement_);
        return SQLITE_NOMEM;
      }
      if (bytes > 0 && bytes <= into.size()) memcpy(into.data(), body, bytes);
    }
  }
  // The code of the step, where that failed; it also lets go of the page.
  return sqlite3_reset(statement_);
}

}  // namespace cryptable

// SQLite calls it when it loads this library as an extension of `connection`, by the name that it looks for
// first.
extern "C" __attribute__((visibility("default"))) int sqlite3_extension_init(
    sqlite3* connection, char**, const sqlite3_api_routines* sqlite) {
  delete cryptable::PageRows::Take();
  return cryptable::PageRows::Open(connection, sqlite, &cryptable::extended_last);
}
