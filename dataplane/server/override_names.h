#ifndef FAIRLEAD_DATAPLANE_SERVER_OVERRIDE_NAMES_H_
#define FAIRLEAD_DATAPLANE_SERVER_OVERRIDE_NAMES_H_

// Settings of a route for a filter by whose name no filter goes: Envoy takes them in silence, and
// they do nothing. Here they are taken too (the filter may be yet to come), with a warning.
//
//     for (const std::string& warning : names.AddListener(config)) ...
//     for (const std::string& warning : names.AddRoutes("r", table->override_names())) ...
//
// A warning is given once, when a route configuration and a listener that uses it are both there.
// Thread: configuration. Owned by who publishes.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataplane/listener/listener_config.h"

namespace fairlead::server {

class OverrideNames {
 public:
  using Names = std::set<std::string>;

  // Each returns the warnings that are new.
  std::vector<std::string> AddListener(const listener::ListenerConfig& config);
  std::vector<std::string> AddRoutes(const std::string& routes, const Names& overrides);
  void RemoveListener(const std::string& name) { chains_.erase(name); }
  void RemoveRoutes(const std::string& name);

 private:
  std::vector<std::string> Check(const std::string& routes);

  // By the name of the route configuration.
  std::map<std::string, Names> named_;
  std::map<std::string, Names> warned_;
  // By listener.
  struct Chain {
    std::string routes;
    Names filters;
  };
  std::map<std::string, Chain> chains_;
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_OVERRIDE_NAMES_H_
