#include "dataplane/server/override_names.h"

#include <utility>

#include "dataplane/base/strings.h"

namespace fairlead::server {

std::vector<std::string> OverrideNames::AddListener(const listener::ListenerConfig& config) {
  Chain& chain = chains_[config.name];
  chain = {config.hcm->route_config_name, {}};
  for (const filters::ChainEntry& entry : config.hcm->filters) chain.filters.insert(entry.name);
  return Check(chain.routes);
}

std::vector<std::string> OverrideNames::AddRoutes(const std::string& routes,
                                                  const Names& overrides) {
  if (overrides.empty()) {
    RemoveRoutes(routes);
    return {};
  }
  named_[routes] = overrides;
  return Check(routes);
}

void OverrideNames::RemoveRoutes(const std::string& name) {
  named_.erase(name);
  warned_.erase(name);
}

std::vector<std::string> OverrideNames::Check(const std::string& routes) {
  std::vector<std::string> warnings;
  const auto named = named_.find(routes);
  if (named == named_.end()) return warnings;
  bool is_used = false;
  Names missing = named->second;
  for (const auto& [listener, chain] : chains_) {
    if (chain.routes != routes) continue;
    is_used = true;
    for (const std::string& filter : chain.filters) missing.erase(filter);
  }
  if (!is_used) return warnings;
  Names& warned = warned_[routes];
  for (const std::string& name : missing) {
    if (warned.contains(name)) continue;
    warnings.push_back(StrCat("route configuration '", routes, "': typed_per_filter_config['", name,
                              "']: no listener that uses it has a filter of this name; the "
                              "settings do nothing"));
  }
  warned = std::move(missing);
  return warnings;
}

}  // namespace fairlead::server
