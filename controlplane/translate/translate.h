#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_TRANSLATE_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_TRANSLATE_H_

// The state of the user's resources as the xDS resources that proxies run. Pure: the same state
// gives the same bytes on every machine and in every run.
//
//     FL_ASSIGN_OR_RETURN(Translation translation, Translate(state, last_translation));
//     server.Publish(translation.snapshot);
//
// | user's resource | xDS resource of the same name |
// | Listener | Listener, and the RouteConfiguration of all routes that it carries |
// | Service | Cluster; ClusterLoadAssignment unless it has dns |
// | Route, Policy | part of the RouteConfigurations |
//
// With the last translation only what differs from its state is translated again; the result is the
// same.
//
// Thread: any. Limits: 50 warnings are kept.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controlplane/model/state.h"
#include "controlplane/translate/route_table.h"
#include "controlplane/xds/snapshot.h"

namespace fairlead::control::translate {

struct Translation {
  std::shared_ptr<const model::State> state;
  std::shared_ptr<const xds::Snapshot> snapshot;
  // By the names of the listeners: what the next translation starts from.
  std::map<std::string, std::shared_ptr<const RouteTable>> tables;
  // What the user should know; never an error.
  std::vector<std::string> warnings;
};

// All resources must be valid and all references resolve. An error means that xDS cannot express
// the state within its limits.
absl::StatusOr<Translation> Translate(std::shared_ptr<const model::State> state,
                                      const Translation* last = nullptr);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_TRANSLATE_H_
