#ifndef FAIRLEAD_DATAPLANE_RUNTIME_RUNTIME_H_
#define FAIRLEAD_DATAPLANE_RUNTIME_RUNTIME_H_

// Values that steer the proxy while it runs, in layers: those of the bootstrap file and those that
// an operator sets by POST /runtime_modify. The last layer that has a key gives its value.
//
//     FL_ASSIGN_OR_RETURN(auto runtime, Runtime::Create(bootstrap));
//     RuntimeKey key = runtime->Key("routing.canary");
//     FL_RETURN_IF_ERROR(runtime->Modify({{"routing.canary", "5"}}));     // from now on
//
// Thread: any (a mutex; never taken on a request's path: runtime_key.h). Owner: the server;
// outlives what was compiled with its keys only by their cells, which are shared.
// Limits: 10,000 keys, 4 KiB a key or value. Source: config.bootstrap.v3.LayeredRuntime.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/base/strings.h"
#include "dataplane/runtime/runtime_key.h"

namespace envoy::config::bootstrap::v3 {
class LayeredRuntime;
}

namespace fairlead::runtime {

class Runtime {
 public:
  // No layers: nothing is set, and nothing can be.
  Runtime() = default;
  // Errors begin with the field's path from LayeredRuntime.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(
      const envoy::config::bootstrap::v3::LayeredRuntime& proto);

  // "" is no key.
  RuntimeKey Key(std::string_view name);

  // Sets keys of the admin layer; an empty value takes one out of it. All or nothing: fails when
  // there is no such layer, or a limit would be passed.
  absl::Status Modify(const std::vector<std::pair<std::string, std::string>>& values);

  struct Entry {
    std::string name;
    // One for each layer; empty: it has none.
    std::vector<std::string> layer_values;
    std::string final_value;
  };
  std::vector<std::string> LayerNames() const;
  // Sorted by name.
  std::vector<Entry> Entries() const;

  struct Counts {
    uint64_t admin_overrides_active = 0;
    uint64_t keys = 0;
    uint64_t layers = 0;
    // Modify() that succeeded, with the first load, and that failed.
    uint64_t loads = 0;
    uint64_t load_errors = 0;
  };
  Counts counts() const;

 private:
  // As it is to be shown, and what it means.
  struct Value {
    std::string text;
    uint64_t number = RuntimeCell::kUnset;
    bool is_fraction = false;
    Fraction fraction;
  };
  using Values = std::map<std::string, Value, std::less<>>;
  struct Layer {
    std::string name;
    bool is_admin = false;
    Values values;
  };
  struct Reader;

  // What the last layer that has the key says; null: none has it.
  const Value* Find(std::string_view name) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  static void Store(const Value* value, RuntimeCell& cell);
  absl::Status TryModify(const std::vector<std::pair<std::string, std::string>>& values)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<Layer> layers_ ABSL_GUARDED_BY(mutex_);
  StringMap<std::shared_ptr<RuntimeCell>> cells_ ABSL_GUARDED_BY(mutex_);
  size_t prune_at_ ABSL_GUARDED_BY(mutex_) = 64;
  uint64_t loads_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t load_errors_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fairlead::runtime

#endif  // FAIRLEAD_DATAPLANE_RUNTIME_RUNTIME_H_
