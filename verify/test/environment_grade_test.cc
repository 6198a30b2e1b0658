// Each row of the table of caps: applied at its threshold, not applied just before it, with the
// measured value in its sentence, and no other row beside it.
#include "pragmark/verify/environment_grade.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "environment_caps.h"

namespace pragmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Environment quiet_machine() {
  return {.directory = "/data",
          .cpu_model = "cpu",
          .cpu_count = 4,
          .memory_bytes = 1 << 30,
          .kernel = "Linux 6",
          .virtualization = "kvm",
          .filesystem = "ext4",
          .block_device = "/dev/vda, rotational=1",
          .mount_options = "rw,relatime,barrier",
          .sync_latency = {.n = 64, .p50_us = 150, .p90_us = 200, .p99_us = 300, .max_us = 900},
          .cpus_online = 4,
          .cpu_quota = {.kind = Limit::Kind::None},
          .memory_limit = {.kind = Limit::Kind::Unknown},
          .load_average = 0.1,
          .queue = {.scheduler = "none",
                    .nr_requests = "256",
                    .write_cache = "write back",
                    .rotational = "1"},
          .clock_source = "tsc",
          .clock_read_ns = 25,
          .steal_percent = 0.0,
          .cpu_drift = Drift{.n = 200, .robust_cv_percent = 1.0, .last_to_first = 1.0},
          .sync_drift = Drift{.n = 200, .robust_cv_percent = 20.0, .last_to_first = 1.0},
          .seconds = 5};
}

using Change = std::function<void(Environment&)>;

struct Row {
  std::string code;
  Grade cap;
  std::string word;  // of the sentence
  Change applies;
  Change just_not = [](Environment&) {};
};

Change filesystem(std::string_view name) {
  return [name](Environment& here) { here.filesystem = name; };
}
Change options(std::string_view text) {
  return [text](Environment& here) { here.mount_options = text; };
}
Change steal(double percent) {
  return [percent](Environment& here) { here.steal_percent = percent; };
}
Change drift(double ratio, double cv_percent) {
  return [=](Environment& here) {
    here.cpu_drift = Drift{.n = 9, .robust_cv_percent = cv_percent, .last_to_first = ratio};
  };
}
Change sync_drift(double ratio) {
  return [=](Environment& here) { here.sync_drift->last_to_first = ratio; };
}
Change sync_us(double p50) {
  return [=](Environment& here) { here.sync_latency.p50_us = p50; };
}
Change quota(double processors) {
  return [=](Environment& here) { here.cpu_quota = {Limit::Kind::Set, processors}; };
}
Change load(double average) {
  return [=](Environment& here) { here.load_average = average; };
}
Change governor(std::string_view name) {
  return [name](Environment& here) { here.governor = name; };
}

