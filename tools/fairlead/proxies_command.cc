#include "tools/fairlead/proxies_command.h"

#include <algorithm>

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

// "14 live", "12 live, 1 waiting, 1 rejected"; "-" for a client that does not report.
std::string ResourcesOf(const v1::Proxy& proxy) {
  if (!proxy.has_resources()) return "-";
  int64_t accepted = 0, live = 0, rejected = 0;
  for (const v1::ResourceCounts& counts : proxy.resources().counts()) {
    accepted += counts.accepted();
    live += counts.live();
    rejected += counts.rejected();
  }
  std::string text = StrCat(live, " live");
  if (accepted > live) StrAppend(&text, ", ", accepted - live, " waiting");
  if (rejected > 0) StrAppend(&text, ", ", rejected, " rejected");
  return text;
}

void AddNotLive(const v1::Proxy& proxy, absl::Time now, Table& table) {
  for (const v1::ResourceStatus& resource : proxy.resources().not_live()) {
    const bool is_rejected = !resource.error().empty();
    std::string serving = resource.is_live() ? resource.version() : resource.older_live_version();
    if (serving.empty()) {
      serving = "nothing";
    } else {
      const absl::Time since = absl::FromUnixSeconds(resource.live_since().seconds());
      serving = StrCat(serving, " since ", RelativeTime(since, now));
    }
    table.AddRow({proxy.node_id(), ShortType(resource.type_url()), resource.name(),
                  is_rejected ? "rejected" : "waiting",
                  is_rejected ? resource.rejected_version() : resource.version(), serving,
                  resource.error()});
  }
}

bool IsAskedFor(const Context& context, const v1::Proxy& proxy) {
  const std::vector<std::string>& words = context.args.words();
  return words.empty() || words.front() == proxy.node_id();
}

void PrintRejections(Context& context, const v1::Proxy& proxy) {
  for (const v1::TypeStatus& type : proxy.types()) {
    if (type.last_nack().empty()) continue;
    context.env.out << context.paint.Red("rejected") << " by " << Printable(proxy.node_id()) << ", "
                    << Printable(ShortType(type.type_url())) << ": " << Printable(type.last_nack())
                    << "\n";
  }
}

void PrintForPeople(Context& context, const v1::ListProxiesResponse& response) {
  Table table(
      {"NODE", "CLUSTER", "ADDRESS", "AGENT", "CONNECTED", "REVISION", "RESOURCES", "STATE"});
  Table not_live({"NODE", "TYPE", "NAME", "STATE", "VERSION", "SERVING", "ERROR"});
  bool has_not_live = false;
  for (const v1::Proxy& proxy : response.proxies()) {
    const absl::Time since = absl::FromUnixSeconds(proxy.connected_since().seconds());
    table.AddRow({proxy.node_id(), proxy.cluster(), proxy.address(), proxy.user_agent(),
                  RelativeTime(since, context.env.now()),
                  StrCat(proxy.revision_acknowledged(), "/", response.revision()),
                  ResourcesOf(proxy), StateOf(proxy, response.revision())});
    AddNotLive(proxy, context.env.now(), not_live);
    has_not_live = has_not_live || !proxy.resources().not_live().empty();
  }
  context.Print(table);
  for (const v1::Proxy& proxy : response.proxies()) PrintRejections(context, proxy);
  const bool is_wide = context.args.Has("wide") || !context.args.words().empty();
  if (is_wide && has_not_live) {
    context.env.out << "\n";
    context.Print(not_live);
  }
}

absl::StatusOr<ExitCode> RunProxies(Context& context) {
  FL_ASSIGN_OR_RETURN(v1::ListProxiesResponse response,
                      context.client.Call(&Client::Stub::ListProxies, v1::ListProxiesRequest()));
  const bool is_any_connected = !response.proxies().empty();
  auto& proxies = *response.mutable_proxies();
  proxies.erase(std::remove_if(proxies.begin(), proxies.end(),
                               [&](const auto& proxy) { return !IsAskedFor(context, proxy); }),
                proxies.end());
  if (proxies.empty() && !context.args.words().empty()) {
    return absl::NotFoundError(
        StrCat("no proxy is connected whose node id is '", context.args.words().front(), "'"));
  }
  if (context.is_for_scripts()) {
    context.Print(ProxiesJson(response));
  } else if (!is_any_connected) {
    context.env.out << "no proxy is connected; fairlead bootstrap prints a configuration to start "
                       "one with\n";
  } else {
    PrintForPeople(context, response);
  }
  return ExitCode::kOk;
}

}  // namespace

Command ProxiesCommand() {
  return {
      .name = "proxies",
      .usage = "[NODE]",
      .summary = "List connected proxies, what they run and what they rejected",
      .description =
          "REVISION is what the proxy has acknowledged of the newest. STATE is in sync, behind\n"
          "or rejected; a rejection is printed with the proxy's reason. RESOURCES counts what the\n"
          "proxy says of each: live (all of its workers serve it), waiting (accepted, not live\n"
          "yet), rejected; with NODE or --wide those that are not live are listed.",
      .examples = {"fairlead proxies", "fairlead proxies edge-1",
                   "fairlead proxies -o json | jq '.proxies[] | {nodeId, revisionAcknowledged}'"},
      .flags = {{.name = "wide", .letter = 'w', .help = "also list the resources not live"}},
      .words_max = 1,
      .run = RunProxies};
}

}  // namespace fairlead::cli
