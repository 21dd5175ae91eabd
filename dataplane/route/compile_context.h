#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_CONTEXT_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_CONTEXT_H_

// What the compilation of a route table needs from outside. Thread: configuration.

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/route/route.h"

namespace fairlead::observe {
class CallScopes;
}
namespace fairlead::runtime {
class Runtime;
}
namespace google::protobuf {
class Any;
}

namespace fairlead::route {

struct CompileContext {
  cluster::ClusterSlots& slots;
  // Makes a filter's override from typed_per_filter_config; fails for a filter or message it does
  // not know: with NotFound if that is the reason, so that an optional one can be left out.
  std::function<absl::StatusOr<std::shared_ptr<const FilterOverride>>(std::string_view filter,
                                                                      const google::protobuf::Any&)>
      compile_override;
  // Null: keys have no value, and nothing is counted.
  runtime::Runtime* runtime = nullptr;
  observe::CallScopes* calls = nullptr;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_CONTEXT_H_
