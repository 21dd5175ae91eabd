#ifndef FAIRLEAD_DATAPLANE_SERVER_EDGE_WARNINGS_H_
#define FAIRLEAD_DATAPLANE_SERVER_EDGE_WARNINGS_H_

// What leaves a listener open to those it is reachable for: fields whose defaults, which are
// Envoy's, are not for a proxy that faces strangers. `--mode validate` prints them; the control
// plane sets all of these fields itself. Thread: any.
//
// A listener on a loopback address faces nobody and is not judged.

#include <string>
#include <vector>

#include "dataplane/listener/listener_config.h"

namespace fairlead::server {

// Each begins with the field's name and says what to set.
std::vector<std::string> EdgeWarnings(const listener::ListenerConfig& listener);

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_EDGE_WARNINGS_H_
