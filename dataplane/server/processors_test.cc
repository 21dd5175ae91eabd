#include "dataplane/server/processors.h"

#include <gtest/gtest.h>

#include <map>

namespace fairlead::server {
namespace {

using Files = std::map<std::string, std::string>;

uint32_t Available(uint32_t in_affinity, const Files& files) {
  return AvailableProcessors(in_affinity, [&](const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

TEST(ProcessorsTest, WithoutCgroupsAffinityDecides) {
  EXPECT_EQ(Available(8, {}), 8u);
  EXPECT_EQ(Available(0, {}), 1u);
}

TEST(ProcessorsTest, Version2Quota) {
  Files files = {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "250000 100000\n"}};
  EXPECT_EQ(Available(8, files), 2u);
  EXPECT_EQ(Available(1, files), 1u);
  files["/sys/fs/cgroup/cpu.max"] = "max 100000\n";
  EXPECT_EQ(Available(8, files), 8u);
  files["/sys/fs/cgroup/cpu.max"] = "50000 100000\n";
  EXPECT_EQ(Available(8, files), 1u);
}

TEST(ProcessorsTest, TheTightestOfTheEnclosingGroupsCounts) {
  const Files files = {{"/proc/self/cgroup", "0::/kube/pod/box\n"},
                       {"/sys/fs/cgroup/kube/cpu.max", "600000 100000\n"},
                       {"/sys/fs/cgroup/kube/pod/cpu.max", "300000 100000\n"},
                       {"/sys/fs/cgroup/kube/pod/box/cpu.max", "max 100000\n"}};
  EXPECT_EQ(Available(8, files), 3u);
}

TEST(ProcessorsTest, Version1Quota) {
  Files files = {{"/proc/self/cgroup",
                  "12:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n3:cpuset:/docker/x\n0::/\n"},
                 {"/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us", "400000\n"},
                 {"/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n"}};
  EXPECT_EQ(Available(8, files), 4u);
  files["/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us"] = "-1\n";
  EXPECT_EQ(Available(8, files), 8u);
}

TEST(ProcessorsTest, InAContainerTheMountIsTheGroup) {
  // The path is the host's, and not to be found in here.
  const Files files = {{"/proc/self/cgroup", "4:cpu:/docker/x\n"},
                       {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000"},
                       {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"}};
  EXPECT_EQ(Available(8, files), 2u);
}

TEST(ProcessorsTest, WhatCannotBeReadIsNoLimit) {
  for (const char* text : {"", "\n", "x y", "100000", "100000 0", "-5 -5", ":::"}) {
    EXPECT_EQ(Available(4, {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", text}}), 4u)
        << text;
    EXPECT_EQ(Available(4, {{"/proc/self/cgroup", text}}), 4u) << text;
  }
}

uint64_t Memory(uint64_t in_machine, const Files& files) {
  return AvailableMemory(in_machine, [&](const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

TEST(MemoryTest, TheTightestLimitCounts) {
  EXPECT_EQ(Memory(1000, {}), 1000u);
  Files files = {{"/proc/self/cgroup", "0::/a/b\n"},
                 {"/sys/fs/cgroup/a/memory.max", "600\n"},
                 {"/sys/fs/cgroup/a/b/memory.max", "max\n"}};
  EXPECT_EQ(Memory(1000, files), 600u);
  EXPECT_EQ(Memory(500, files), 500u);
  files["/sys/fs/cgroup/a/b/memory.max"] = "300\n";
  EXPECT_EQ(Memory(1000, files), 300u);
}

TEST(MemoryTest, Version1) {
  const Files files = {{"/proc/self/cgroup", "12:memory:/x\n4:cpu:/x\n"},
                       {"/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "700\n"},
                       {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}};
  EXPECT_EQ(Memory(1000, files), 700u);
}

TEST(MemoryTest, ThisMachineHasSome) {
  EXPECT_GE(AvailableMemory(MachineMemory(), &ReadSmallFile), 1u << 20);
}

TEST(ProcessorsTest, ThisMachineHasSome) {
  EXPECT_GE(AvailableProcessors(AffinityProcessors(), &ReadSmallFile), 1u);
}

}  // namespace
}  // namespace fairlead::server
