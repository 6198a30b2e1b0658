// The extension in hosts that are not at hand: the functions that it is given are those of the
// linked SQLite, some of them replaced.
#define SQLITE_CORE 1  // sqlite3ext.h for its table of functions only, not to call through it

#include <dlfcn.h>

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3ext.h>

#include "audit_host.h"

namespace pragmark {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

// What the linked SQLite hands to extensions.
sqlite3_api_routines functions_of_host() {
  static const sqlite3_api_routines* handed = nullptr;
  using Automatic = int (*)(sqlite3*, char**, const sqlite3_api_routines*);
  const Automatic take = [](sqlite3*, char**, const sqlite3_api_routines* api) {
    handed = api;
    return SQLITE_OK;
  };
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(take));
  const AuditHost opened(":memory:", SQLITE_OPEN_READWRITE, false);
  sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(take));
  return *handed;
}

// The extension as loaded by a host that hands over `api`, which must outlive it.
class Loaded {
 public:
  explicit Loaded(const sqlite3_api_routines& api) : api_(api) {
    library_.reset(dlopen(PRAGMARK_AUDIT_EXTENSION, RTLD_NOW | RTLD_LOCAL));
    EXPECT_NE(library_, nullptr) << dlerror();
  }
  // Empty when it went well.
  [[nodiscard]] std::string init(const AuditHost& host) const {
    using Init = int (*)(sqlite3*, char**, const sqlite3_api_routines*);
    const auto entry = reinterpret_cast<Init>(dlsym(library_.get(), "sqlite3_pragmarkaudit_init"));
    char* error = nullptr;
    const int code = entry(host.db(), &error, &api_);
    const std::string message = error == nullptr ? "" : error;
    sqlite3_free(error);
    EXPECT_EQ(message.empty(), code == SQLITE_OK);
    return message;
  }

 private:
  struct Close {
    void operator()(void* library) const { dlclose(library); }
  };
  const sqlite3_api_routines& api_;
  std::unique_ptr<void, Close> library_;
};

// The row about a setting in a host with this one compile option.
template <char const* Option>
AuditRow with_build_option(const std::string& script, const std::string& set,
                           const std::string& setting) {
  sqlite3_api_routines api = functions_of_host();
  api.compileoption_get = [](int number) { return number == 0 ? Option : nullptr; };
  const Loaded extension(api);
  const AuditHost host("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, false);
  EXPECT_EQ(extension.init(host), "");
  host.run(script);
  return host.audit(set, setting);
}

constexpr char kAlwaysFile[] = "TEMP_STORE=0";
constexpr char kMemoryUnlessSet[] = "TEMP_STORE=2";
constexpr char kNoSync[] = "NO_SYNC";
constexpr char kNoOption[] = "";

TEST(AuditOtherHosts, TempStoreOfABuildThatIgnoresItIsIneffective) {
  const AuditRow row =
      with_build_option<kAlwaysFile>("PRAGMA temp_store = MEMORY", "production", "temp_store");
  EXPECT_EQ(row.at("read_back"), "MEMORY");
  EXPECT_EQ(row.at("observed"), "FILE");
  EXPECT_EQ(row.at("verdict"), "ineffective");
  EXPECT_THAT(row.at("reason"), Optional(HasSubstr("TEMP_STORE=0")));
}

TEST(AuditOtherHosts, TempStoreOfABuildThatHasItAnywayIsMisread) {
  const AuditRow row = with_build_option<kMemoryUnlessSet>("", "production", "temp_store");
  EXPECT_EQ(row.at("read_back"), "DEFAULT");
  EXPECT_EQ(row.at("verdict"), "misread");
  EXPECT_EQ(with_build_option<kNoOption>("", "production", "temp_store").at("verdict"), "fail");
  EXPECT_EQ(
      with_build_option<kMemoryUnlessSet>("PRAGMA temp_store = FILE", "production", "temp_store")
          .at("verdict"),
      "fail");
}

TEST(AuditOtherHosts, SynchronousOfABuildThatNeverSyncsIsIneffective) {
  EXPECT_EQ(with_build_option<kNoSync>("", "durable", "synchronous").at("verdict"), "ineffective");
  EXPECT_EQ(with_build_option<kNoOption>("", "durable", "synchronous").at("verdict"), "pass");
}

TEST(AuditOtherHosts, ABuildThatDoesNotTellItsOptionsIsNotGuessedAt) {
  sqlite3_api_routines api = functions_of_host();
  api.compileoption_get = nullptr;
  const Loaded extension(api);
  const AuditHost host(":memory:", SQLITE_OPEN_READWRITE, false);
  ASSERT_EQ(extension.init(host), "");
  EXPECT_EQ(host.audit("production", "temp_store").at("observed"), std::nullopt);
}

TEST(AuditOtherHosts, AnOldSqliteIsRefused) {
  sqlite3_api_routines api = functions_of_host();
  api.libversion_number = [] { return 3036000; };
  const Loaded extension(api);
  const AuditHost host(":memory:", SQLITE_OPEN_READWRITE, false);
  EXPECT_THAT(extension.init(host), HasSubstr("needs SQLite 3.37 or newer"));
}

TEST(AuditOtherHosts, TheSecondSqliteOfAProcessIsRefused) {
  const AuditHost first(":memory:");
  const sqlite3_api_routines other = functions_of_host();
  const AuditHost second(":memory:", SQLITE_OPEN_READWRITE, false);
  EXPECT_THAT(Loaded(other).init(second), HasSubstr("another SQLite"));
  EXPECT_EQ(first.audit("default", "cache_size").at("verdict"), "pass");
}

}  // namespace
}  // namespace pragmark
