#include "controlplane/translate/host_group.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "controlplane/translate/effective_policy.h"
#include "controlplane/translate/route_action.h"
#include "controlplane/translate/route_match.h"
#include "controlplane/translate/specificity.h"
#include "controlplane/xds/snapshot.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::control::translate {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using fairlead::v1::Listener;
using fairlead::v1::Match;
using fairlead::v1::Route;
using fairlead::v1::Rule;

// A match of a rule, and where it stands. A rule without a match takes every request: -1.
struct Candidate {
  Specificity rank;
  size_t route;
  int rule;
  int match;

  auto Key() const { return std::tie(rank, route, rule, match); }
};

const Match& MatchOf(const Rule& rule, int match) {
  return match < 0 ? Match::default_instance() : rule.matches(match);
}

std::vector<Candidate> Ordered(const RouteSet& routes) {
  std::vector<Candidate> candidates;
  for (size_t index = 0; index < routes.size(); ++index) {
    const Route& route = routes[index]->resource.route();
    for (int r = 0; r < route.rules_size(); ++r) {
      const Rule& rule = route.rules(r);
      for (int m = rule.matches().empty() ? -1 : 0; m < rule.matches_size(); ++m) {
        candidates.push_back({SpecificityOf(MatchOf(rule, m)), index, r, m});
      }
    }
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.Key() < b.Key(); });
  return candidates;
}

void AddRoutes(const model::State& state, const Listener& listener, HostGroup& group,
               VirtualHost& host) {
  absl::flat_hash_map<std::string, std::string> seen;
  for (const Candidate& candidate : Ordered(group.routes)) {
    const Route& route = group.routes[candidate.route]->resource.route();
    const Rule& rule = route.rules(candidate.rule);
    const Match& match = MatchOf(rule, candidate.match);
    std::string name = RuleName(route, candidate.rule);
    envoy::config::route::v3::Route added;
    added.set_name(name);
    ToRouteMatch(match, *added.mutable_match());
    auto [earlier, is_new] = seen.try_emplace(added.match().SerializeAsString(), name);
    if (!is_new) {
      group.warnings.push_back(absl::StrCat(
          "listener '", listener.name(), "', host ", host.name(), ": rule ", name,
          candidate.match < 0 ? "" : absl::StrCat(" (matches[", candidate.match, "])"),
          " is never reached: rule ", earlier->second, " has the same match and comes first"));
      continue;
    }
    SetAction(state, rule, match, added);
    EffectivePolicy policy = ResolvePolicies(state, listener, route, rule);
    SetPolicy(policy, name, added);
    if (policy.rate_limit != nullptr) group.buckets.push_back(name);
    *host.add_routes() = std::move(added);
  }
}

}  // namespace

std::shared_ptr<const HostGroup> MakeHostGroup(const model::State& state, const Listener& listener,
                                               RouteSet routes, std::set<std::string> hosts) {
  auto group = std::make_shared<HostGroup>();
  group->routes = std::move(routes);
  group->hosts = std::move(hosts);
  RouteConfiguration with_one;
  VirtualHost& host = *with_one.add_virtual_hosts();
  // A host stands in one group only, so this is unique.
  host.set_name(*group->hosts.begin());
  for (const std::string& domain : group->hosts) host.add_domains(domain);
  AddRoutes(state, listener, *group, host);
  group->element = xds::SerializeDeterministically(with_one);
  return group;
}

std::string RuleName(const Route& route, int rule) {
  const std::string& name = route.rules(rule).name();
  return name.empty() ? absl::StrCat(route.name(), "/", rule)
                      : absl::StrCat(route.name(), "/", name);
}

}  // namespace fairlead::control::translate
