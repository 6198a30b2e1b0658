#include "system_files.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pragmark::system_files {
namespace {

TEST(CpuModel, IsFoundUnderTheNameOfEachArchitecture) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"processor\t: 0\nmodel\t\t: 167\nmodel name\t: Fast CPU @ 3.0GHz\nmodel name\t: Other\n",
       "Fast CPU @ 3.0GHz"},
      {"processor\t: 0\nBogoMIPS\t: 108.00\n\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 4\n",
       "Raspberry Pi 4"},
      {"processor : 0\ncpu : POWER9\n", "POWER9"},
      {"processor\t: 0\nBogoMIPS\t: 243.75\n", ""},
      {"model name\t:\n", ""},
      {"no colon at all", ""},
      {"", ""},
  };
  for (const auto& [text, model] : table) EXPECT_EQ(cpu_model(text), model) << text;
}

TEST(HypervisorFlag, IsAWordAmongTheFlags) {
  EXPECT_TRUE(has_hypervisor_flag("flags\t\t: fpu hypervisor lahf_lm\n"));
  EXPECT_FALSE(has_hypervisor_flag("flags\t\t: fpu lahf_lm\n"));
  EXPECT_FALSE(has_hypervisor_flag("flags\t\t: fpu hypervisor_like\n"));
  EXPECT_FALSE(has_hypervisor_flag("bugs\t\t: hypervisor\n"));
}

