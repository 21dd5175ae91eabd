#include "dataplane/server/admin/server_pages.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "dataplane/base/free_memory.h"
#include "dataplane/base/log.h"
#include "dataplane/base/strings.h"
#include "dataplane/server/admin/json.h"
#include "envoy/admin/v3/server_info.pb.h"

namespace fairlead::server::admin {
namespace {

using envoy::admin::v3::CommandLineOptions;
using envoy::admin::v3::ServerInfo;

void SetDuration(event::Duration duration, google::protobuf::Duration& out) {
  // Envoy shows whole seconds.
  out.set_seconds(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

void SetOptions(const ServerFacts& facts, CommandLineOptions& out) {
  const Options& options = facts.options;
  out.set_concurrency(facts.concurrency);
  out.set_config_path(options.config_path);
  // It may hold secrets, and as text they cannot be told from the rest.
  if (!options.config_yaml.empty()) out.set_config_yaml("[redacted]");
  out.set_admin_address_path(options.admin_address_path);
  out.set_log_level(options.log_level);
  out.set_log_path(options.log_path);
  out.set_service_cluster(options.service_cluster);
  out.set_service_node(options.service_node);
  SetDuration(options.drain_time, *out.mutable_drain_time());
  out.set_mode(options.mode == Options::Mode::kServe ? CommandLineOptions::Serve
                                                     : CommandLineOptions::Validate);
  // There is no hot restart.
  out.set_disable_hot_restart(true);
}

AdminReply Ready(const AdminSource& source, const HealthOverride& health) {
  const ServerState state = health.StateOf(source);
  return {.status = static_cast<uint16_t>(state == ServerState::kLive ? 200 : 503),
          .body = StrCat(StateName(state), "\n",
                         source.ServesLastGood()
                             ? "on the last good configuration: the control plane has not "
                               "answered yet\n"
                             : "")};
}

AdminReply ServerInfoPage(const AdminSource& source, const HealthOverride& health) {
  const ServerFacts& facts = source.Facts();
  ServerInfo info;
  info.set_version(facts.version);
  info.set_state(static_cast<ServerInfo::State>(health.StateOf(source)));
  SetDuration(source.Uptime(), *info.mutable_uptime_current_epoch());
  SetDuration(source.Uptime(), *info.mutable_uptime_all_epochs());
  info.set_hot_restart_version("disabled");
  SetOptions(facts, *info.mutable_command_line_options());
  *info.mutable_node() = source.Node();
  return JsonReply(info, /*with_defaults=*/true);
}

AdminReply MemoryPage() {
  const MemoryUse use = ReadMemoryUse();
  // admin.v3.Memory, whose 64-bit numbers are texts in JSON.
  return JsonReply(nlohmann::ordered_json{
      {"allocated", std::to_string(use.allocated)},
      {"heap_size", std::to_string(use.heap_size)},
      {"total_physical_bytes", std::to_string(use.total_physical_bytes)},
  });
}

AdminReply ListenersAsText(const std::vector<Publisher::ListenerState>& listeners) {
  AdminReply reply;
  for (const Publisher::ListenerState& listener : listeners) {
    StrAppend(&reply.body, OneLine(listener.name), "::", listener.address.ToString());
    if (!listener.error.empty()) StrAppend(&reply.body, "::", OneLine(listener.error));
    StrAppend(&reply.body, "\n");
  }
  return reply;
}

AdminReply ListenersPage(const AdminSource& source, const AdminRequest& request) {
  const std::vector<Publisher::ListenerState> listeners = source.Listeners();
  const std::string_view format = request.Find("format").value_or("text");
  if (format == "text") return ListenersAsText(listeners);
  if (format != "json") return BadRequest("format: allowed are text and json");
  // admin.v3.Listeners.
  auto statuses = nlohmann::ordered_json::array();
  for (const Publisher::ListenerState& listener : listeners) {
    nlohmann::ordered_json status;
    status["name"] = listener.name;
    status["local_address"]["socket_address"] = {{"address", listener.address.ip()},
                                                 {"port_value", listener.address.port()}};
    if (!listener.error.empty()) status["error"] = listener.error;
    statuses.push_back(std::move(status));
  }
  return JsonReply(nlohmann::ordered_json{{"listener_statuses", std::move(statuses)}});
}

// What the start still waits for; nothing once it is over.
AdminReply InitDumpPage(const AdminSource& source) {
  auto dumps = nlohmann::ordered_json::array();
  const xds::PipelineState pipeline = source.Config().pipeline;
  const auto add = [&dumps](std::string_view name, size_t all, size_t ready) {
    if (all <= ready) return;
    dumps.push_back({{"name", name}, {"target_names", {StrCat(all - ready, " of ", all)}}});
  };
  if (!pipeline.is_ready) {
    add("warming clusters", pipeline.clusters, source.ClusterScopes().size());
    add("warming listeners", pipeline.listeners, source.Listeners().size());
    if (dumps.empty()) dumps.push_back({{"name", "configuration"}});
  }
  if (dumps.empty()) return JsonReply(nlohmann::ordered_json::object());
  return JsonReply(nlohmann::ordered_json{{"unready_targets_dumps", std::move(dumps)}});
}

AdminReply LoggingPage(const AdminRequest& request) {
  if (const auto level = request.Find("level"); level.has_value()) {
    if (const absl::Status status = SetLogLevel(*level); !status.ok()) {
      return BadRequest(ToStd(status.message()));
    }
    FL_LOG(info, "log level set to {} by the admin interface", *level);
  }
  const auto level = spdlog::level::to_string_view(spdlog::get_level());
  return {.body = StrCat(
              "active loggers:\n  fairlead: ", std::string_view(level.data(), level.size()), "\n")};
}

AdminReply Ok() { return {.body = "OK\n"}; }

}  // namespace

std::string_view StateName(ServerState state) {
  switch (state) {
    case ServerState::kLive:
      return "LIVE";
    case ServerState::kDraining:
      return "DRAINING";
    case ServerState::kPreInitializing:
      return "PRE_INITIALIZING";
    case ServerState::kInitializing:
      return "INITIALIZING";
  }
  return "UNKNOWN";
}

MemoryUse ReadMemoryUse() {
  MemoryUse use;
  // Total and resident size in pages (proc(5)). Where there is no /proc it stays 0.
  if (std::FILE* file = std::fopen("/proc/self/statm", "re"); file != nullptr) {
    unsigned long long total = 0;
    unsigned long long resident = 0;
    if (std::fscanf(file, "%llu %llu", &total, &resident) == 2) {
      use.total_physical_bytes = resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    }
    std::fclose(file);
  }
  // The allocator does not count what is in use of what it holds; another one says nothing at all.
  const size_t held = HeldMemory();
  use.allocated = use.heap_size = held != 0 ? held : use.total_physical_bytes;
  return use;
}

// What Envoy's tools ask for and is always the same here, until there is TLS.
void AddFixedPages(std::vector<AdminPage>& pages) {
  const auto fixed = [](std::string_view body, std::string_view type) {
    return [body, type](const AdminRequest&) {
      return AdminReply{.body = std::string(body), .content_type = type};
    };
  };
  pages.push_back({.path = "/certs",
                   .help = "certificates: there are none yet",
                   .handler = fixed("{\"certificates\":[]}\n", kJsonType)});
  pages.push_back({.path = "/contention",
                   .help = "contention of locks is not traced",
                   .handler = fixed("Mutex contention tracing is not enabled.\n", kTextType)});
  pages.push_back({.path = "/hot_restart_version",
                   .help = "there is no hot restart",
                   .handler = fixed("disabled\n", kTextType)});
}

void AddServerPages(AdminSource& source, std::shared_ptr<HealthOverride> health,
                    std::vector<AdminPage>& pages) {
  pages.push_back({.path = "/ready",
                   .help = "200 and LIVE when requests may be sent here, else 503 and the state",
                   .handler = [&source, health](const auto&) { return Ready(source, *health); }});
  pages.push_back(
      {.path = "/server_info",
       .help = "version, state, uptime, command line and node, as JSON",
       .handler = [&source, health](const auto&) { return ServerInfoPage(source, *health); }});
  pages.push_back({.path = "/memory", .help = "memory in use, as JSON", .handler = [](const auto&) {
                     return MemoryPage();
                   }});
  AddFixedPages(pages);
  pages.push_back({.path = "/init_dump",
                   .help = "what the start still waits for, as JSON",
                   .handler = [&source](const auto&) { return InitDumpPage(source); }});
  pages.push_back({.path = "/listeners",
                   .help = "names and addresses of the listeners",
                   .parameters = {{"format", "text (default) or json"}},
                   .handler = [&source](const auto& r) { return ListenersPage(source, r); }});
  pages.push_back({.path = "/logging",
                   .changes_state = true,
                   .shows_too = true,
                   .help = "shows the log level (GET too), or sets it",
                   .parameters = {{"level",
                                   "trace, debug, info, warning, error, critical, off",
                                   {"trace", "debug", "info", "warning", "error"}}},
                   .handler = [](const auto& r) { return LoggingPage(r); }});
  pages.push_back({.path = "/healthcheck/fail",
                   .changes_state = true,
                   .help = "makes /ready answer 503 from now on",
                   .handler = [health](const auto&) {
                     health->is_failed = true;
                     return Ok();
                   }});
  pages.push_back({.path = "/healthcheck/ok",
                   .changes_state = true,
                   .help = "takes /healthcheck/fail back",
                   .handler = [health](const auto&) {
                     health->is_failed = false;
                     return Ok();
                   }});
  pages.push_back({.path = "/drain_listeners",
                   .changes_state = true,
                   .help = "stops accepting; connections close after their request",
                   .parameters = {{"graceful",
                                   "(no value) stops accepting only when the drain time is over",
                                   {""}}},
                   .handler = [&source](const auto& request) {
                     source.DrainListeners(request.Has("graceful"));
                     return Ok();
                   }});
  pages.push_back({.path = "/reopen_logs",
                   .changes_state = true,
                   .help = "opens the access logs anew, by their paths",
                   .handler = [&source](const auto&) {
                     source.ReopenLogs();
                     return Ok();
                   }});
  pages.push_back({.path = "/quitquitquit",
                   .changes_state = true,
                   .help = "ends the process",
                   .handler = [&source](const auto&) {
                     FL_LOG(info, "the admin interface was asked to end the process");
                     source.Quit();
                     return Ok();
                   }});
}

}  // namespace fairlead::server::admin
