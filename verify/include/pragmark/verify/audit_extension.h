// The entry point of the loadable extension pragmark_audit, for programs that link it instead of
// loading it (target pragmark_audit_static):
//
//   sqlite3_pragmarkaudit_init(db, nullptr, nullptr);  // for one connection, or for all to come:
//   sqlite3_auto_extension(reinterpret_cast<void (*)()>(sqlite3_pragmarkaudit_init));
//
// SELECT * FROM pragmark_audit('production') then says what of that PRAGMA set is in effect on the
// connection. Not for programs that can load extensions: pragmark_audit.so needs no build of yours.
#pragma once

struct sqlite3;
struct sqlite3_api_routines;

#if defined(__GNUC__)
#define PRAGMARK_EXPORT __attribute__((visibility("default")))
#else
#define PRAGMARK_EXPORT
#endif

// The name that SQLite makes of the file name pragmark_audit: its letters, without the underscore.
// Returns an SQLite result code. `error_message` is freed by sqlite3_free() and may be null in a
// static build; `api` is ignored there.
extern "C" PRAGMARK_EXPORT int sqlite3_pragmarkaudit_init(sqlite3* db, char** error_message,
                                                          const sqlite3_api_routines* api);