std::vector<Row> table() {
  return {
      {"heavy-steal", Grade::F, "12.5%", steal(12.5)},
      {"heavy-steal", Grade::F, "10.0%", steal(10.0)},
      {"heavy-cpu-drift", Grade::F, "1.60 times", drift(1.6, 1)},
      {"heavy-cpu-drift", Grade::F, "0.60 times", drift(0.6, 1)},
      {"heavy-cpu-drift", Grade::F, "31.0%", drift(1, 31)},
      {"memory-filesystem", Grade::D, "tmpfs is memory, not a disk", filesystem("tmpfs")},
      {"memory-filesystem", Grade::D, "ramfs", filesystem("ramfs")},
      {"layered-filesystem", Grade::D, "overlay is a container's layer", filesystem("overlay")},
      {"layered-filesystem", Grade::D, "aufs", filesystem("aufs")},
      {"network-filesystem", Grade::D, "nfs4 is a network filesystem", filesystem("nfs4")},
      {"network-filesystem", Grade::D, "nfs", filesystem("nfs")},
      {"network-filesystem", Grade::D, "cifs", filesystem("cifs")},
      {"network-filesystem", Grade::D, "smb3", filesystem("smb3")},
      {"network-filesystem", Grade::D, "ceph", filesystem("ceph")},
      {"proxied-filesystem", Grade::D, "9p is served by another program", filesystem("9p")},
      {"proxied-filesystem", Grade::D, "virtiofs", filesystem("virtiofs")},
      {"proxied-filesystem", Grade::D, "fuse.sshfs", filesystem("fuse.sshfs")},
      {"proxied-filesystem", Grade::D, "fuse", filesystem("fuse"), filesystem("fuseblk")},
      {"unknown-filesystem", Grade::D, "not known what filesystem", filesystem("unknown")},
      {"memory-device", Grade::D, "/dev/zram0",
       [](Environment& here) { here.block_device = "/dev/zram0, rotational=0"; }},
      {"memory-device", Grade::D, "/dev/ram1",
       [](Environment& here) { here.block_device = "/dev/ram1"; }},
      {"no-barrier", Grade::D, "mounted with nobarrier", options("rw,nobarrier")},
      {"no-barrier", Grade::D, "mounted with barrier=0", options("barrier=0,rw"),
       options("rw,barrier=1")},
      {"no-barrier", Grade::D, "mounted with volatile", options("rw,volatile")},
      {"fast-sync", Grade::D, "9.9 us, implausibly little", sync_us(9.9), sync_us(10.0)},
      {"fast-sync", Grade::D, "0.0 us", sync_us(0.0),
       [](Environment& here) { here.sync_latency = {}; }},
      {"fast-sync", Grade::D, "1.0 us", sync_us(1.0),
       [](Environment& here) {
         here.sync_latency.p50_us = 1.0;
         here.mount_options = "rw,dax=always";
       }},
      {"steal", Grade::C, "1.0%", steal(1.0), steal(0.99)},
      {"steal", Grade::C, "9.9%", steal(9.9)},
      {"cpu-drift", Grade::C, "1.06 times", drift(1.06, 1), drift(1.05, 1)},
      {"cpu-drift", Grade::C, "0.94 times", drift(0.94, 1), drift(0.96, 1)},
      {"cpu-drift", Grade::C, "5.1% (n=9)", drift(1, 5.1), drift(1, 5)},
      {"sync-drift", Grade::C, "1.26 times", sync_drift(1.26), sync_drift(1.25)},
      {"sync-drift", Grade::C, "0.79 times", sync_drift(0.79), sync_drift(0.8)},
      {"cpu-quota", Grade::C, "1.50 of 4 processors", quota(1.5), quota(4)},
      {"busy", Grade::C, "2.00 on 4 processors", load(2)},
      {"busy", Grade::C, "1.00 on 1 processor ",
       [](Environment& here) {
         here.cpu_count = 1;
         here.load_average = 1;
       }},
      {"load", Grade::B, "0.51 on 4 processors", load(0.51), load(0.5)},
      {"load", Grade::B, "1.99", load(1.99)},
      {"unknown-load", Grade::B, "load average",
       [](Environment& here) { here.load_average.reset(); }},
      {"unknown-steal", Grade::B, "not known",
       [](Environment& here) { here.steal_percent.reset(); }},
      {"unknown-quota", Grade::B, "CPU quota", [](Environment& here) { here.cpu_quota = {}; }},
      {"no-device-facts", Grade::B, "nothing is known of the disk below tank/data",
       [](Environment& here) {
         here.block_device = "tank/data";
         here.queue = {};
       }},
      {"governor", Grade::B, "powersave", governor("powersave"), governor("performance")},
      {"governor", Grade::B, "performance,schedutil", governor("performance,schedutil"),
       governor("userspace")},
      {"slow-clock", Grade::B, "hpet) takes 101 ns",
       [](Environment& here) {
         here.clock_source = "hpet";
         here.clock_read_ns = 101;
       },
       [](Environment& here) { here.clock_read_ns = 100; }},
  };
}

std::vector<std::string> codes_of(const Environment& here) {
  std::vector<std::string> codes;
  for (const GradeReason& reason : grade_reasons(here)) codes.emplace_back(reason.code);
  return codes;
}

TEST(GradeReasons, AreNoneOnAQuietMachine) {
  EXPECT_THAT(codes_of(quiet_machine()), IsEmpty());
  EXPECT_EQ(grade_of(grade_reasons(quiet_machine())), Grade::A);
  EXPECT_EQ(sentences_of({}), "");
}

