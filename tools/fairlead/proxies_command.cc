#include "tools/fairlead/proxies_command.h"

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {
namespace {

// "type.googleapis.com/envoy.config.cluster.v3.Cluster" -> "Cluster"
std::string ShortType(const std::string& type_url) {
  return type_url.substr(type_url.find_last_of("./") + 1);
}

std::string StateOf(const v1::Proxy& proxy, int64_t newest) {
  for (const v1::TypeStatus& type : proxy.types()) {
    if (!type.last_nack().empty()) return "rejected";
  }
  return proxy.revision_acknowledged() >= newest ? "in sync" : "behind";
}

absl::StatusOr<ExitCode> RunProxies(Context& context) {
  FL_ASSIGN_OR_RETURN(const v1::ListProxiesResponse response,
                      context.client.Call(&Client::Stub::ListProxies, v1::ListProxiesRequest()));
  if (context.is_for_scripts()) {
    context.Print(ProxiesJson(response));
    return ExitCode::kOk;
  }
  if (response.proxies().empty()) {
    context.env.out << "no proxy is connected; fairlead bootstrap prints a configuration to start "
                       "one with\n";
    return ExitCode::kOk;
  }
  Table table({"NODE", "CLUSTER", "ADDRESS", "AGENT", "CONNECTED", "REVISION", "STATE"});
  std::string rejections;
  for (const v1::Proxy& proxy : response.proxies()) {
    const absl::Time since = absl::FromUnixSeconds(proxy.connected_since().seconds());
    table.AddRow({proxy.node_id(), proxy.cluster(), proxy.address(), proxy.user_agent(),
                  RelativeTime(since, context.env.now()),
                  StrCat(proxy.revision_acknowledged(), "/", response.revision()),
                  StateOf(proxy, response.revision())});
    for (const v1::TypeStatus& type : proxy.types()) {
      if (type.last_nack().empty()) continue;
      StrAppend(&rejections, context.paint.Red("rejected"), " by ", Printable(proxy.node_id()),
                ", ", Printable(ShortType(type.type_url())), ": ", Printable(type.last_nack()),
                "\n");
    }
  }
  context.Print(table);
  context.env.out << rejections;
  return ExitCode::kOk;
}

}  // namespace

Command ProxiesCommand() {
  return {
      .name = "proxies",
      .summary = "List connected proxies, what they run and what they rejected",
      .description =
          "REVISION is what the proxy has acknowledged of the newest. STATE is in sync, behind\n"
          "or rejected; a rejection is printed with the proxy's reason.",
      .examples = {"fairlead proxies",
                   "fairlead proxies -o json | jq '.proxies[] | {nodeId, revisionAcknowledged}'"},
      .run = RunProxies};
}

}  // namespace fairlead::cli
