#ifndef FAIRLEAD_DATAPLANE_SERVER_PROCESSORS_H_
#define FAIRLEAD_DATAPLANE_SERVER_PROCESSORS_H_

// How much of the machine this process may use.
//
// Processors, which is how many workers it has by default: those of its affinity, or fewer when a
// cgroup (version 2: cpu.max; version 1: cpu.cfs_quota_us) gives it less time than that. A
// container that may use 1.5 processors gets one worker: with two, both would be stopped in the
// middle of every period.
//
// Memory, of which its buffers may have a part: the machine's, or less when a cgroup (memory.max;
// memory.limit_in_bytes) gives it less.
//
//     uint32_t workers = AvailableProcessors(AffinityProcessors(), &ReadSmallFile);
//     uint64_t bytes = AvailableMemory(MachineMemory(), &ReadSmallFile);
//
// Thread: any.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace fairlead::server {

// A file's text; nothing when it cannot be read.
using ReadFileFunction = std::function<std::optional<std::string>(const std::string& path)>;

// At least 1. The limits of all enclosing cgroups count.
uint32_t AvailableProcessors(uint32_t in_affinity, const ReadFileFunction& read_file);

// In bytes, as the other.
uint64_t AvailableMemory(uint64_t in_machine, const ReadFileFunction& read_file);

uint32_t AffinityProcessors();
uint64_t MachineMemory();
std::optional<std::string> ReadSmallFile(const std::string& path);

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_PROCESSORS_H_