TEST(GradeReasons, ApplyEachAloneFromItsThresholdOn) {
  for (const Row& row : table()) {
    Environment here = quiet_machine();
    row.applies(here);
    const std::vector<GradeReason> reasons = grade_reasons(here);
    ASSERT_EQ(reasons.size(), 1U) << row.code << ": " << sentences_of(reasons);
    EXPECT_EQ(reasons[0].code, row.code);
    EXPECT_EQ(reasons[0].cap, row.cap) << row.code;
    EXPECT_EQ(grade_of(reasons), row.cap) << row.code;
    EXPECT_THAT(reasons[0].sentence, HasSubstr(row.word)) << row.code;
    EXPECT_THAT(reasons[0].sentence, testing::Not(HasSubstr(";"))) << "it separates sentences";
    Environment before = quiet_machine();
    row.just_not(before);
    EXPECT_THAT(codes_of(before), IsEmpty()) << row.code;
  }
}

TEST(GradeReasons, AreAllTested) {
  std::set<std::string> tested;
  for (const Row& row : table()) tested.insert(row.code);
  std::set<std::string> all;
  for (const Cap& cap : caps()) {
    EXPECT_TRUE(all.emplace(cap.code).second) << cap.code << " is there twice";
  }
  EXPECT_EQ(tested, all);
}

TEST(GradeReasons, ComeWithThoseThatCapMostFirst) {
  Environment here = quiet_machine();
  here.load_average = 0.7;
  here.filesystem = "tmpfs";
  here.steal_percent = 2;
  EXPECT_THAT(codes_of(here), ElementsAre("memory-filesystem", "steal", "load"));
  EXPECT_EQ(grade_of(grade_reasons(here)), Grade::D);
  EXPECT_THAT(sentences_of(grade_reasons(here)),
              testing::MatchesRegex("tmpfs is .*; other guests .*; the load .*"));
}

// A probe measures no drift: that is no fault of the machine.
TEST(GradeReasons, SayNothingOfWhatWasNotMeasured) {
  Environment here = quiet_machine();
  here.cpu_drift.reset();
  here.sync_drift.reset();
  here.sync_latency = {};
  here.clock_read_ns.reset();
  EXPECT_THAT(codes_of(here), IsEmpty());
}

TEST(Grade, HasALetterAndAMeaningForEach) {
  std::string letters;
  std::set<std::string_view> meanings;
  for (const Grade grade : {Grade::A, Grade::B, Grade::C, Grade::D, Grade::F}) {
    letters += to_string(grade);
    meanings.insert(meaning_of(grade));
  }
  EXPECT_EQ(letters, "ABCDF");
  EXPECT_EQ(meanings.size(), 5U);
}

std::vector<std::string> warnings_for(const Change& change) {
  Environment here = quiet_machine();
  change(here);
  return filesystem_warnings(here);
}

TEST(FilesystemWarnings, AreThoseOfTheStorageAlone) {
  EXPECT_THAT(warnings_for(filesystem("overlay")), ElementsAre(HasSubstr("layer")));
  EXPECT_THAT(warnings_for(sync_us(0.9)), ElementsAre(HasSubstr("implausibly little")));
  EXPECT_THAT(warnings_for(steal(50)), IsEmpty());
  EXPECT_THAT(warnings_for(load(9)), IsEmpty());
  for (const std::string_view name : {"ext4", "xfs", "btrfs", "zfs", "f2fs", "fuseblk", "proc"}) {
    EXPECT_THAT(warnings_for(filesystem(name)), IsEmpty()) << name;
  }
}

// Where it is said that nothing reaches a disk, a fast sync is no news.
TEST(FilesystemWarnings, ExplainAFastSyncOnce) {
  EXPECT_THAT(warnings_for([](Environment& here) {
                here.filesystem = "overlay";
                here.mount_options = "rw,volatile";
                here.sync_latency.p50_us = 1.0;
              }),
              ElementsAre(HasSubstr("layer"), HasSubstr("mounted with volatile")));
}

}  // namespace
}  // namespace pragmark
