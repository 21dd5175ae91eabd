#include "controlplane/translate/route_table.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "controlplane/translate/effective_policy.h"
#include "controlplane/translate/route_action.h"
#include "controlplane/translate/route_match.h"
#include "controlplane/translate/specificity.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::control::translate {
namespace {

using fairlead::v1::Listener;
using fairlead::v1::Match;
using fairlead::v1::Route;
using fairlead::v1::Rule;

// Routes by their place in the list of the listener's routes, which is in the order of names.
using RouteSet = std::vector<size_t>;

struct Candidate {
  Specificity rank;
  size_t route;
  int rule;
  int match;

  auto Key() const { return std::tie(rank, route, rule, match); }
};

bool Carries(const Listener& listener, const Route& route) {
  if (route.listeners().empty()) return true;
  return std::find(route.listeners().begin(), route.listeners().end(), listener.name()) !=
         route.listeners().end();
}

std::string RuleName(const Route& route, int rule) {
  const std::string& name = route.rules(rule).name();
  return name.empty() ? absl::StrCat(route.name(), "/", rule)
                      : absl::StrCat(route.name(), "/", name);
}

class TableBuilder {
 public:
  TableBuilder(const model::State& state, const Listener& listener,
               std::vector<std::string>& warnings)
      : state_(state), listener_(listener), warnings_(warnings) {
    for (const model::EntryPtr& entry : state.All(model::Kind::kRoute)) {
      const Route& route = entry->resource.route();
      if (Carries(listener, route)) routes_.push_back(&route);
    }
  }

  void Build(envoy::config::route::v3::RouteConfiguration& out);

 private:
  std::vector<Candidate> Ordered(const RouteSet& routes) const;
  void AddRoutes(const RouteSet& routes, envoy::config::route::v3::VirtualHost& host);
  void WarnOfBuckets();

  const model::State& state_;
  const Listener& listener_;
  std::vector<std::string>& warnings_;
  std::vector<const Route*> routes_;
  // How often each rule stands in the table, to tell when its limit is counted more than once.
  std::map<std::pair<size_t, int>, int> limited_rules_;
};

const Match& MatchOf(const Rule& rule, int match) {
  return match < 0 ? Match::default_instance() : rule.matches(match);
}

std::vector<Candidate> TableBuilder::Ordered(const RouteSet& routes) const {
  std::vector<Candidate> candidates;
  for (size_t index : routes) {
    const Route& route = *routes_[index];
    for (int r = 0; r < route.rules_size(); ++r) {
      const Rule& rule = route.rules(r);
      // A rule without a match takes every request.
      for (int m = rule.matches().empty() ? -1 : 0; m < rule.matches_size(); ++m) {
        candidates.push_back({SpecificityOf(MatchOf(rule, m)), index, r, m});
      }
    }
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.Key() < b.Key(); });
  return candidates;
}

void TableBuilder::AddRoutes(const RouteSet& routes, envoy::config::route::v3::VirtualHost& host) {
  absl::flat_hash_map<std::string, std::string> seen;
  for (const Candidate& candidate : Ordered(routes)) {
    const Route& route = *routes_[candidate.route];
    const Rule& rule = route.rules(candidate.rule);
    const Match& match = MatchOf(rule, candidate.match);
    std::string name = RuleName(route, candidate.rule);
    envoy::config::route::v3::Route added;
    added.set_name(name);
    ToRouteMatch(match, *added.mutable_match());
    auto [earlier, is_new] = seen.try_emplace(added.match().SerializeAsString(), name);
    if (!is_new) {
      warnings_.push_back(absl::StrCat(
          "listener '", listener_.name(), "', host ", host.name(), ": rule ", name,
          candidate.match < 0 ? "" : absl::StrCat(" (matches[", candidate.match, "])"),
          " is never reached: rule ", earlier->second, " has the same match and comes first"));
      continue;
    }
    SetAction(state_, rule, match, added);
    EffectivePolicy policy = ResolvePolicies(state_, listener_, route, rule);
    SetPolicy(policy, name, added);
    if (policy.rate_limit != nullptr) ++limited_rules_[{candidate.route, candidate.rule}];
    *host.add_routes() = std::move(added);
  }
}

void TableBuilder::WarnOfBuckets() {
  for (const auto& [rule, count] : limited_rules_) {
    if (count == 1) continue;
    warnings_.push_back(absl::StrCat("listener '", listener_.name(), "': the rate limit of rule ",
                                     RuleName(*routes_[rule.first], rule.second),
                                     " counts separately for each of the ", count,
                                     " combinations of its matches and groups of hosts"));
  }
}

void TableBuilder::Build(envoy::config::route::v3::RouteConfiguration& out) {
  std::map<std::string, RouteSet> by_host;
  for (size_t i = 0; i < routes_.size(); ++i) {
    for (const std::string& hostname : routes_[i]->hostnames()) {
      by_host[absl::AsciiStrToLower(hostname)].push_back(i);
    }
    if (routes_[i]->hostnames().empty()) by_host["*"].push_back(i);
  }
  std::map<RouteSet, std::vector<std::string>> by_routes;
  for (const auto& [host, routes] : by_host) by_routes[routes].push_back(host);

  out.set_name(listener_.name());
  // "shop.example.com:8080" is the host "shop.example.com".
  out.set_ignore_port_in_host_matching(true);
  for (const auto& [routes, hosts] : by_routes) {
    auto& host = *out.add_virtual_hosts();
    // A host stands in one group only, so this is unique.
    host.set_name(hosts.front());
    for (const std::string& domain : hosts) host.add_domains(domain);
    AddRoutes(routes, host);
  }
  WarnOfBuckets();
}

}  // namespace

void ToRouteConfiguration(const model::State& state, const Listener& listener,
                          envoy::config::route::v3::RouteConfiguration& out,
                          std::vector<std::string>& warnings) {
  TableBuilder(state, listener, warnings).Build(out);
  for (const model::EntryPtr& entry : state.All(model::Kind::kRoute)) {
    const Route& route = entry->resource.route();
    if (!Carries(listener, route)) continue;
    for (int i = 0; i < route.rules_size(); ++i) {
      std::string warning = HashWarning(state, route.rules(i));
      if (!warning.empty()) {
        warnings.push_back(absl::StrCat("rule ", RuleName(route, i), ": ", warning));
      }
    }
  }
}

}  // namespace fairlead::control::translate
