#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_TABLE_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_TABLE_H_

// The RouteConfiguration of one listener: the routes that it carries, merged by host.
//
//     RouteTable table = RouteTable::Of(state, listener);
//     RouteTable next = table.With(next_state, listener, changed_routes);
//     std::string bytes = next.Serialize(listener);
//
// A request is first given to the most specific host (exact, then the longest "*.suffix", then
// "*") and then to the rules of that host only. Hosts with the same routes share one virtual host
// (host_group.h). With() translates the groups that a change touches and shares the others: of a
// table of 100,000 routes a change costs what its hosts cost, and a copy of pointers and bytes.
//
// Thread: any; a table is not changed once made. Source: config.route.v3.RouteConfiguration.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/types/span.h"
#include "controlplane/model/state.h"
#include "controlplane/translate/host_group.h"

namespace fairlead::control::translate {

class RouteTable {
 public:
  static RouteTable Of(const model::State& state, const fairlead::v1::Listener& listener);

  // The table of `state`, when all that may differ in its routes are `changes`: of routes, with
  // those that look different because of a policy or service they name.
  RouteTable With(const model::State& state, const fairlead::v1::Listener& listener,
                  absl::Span<const model::Change> changes) const;

  // The same bytes for the same content.
  std::string Serialize(const fairlead::v1::Listener& listener) const;
  // How many groups are the other's as well.
  size_t SharedWith(const RouteTable& other) const;
  // Rules that can never be reached, and rate limits that count in more than one bucket.
  void AppendWarnings(const fairlead::v1::Listener& listener,
                      std::vector<std::string>& warnings) const;

 private:
  using GroupPtr = std::shared_ptr<const HostGroup>;
  // By the names of the routes.
  struct ByRoutes {
    using is_transparent = void;
    bool operator()(const GroupPtr& a, const GroupPtr& b) const {
      return Less(a->routes, b->routes);
    }
    bool operator()(const GroupPtr& a, const RouteSet& b) const { return Less(a->routes, b); }
    bool operator()(const RouteSet& a, const GroupPtr& b) const { return Less(a, b->routes); }
    bool operator()(const RouteSet& a, const RouteSet& b) const { return Less(a, b); }
    static bool Less(const RouteSet& a, const RouteSet& b);
  };

  void Remove(const GroupPtr& group);
  void Insert(GroupPtr group);

  absl::btree_set<GroupPtr, ByRoutes> groups_;
  // Keys are in the group.
  absl::btree_map<absl::string_view, GroupPtr> by_host_;
};

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_TABLE_H_
