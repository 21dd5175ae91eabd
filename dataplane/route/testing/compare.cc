#include "dataplane/route/testing/compare.h"

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/random_routes.h"

namespace fairlead::route::testing {
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
  const auto config = random.Config();
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
    const std::string expected = LinearMatch(config, request).value_or("none");
    const Route* route = (*again)->Match(head, request.random);
    const std::string got = route == nullptr ? "none" : route->name;
    if (expected == got) continue;
    return StrCat("'", request.authority, "' '", request.path, "' random ", request.random,
                  ": expected ", expected, ", got ", got, " of\n", config.DebugString());
  }
  return "";
}

}  // namespace fairlead::route::testing
