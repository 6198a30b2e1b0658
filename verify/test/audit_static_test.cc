// The extension linked into the program instead of loaded.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "audit_host.h"
#include "pragmark/verify/audit_extension.h"

namespace pragmark {
namespace {

TEST(AuditStatic, EveryConnectionCanHaveIt) {
  const auto entry = reinterpret_cast<void (*)()>(sqlite3_pragmarkaudit_init);
  ASSERT_EQ(sqlite3_auto_extension(entry), SQLITE_OK);
  const AuditHost host(":memory:", SQLITE_OPEN_READWRITE, false);
  sqlite3_cancel_auto_extension(entry);
  host.run("PRAGMA cache_size = -20000");
  EXPECT_EQ(host.audit("production", "cache_size").at("verdict"), "pass");
  EXPECT_EQ(host.audit("production", "synchronous").at("verdict"), "fail");
}

}  // namespace
}  // namespace pragmark
