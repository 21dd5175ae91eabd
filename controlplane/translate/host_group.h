#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_HOST_GROUP_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_HOST_GROUP_H_

// The hosts of a listener that have the same routes, as one virtual host. Rules are ordered by
// specificity.h; each match of a rule is a route of its own, named "<route>/<rule>".
//
//     std::shared_ptr<const HostGroup> group = MakeHostGroup(state, listener, routes, hosts);
//
// Immutable: the tables of successive states share the groups that did not change. Thread: any.
// Source: config.route.v3.VirtualHost.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controlplane/model/state.h"

namespace fairlead::control::translate {

// Sorted by name, each once.
using RouteSet = std::vector<model::EntryPtr>;

struct HostGroup {
  RouteSet routes;
  // In lower case.
  std::set<std::string> hosts;
  // The virtual host as it stands among others in a serialized RouteConfiguration.
  std::string element;
  // Rules that can never be reached.
  std::vector<std::string> warnings;
  // The rule of each bucket, as often as it has one.
  std::vector<std::string> buckets;
};

// `routes` and `hosts` have at least one each.
std::shared_ptr<const HostGroup> MakeHostGroup(const model::State& state,
                                               const fairlead::v1::Listener& listener,
                                               RouteSet routes, std::set<std::string> hosts);

// "<route>/<rule>", by the rule's name or its place.
std::string RuleName(const fairlead::v1::Route& route, int rule);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_HOST_GROUP_H_
