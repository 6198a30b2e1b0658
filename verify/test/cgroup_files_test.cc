// Trees of control groups as they are found on other machines.
#include "cgroup_files.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark::cgroup_files {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Files = std::map<std::string, std::string>;

constexpr std::string_view kMountTwo =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr std::string_view kMountsOne =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

struct Machine {
  std::string_view self_cgroup;
  std::string_view mountinfo;
  Files files;

  [[nodiscard]] std::string read(const std::string& path) const {
    const auto found = files.find(path);
    return found == files.end() ? "" : found->second;
  }
  [[nodiscard]] Limit quota() const {
    return cpu_quota(place_of("cpu", self_cgroup, mountinfo),
                     [this](const std::string& path) { return read(path); });
  }
  [[nodiscard]] Limit memory() const {
    return memory_limit(place_of("memory", self_cgroup, mountinfo),
                        [this](const std::string& path) { return read(path); });
  }
};

void expect_limit(const Limit& limit, Limit::Kind kind, double value = 0) {
  EXPECT_EQ(limit.kind, kind);
  EXPECT_DOUBLE_EQ(limit.value, value);
}

TEST(PlaceOf, IsTheProcessesFolderAndItsParents) {
  const Place place = place_of("cpu", "0::/user.slice/user-1000.slice/app.scope\n", kMountTwo);
  EXPECT_EQ(place.version, Version::Two);
  EXPECT_THAT(place.folders, ElementsAre("/sys/fs/cgroup/user.slice/user-1000.slice/app.scope",
                                         "/sys/fs/cgroup/user.slice/user-1000.slice",
                                         "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"));
}

TEST(PlaceOf, TakesTheVersionThatHasTheController) {
  constexpr std::string_view kSelf = "4:memory:/box/1\n2:cpu,cpuacct:/box\n0::/x\n";
  EXPECT_THAT(place_of("cpu", kSelf, kMountsOne).folders,
              ElementsAre("/sys/fs/cgroup/cpu,cpuacct/box", "/sys/fs/cgroup/cpu,cpuacct"));
  EXPECT_EQ(place_of("memory", kSelf, kMountsOne).version, Version::One);
  const Place other = place_of("pids", kSelf, kMountsOne);
  EXPECT_EQ(other.version, Version::Two);
  EXPECT_THAT(other.folders, ElementsAre("/sys/fs/cgroup/unified/x", "/sys/fs/cgroup/unified"));
  EXPECT_EQ(place_of("cpu", "3:cpuset:/y\n0::/x\n", kMountsOne).version, Version::Two)
      << "cpuset is another controller";
}

// A container without a name space of its own sees the path of the host, and its own folder as the
// root of the mount.
TEST(PlaceOf, LeavesOutWhatIsNotMounted) {
  constexpr std::string_view kMount =
      "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n";
  const auto folders = [&](std::string_view path) {
    return place_of("cpu", "2:cpu:" + std::string(path) + "\n", kMount).folders;
  };
  EXPECT_THAT(folders("/docker/abc"), ElementsAre("/sys/fs/cgroup/cpu"));
  EXPECT_THAT(folders("/docker/abc/in"),
              ElementsAre("/sys/fs/cgroup/cpu/in", "/sys/fs/cgroup/cpu"));
  EXPECT_THAT(folders("/docker/abcdef"), ElementsAre("/sys/fs/cgroup/cpu"));
  EXPECT_THAT(folders("/../elsewhere"), ElementsAre("/sys/fs/cgroup/cpu"));
}

TEST(PlaceOf, IsNowhereWithoutControlGroups) {
  EXPECT_THAT(place_of("cpu", "", kMountTwo).folders, IsEmpty());
  EXPECT_THAT(place_of("cpu", "0::/\n", "").folders, IsEmpty());
  EXPECT_THAT(place_of("cpu", "nonsense\n0:\n", kMountTwo).folders, IsEmpty());
}

TEST(CpuQuota, OfVersionTwo) {
  const Machine machine = {"0::/\n", kMountTwo, {{"/sys/fs/cgroup/cpu.max", "150000 100000\n"}}};
  expect_limit(machine.quota(), Limit::Kind::Set, 1.5);
  const Machine unlimited = {"0::/\n", kMountTwo, {{"/sys/fs/cgroup/cpu.max", "max 100000\n"}}};
  expect_limit(unlimited.quota(), Limit::Kind::None);
}

