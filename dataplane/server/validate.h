#ifndef FAIRLEAD_DATAPLANE_SERVER_VALIDATE_H_
#define FAIRLEAD_DATAPLANE_SERVER_VALIDATE_H_

// --mode validate: checks and compiles a bootstrap and its static resources as a start would, and
// publishes nothing; warns of listeners that are open to strangers (edge_warnings.h). Thread: main;
// blocks.

#include <memory>

#include "absl/status/status.h"

namespace envoy::config::bootstrap::v3 {
class Bootstrap;
}

namespace fairlead::server {

// The first fault, with its path.
absl::Status Validate(std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap);

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_VALIDATE_H_
