#include "dataplane/route/testing/compare.h"

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/random_routes.h"

namespace fairlead::route::testing {
namespace {

// The matched route's place, read from the name that NameRoutes() gave it.
std::string Place(const Route* route) { return route == nullptr ? "none" : route->name; }

std::string Place(const std::optional<Position>& position) {
  return position.has_value() ? StrCat(position->virtual_host, "/", position->route) : "none";
}

void NameRoutes(envoy::config::route::v3::RouteConfiguration& config) {
  for (int i = 0; i < config.virtual_hosts_size(); ++i) {
    auto& host = *config.mutable_virtual_hosts(i);
    for (int k = 0; k < host.routes_size(); ++k) {
      host.mutable_routes(k)->set_name(StrCat(i, "/", k));
    }
  }
}

}  // namespace

void FillHead(const PlainRequest& request, codec::RequestHead& head) {
  head.Clear();
  head.authority = request.authority;
  head.path = request.path;
  head.method_text = request.method;
  head.scheme = request.scheme;
  for (const auto& [name, value] : request.headers) head.headers.Add(name, value);
}

std::string CompareWithLinear(absl::FunctionRef<uint32_t(uint32_t n)> choose, int requests) {
  RandomRoutes random(choose);
  auto config = random.Config();
  NameRoutes(config);
  cluster::ClusterSlots slots;
  const auto table = RouteTable::Compile(config, {slots, nullptr}, nullptr);
  if (!table.ok()) return StrCat("does not compile: ", table.status().message());
  // The same again, with everything taken over.
  const auto again = RouteTable::Compile(config, {slots, nullptr}, table->get());
  if (!again.ok() || (*again)->virtual_hosts_reused() != (*again)->virtual_hosts()) {
    return "an equal configuration is not taken over";
  }
  codec::RequestHead head;
  for (int i = 0; i < requests; ++i) {
    const PlainRequest request = random.Request();
    FillHead(request, head);
    const std::string expected = Place(LinearMatch(config, request));
    const std::string got = Place((*again)->Match(head, request.random));
    if (expected == got) continue;
    return StrCat("'", request.authority, "' '", request.path, "' random ", request.random,
                  ": expected ", expected, ", got ", got, " of\n", config.DebugString());
  }
  return "";
}

}  // namespace fairlead::route::testing