TEST(CpuQuota, IsTheSmallestOfAllParents) {
  Machine machine = {"0::/a/b\n",
                     kMountTwo,
                     {{"/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n"},
                      {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
                      {"/sys/fs/cgroup/a/cpu.max", "50000 100000\n"}}};
  expect_limit(machine.quota(), Limit::Kind::Set, 0.5);
  machine.files["/sys/fs/cgroup/a/b/cpu.max"] = "20000 100000\n";
  expect_limit(machine.quota(), Limit::Kind::Set, 0.2);
  machine.files["/sys/fs/cgroup/a/b/cpu.max"] = "200000 100000\n";
  expect_limit(machine.quota(), Limit::Kind::Set, 0.5);
}

// The root of a machine has no cpu.max; nor has a folder whose parent does not hand the controller
// down.
TEST(CpuQuota, IsNoneWhereTheControllerIsThereAndLimitsNobody) {
  const Machine machine = {
      "0::/\n", kMountTwo, {{"/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io\n"}}};
  expect_limit(machine.quota(), Limit::Kind::None);
}

TEST(CpuQuota, IsUnknownAndNeverGuessed) {
  expect_limit(Machine{"0::/\n", kMountTwo, {}}.quota(), Limit::Kind::Unknown);
  expect_limit(
      Machine{"0::/\n", kMountTwo, {{"/sys/fs/cgroup/cgroup.controllers", "cpuset io\n"}}}.quota(),
      Limit::Kind::Unknown);
  expect_limit(Machine{"", "", {}}.quota(), Limit::Kind::Unknown);
  for (const std::string_view text :
       {"max100000", "inf 100000", "100000 nan", "1e", "100000", "100000 ", "100000 0", "0 100000",
        "-1 100000", "x 100000", "100000 x", " "}) {
    const Machine machine = {"0::/a\n",
                             kMountTwo,
                             {{"/sys/fs/cgroup/a/cpu.max", std::string(text)},
                              {"/sys/fs/cgroup/cpu.max", "100000 100000\n"}}};
    expect_limit(machine.quota(), Limit::Kind::Unknown);
  }
}

TEST(CpuQuota, OfVersionOne) {
  const auto with = [](std::string_view quota, std::string_view period) {
    return Machine{"2:cpu,cpuacct:/\n",
                   kMountsOne,
                   {{"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", std::string(quota)},
                    {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", std::string(period)}}};
  };
  expect_limit(with("-1\n", "100000\n").quota(), Limit::Kind::None);
  expect_limit(with("250000\n", "100000\n").quota(), Limit::Kind::Set, 2.5);
  expect_limit(with("250000\n", "").quota(), Limit::Kind::Unknown);
  expect_limit(with("", "100000\n").quota(), Limit::Kind::Unknown);
  expect_limit(with("0\n", "100000\n").quota(), Limit::Kind::Unknown);
}

TEST(MemoryLimit, OfBothVersions) {
  const auto one = [](std::string_view bytes) {
    return Machine{"4:memory:/box\n",
                   kMountsOne,
                   {{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
                    {"/sys/fs/cgroup/memory/box/memory.limit_in_bytes", std::string(bytes)}}};
  };
  expect_limit(one("536870912\n").memory(), Limit::Kind::Set, 536870912);
  expect_limit(one("9223372036854771712\n").memory(), Limit::Kind::None);
  expect_limit(one("much\n").memory(), Limit::Kind::Unknown);
  const auto two = [](std::string_view bytes) {
    return Machine{"0::/\n", kMountTwo, {{"/sys/fs/cgroup/memory.max", std::string(bytes)}}};
  };
  expect_limit(two("1073741824\n").memory(), Limit::Kind::Set, 1073741824);
  expect_limit(two("max\n").memory(), Limit::Kind::None);
  expect_limit(two("").memory(), Limit::Kind::Unknown);
}

}  // namespace
}  // namespace pragmark::cgroup_files