TEST(CpuTicks, CountsStealOnceAndGuestNotTwice) {
  const auto ticks = cpu_ticks("cpu  1 2 3 4 5 6 7 8 900 9000\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  ASSERT_TRUE(ticks.has_value());
  EXPECT_EQ(ticks->stolen, 8U);
  EXPECT_EQ(ticks->total, 36U);
}

TEST(CpuTicks, AreUnknownWhereTheKernelDoesNotSay) {
  for (const std::string_view text :
       {"", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8", "intr 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7 x",
        "cpu 1 2 3 4 -5 6 7 8"}) {
    EXPECT_FALSE(cpu_ticks(text).has_value()) << text;
  }
}

TEST(StealPercent, IsAShareOfAllTime) {
  EXPECT_EQ(steal_percent({10, 1000}, {60, 1200}), 25.0);
  EXPECT_EQ(steal_percent({10, 1000}, {10, 1200}), 0.0);
  EXPECT_EQ(steal_percent({10, 1000}, {10, 1000}), 0.0);
  EXPECT_EQ(steal_percent({10, 1000}, {5, 900}), 0.0) << "counters may step back";
  EXPECT_EQ(steal_percent({10, 1000}, {5, 1200}), 0.0) << "one of them alone, too";
}

constexpr std::string_view kMountinfo =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard,relatime\n"
    "28 27 8:1 / /data rw,noatime - xfs /dev/sda1 rw\n"
    "29 28 0:40 / /data/ram rw - tmpfs tmpfs rw,size=4k\n"
    "30 27 0:41 / /with\\040space\\134 rw - nfs4 server:/ex\\011port rw,vers=4.2\n"
    "31 27 0:42 / /twice rw - ext3 /dev/under rw\n"
    "32 27 0:43 / /twice rw - ext2 /dev/over rw\n"
    "33 27 0:44 / /unnamed rw - tmpfs  rw\n"
    "broken line\n"
    "34 27 0:45 / /cut rw -\n";

struct MountRow {
  std::string_view directory;
  std::string_view filesystem;
  std::string_view source;
};

TEST(MountOf, IsTheLongestMountPointAbove) {
  const std::vector<MountRow> table = {
      {"/", "ext4", "/dev/vda"},
      {"/home/user", "ext4", "/dev/vda"},
      {"/data", "xfs", "/dev/sda1"},
      {"/data/app", "xfs", "/dev/sda1"},
      {"/database", "ext4", "/dev/vda"},
      {"/data/ram/x", "tmpfs", "tmpfs"},
      {"/with space\\/x", "nfs4", "server:/ex\tport"},
      {"/twice/x", "ext2", "/dev/over"},
      {"/unnamed", "tmpfs", ""},
      {"/cut", "ext4", "/dev/vda"},
  };
  for (const MountRow& row : table) {
    const std::optional<Mount> mount = mount_of(kMountinfo, row.directory);
    ASSERT_TRUE(mount.has_value()) << row.directory;
    EXPECT_EQ(mount->filesystem, row.filesystem) << row.directory;
    EXPECT_EQ(mount->source, row.source) << row.directory;
  }
}

TEST(MountOf, SaysEachOptionOnceAndTheDevice) {
  const std::optional<Mount> mount = mount_of(kMountinfo, "/home");
  ASSERT_TRUE(mount.has_value());
  EXPECT_EQ(mount->options, "rw,relatime,discard");
  EXPECT_EQ(mount->device, "254:0");
}

TEST(MountOf, IsUnknownWithoutMountinfo) { EXPECT_FALSE(mount_of("", "/").has_value()); }

TEST(Virtualization, NamesMachineAndContainer) {
  struct Row {
    VirtualizationHints hints;
    std::string_view name;
  };
  const std::vector<Row> table = {
      {{}, "none"},
      {{.dmi = "Dell Inc.\nPowerEdge"}, "none"},
      {{.dmi = "QEMU\nStandard PC", .hypervisor_flag = true}, "qemu"},
      {{.dmi = "QEMU\nKVM Virtual Machine", .hypervisor_flag = true}, "kvm"},
      {{.dmi = "Hetzner\nvServer", .hypervisor_flag = true}, "kvm"},
      {{.dmi = "Amazon EC2\nt3.micro", .hypervisor_flag = true}, "amazon"},
      {{.dmi = "Amazon EC2\nm5.metal"}, "none"},
      {{.dmi = "Amazon EC2\nt4g", .processor_would_tell = false}, "amazon"},
      {{.dmi = "Microsoft Corporation\nVirtual Machine", .hypervisor_flag = true}, "hyper-v"},
      {{.dmi = "Microsoft Corporation\nSurface"}, "none"},
      {{.hypervisor_type = "xen\n"}, "xen"},
      {{.hypervisor_flag = true}, "virtual machine (hypervisor not named)"},
      {{.processor_would_tell = false}, "unknown"},
      {{.docker_file = true}, "docker"},
      {{.cgroup = "0::/kubepods.slice/x", .docker_file = true}, "kubernetes"},
      {{.podman_file = true}, "podman"},
      {{.container = "systemd-nspawn\n"}, "systemd-nspawn"},
      {{.cgroup = "0::/lxc/box"}, "lxc"},
      {{.dmi = "KVM", .hypervisor_flag = true, .docker_file = true}, "docker on kvm"},
      {{.hypervisor_flag = true, .kernel_release = "5.15.0-microsoft-standard-WSL2"},
       "wsl on virtual machine (hypervisor not named)"},
      {{.processor_would_tell = false, .docker_file = true}, "docker on unknown"},
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(virtualization(table[i].hints), table[i].name) << "row " << i;
  }
}

TEST(Mounts, AreAllThatCanBeReadWithTheFolderThatIsMounted) {
  const std::vector<Mount> all = mounts(
      "22 27 0:21 / /proc rw - proc proc rw\n"
      "broken line\n"
      "30 24 0:30 /kubepods/pod\\0401 /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].root, "/");
  EXPECT_EQ(all[1].root, "/kubepods/pod 1");
  EXPECT_EQ(all[1].mount_point, "/sys/fs/cgroup/cpu");
  EXPECT_EQ(all[1].options, "rw,cpu,cpuacct");
}

TEST(LoadAverage, IsThatOfTheLastMinute) {
  EXPECT_EQ(load_average("0.52 0.58 0.59 1/467 12345\n"), 0.52);
  EXPECT_EQ(load_average("12.00 8.00 4.00 9/999 1\n"), 12.0);
  for (const std::string_view text : {"", "\n", "-1 0 0", "nan 0 0", "inf 0 0", "0,52 0 0", "x"}) {
    EXPECT_FALSE(load_average(text).has_value()) << text;
  }
}

TEST(ChosenScheduler, IsTheOneInBrackets) {
  EXPECT_EQ(chosen_scheduler("none [mq-deadline] kyber bfq"), "mq-deadline");
  EXPECT_EQ(chosen_scheduler("[none] mq-deadline"), "none");
  EXPECT_EQ(chosen_scheduler("none\n"), "none");
  for (const std::string_view text : {"", " \n", "none mq-deadline", "]x[", "["}) {
    EXPECT_NE(chosen_scheduler(text), "mq-deadline") << text;
  }
  EXPECT_EQ(chosen_scheduler(""), "unknown");
  EXPECT_EQ(chosen_scheduler("none mq-deadline"), "unknown");
}

}  // namespace
}  // namespace pragmark::system_files
