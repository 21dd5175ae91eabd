#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_ACTION_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_ACTION_H_

// What a rule does with a request, and the policies on it, in the terms of config.route.v3.Route.
// Thread: any.

#include <string>

#include "controlplane/model/state.h"
#include "controlplane/translate/effective_policy.h"

namespace envoy::config::route::v3 {
class Route;
}

namespace fairlead::control::translate {

// `match` is the one of the rule's matches that `out` is for. All references must resolve.
void SetAction(const model::State& state, const fairlead::v1::Rule& rule,
               const fairlead::v1::Match& match, envoy::config::route::v3::Route& out);

// `rule_name` makes the rule's counters and its token bucket its own. Call it after SetAction.
void SetPolicy(const EffectivePolicy& policy, const std::string& rule_name,
               envoy::config::route::v3::Route& out);

// Why backends of this rule that hash differently may surprise; empty when they do not.
std::string HashWarning(const model::State& state, const fairlead::v1::Rule& rule);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_ACTION_H_
