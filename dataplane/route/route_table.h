#ifndef FAIRLEAD_DATAPLANE_ROUTE_ROUTE_TABLE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_ROUTE_TABLE_H_

// A compiled route configuration: finds a request's route in time that does not depend on how many
// there are.
//
//     FL_ASSIGN_OR_RETURN(auto table, RouteTable::Compile(proto, context, previous.get()));
//     const Route* route = table->Match(head, random);       // null: no route, 404
//
// Hosts are found by exact name (hash), then the longest suffix wildcard, then the longest prefix
// wildcard, then "*". Within a virtual host the first route of the list that matches wins; it is
// found as the smallest position among the candidates of a radix tree (exact paths, prefixes, and
// regexes by the text they start with), not by a scan. Virtual hosts that did not change since
// `previous` are shared with it, not compiled again.
//
// Paths are matched without their query. What is matched should be what is forwarded: paths are to
// be normalised before.
//
// Thread: compiled on the configuration thread, matched on any. Source:
// config.route.v3.RouteConfiguration.

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/codec/message.h"
#include "dataplane/route/compile_context.h"
#include "dataplane/route/route.h"

namespace envoy::config::route::v3 {
class RouteConfiguration;
}

namespace fairlead::route {

class RouteTable {
 public:
  static absl::StatusOr<std::shared_ptr<const RouteTable>> Compile(
      const envoy::config::route::v3::RouteConfiguration& proto, const CompileContext& context,
      const RouteTable* previous);
  // As Compile, when all that changed since `previous` are virtual hosts: `hosts` has for each of
  // them the place that it had there, or kNew: the next of those in `news`, which has no others,
  // and the other fields as they were. The cost is that of the new hosts, and of the index of
  // domains if those changed. Null when the whole is needed: something is wrong with the domains,
  // or something outside of the messages counts.
  static constexpr uint32_t kNew = 0xffffffff;
  static absl::StatusOr<std::shared_ptr<const RouteTable>> CompileChange(
      const envoy::config::route::v3::RouteConfiguration& news, std::span<const uint32_t> hosts,
      const CompileContext& context, const RouteTable& previous);
  ~RouteTable();

  // `random` decides runtime fractions (all of a request by the same number, as in Envoy). Null
  // when no virtual host or no route matches, and for a request without a path (CONNECT). Valid as
  // long as the table.
  const Route* Match(const codec::RequestHead& head, uint64_t random) const;

  const std::string& name() const;
  // Fields that requests from outside lose before a route is looked for (lower-case).
  const std::vector<std::string>& internal_only_headers() const;
  // Routes that can never match because an earlier one always does, and the like; for people. At
  // most kWarningsMax, and then how many more.
  static constexpr size_t kWarningsMax = 100;
  const std::vector<std::string>& warnings() const;
  // Filters that it has settings for, as it names them.
  const std::set<std::string>& override_names() const;
  size_t virtual_hosts() const;
  // Virtual hosts that this compilation took over from `previous`.
  size_t virtual_hosts_reused() const;

 private:
  struct Level;
  struct Compiled;
  explicit RouteTable(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_ROUTE_TABLE_H_
