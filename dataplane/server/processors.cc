#include "dataplane/server/processors.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

#include "dataplane/base/strings.h"

namespace fairlead::server {
namespace {

constexpr uint64_t kNoLimit = UINT64_MAX;
constexpr std::string_view kMount = "/sys/fs/cgroup";

// Takes what stands before the first of `separators` off `text`.
std::string_view TakeWord(std::string_view& text, std::string_view separators) {
  const size_t end = std::min(text.find_first_of(separators), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

// Whole processors in a quota for each period.
uint64_t Whole(std::optional<uint64_t> quota, std::optional<uint64_t> period) {
  if (!quota.has_value() || !period.has_value() || *period == 0) return kNoLimit;
  return std::max<uint64_t>(*quota / *period, 1);
}

// "150000 100000", or "max 100000".
uint64_t LimitOfVersion2(const std::string& folder, const ReadFileFunction& read_file) {
  const std::optional<std::string> text = read_file(folder + "/cpu.max");
  if (!text.has_value()) return kNoLimit;
  std::string_view rest = *text;
  const std::string_view quota = TakeWord(rest, " \n");
  return Whole(ParseNumber(quota), ParseNumber(TakeWord(rest, " \n")));
}

// -1: no limit.
uint64_t LimitOfVersion1(const std::string& folder, const ReadFileFunction& read_file) {
  const std::optional<std::string> quota = read_file(folder + "/cpu.cfs_quota_us");
  const std::optional<std::string> period = read_file(folder + "/cpu.cfs_period_us");
  if (!quota.has_value() || !period.has_value()) return kNoLimit;
  return Whole(ParseNumber(*quota), ParseNumber(*period));
}

// The least of a cgroup's and of those around it. In a container the path may be one of the host's,
// which is not to be found: then the mount itself is the container's.
template <typename Limit>
uint64_t LeastOf(const std::string& mount, std::string_view path, Limit limit) {
  uint64_t least = limit(mount);
  while (!path.empty() && path != "/") {
    least = std::min(least, limit(StrCat(mount, path)));
    path = path.substr(0, path.rfind('/'));
  }
  return least;
}

bool HasController(std::string_view controllers, std::string_view name) {
  while (!controllers.empty()) {
    if (TakeWord(controllers, ",") == name) return true;
  }
  return false;
}

// What a folder's files say, in either version.
struct Limits {
  std::function<uint64_t(const std::string& folder)> version2;
  std::function<uint64_t(const std::string& folder)> version1;
};

// The least of this process's cgroups.
uint64_t LeastOfCgroups(std::string_view controller, const ReadFileFunction& read_file,
                        const Limits& limits) {
  uint64_t least = kNoLimit;
  // Lines "hierarchy:controllers:path" (cgroups(7)).
  const std::string cgroups = read_file("/proc/self/cgroup").value_or("");
  for (std::string_view rest = cgroups; !rest.empty();) {
    std::string_view line = TakeWord(rest, "\n");
    const std::string_view hierarchy = TakeWord(line, ":");
    const std::string_view controllers = TakeWord(line, ":");
    if (hierarchy == "0" && controllers.empty()) {
      least = std::min(least, LeastOf(std::string(kMount), line, limits.version2));
    } else if (HasController(controllers, controller)) {
      for (const std::string_view folder : {controller, controllers}) {
        least = std::min(least, LeastOf(StrCat(kMount, "/", folder), line, limits.version1));
      }
    }
  }
  return least;
}

}  // namespace

uint32_t AvailableProcessors(uint32_t in_affinity, const ReadFileFunction& read_file) {
  const uint64_t least = LeastOfCgroups(
      "cpu", read_file,
      {[&](const std::string& folder) { return LimitOfVersion2(folder, read_file); },
       [&](const std::string& folder) { return LimitOfVersion1(folder, read_file); }});
  return static_cast<uint32_t>(std::min<uint64_t>(least, std::max<uint32_t>(in_affinity, 1)));
}

uint64_t AvailableMemory(uint64_t in_machine, const ReadFileFunction& read_file) {
  // "max" is no number, and no limit.
  const auto limit_in = [&](std::string_view name) {
    return [&read_file, name](const std::string& folder) {
      return ParseNumber(read_file(StrCat(folder, name)).value_or("")).value_or(kNoLimit);
    };
  };
  return std::min(in_machine,
                  LeastOfCgroups("memory", read_file,
                                 {limit_in("/memory.max"), limit_in("/memory.limit_in_bytes")}));
}

uint32_t AffinityProcessors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<uint32_t>(std::max(CPU_COUNT(&set), 1));
}

uint64_t MachineMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

std::optional<std::string> ReadSmallFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(16 * 1024, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace fairlead::server
