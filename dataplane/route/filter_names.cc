#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/route.h"

namespace fairlead::route {
namespace {

struct FilterNames {
  absl::Mutex mutex;
  StringMap<uint32_t> ids ABSL_GUARDED_BY(mutex);
};

FilterNames& Names() {
  // Never destroyed: filters may be named while the process ends.
  static FilterNames* names = new FilterNames;
  return *names;
}

}  // namespace

uint32_t FilterNameId(std::string_view name) {
  FilterNames& names = Names();
  absl::MutexLock lock(&names.mutex);
  const auto found = names.ids.find(name);
  if (found != names.ids.end()) return found->second;
  const uint32_t id = static_cast<uint32_t>(names.ids.size());
  names.ids.emplace(std::string(name), id);
  return id;
}

}  // namespace fairlead::route
