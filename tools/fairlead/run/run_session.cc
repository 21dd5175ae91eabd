#include "tools/fairlead/run/run_session.h"

#include <signal.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/change_output.h"
#include "tools/fairlead/documents.h"
#include "tools/fairlead/run/bootstrap.h"

namespace fairlead::cli {
namespace {

constexpr absl::Duration kReportInterval = absl::Milliseconds(500);

// Only the user may read it: it can hold a token.
absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  std::error_code error;
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  if (error) return InvalidArgument("cannot write ", path, ": ", error.message());
  stream << text << std::flush;
  if (!stream) return InvalidArgument("cannot write ", path, ": ", std::strerror(errno));
  return absl::OkStatus();
}

}  // namespace

std::optional<ControlAddresses> ParseReadyLine(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("ready") || json["ready"] != true) return std::nullopt;
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  ControlAddresses addresses{
      .xds = text("xds"), .management = text("management"), .http = text("http")};
  if (addresses.xds.empty() || addresses.management.empty()) return std::nullopt;
  return addresses;
}

absl::Status RunSession::Run() {
  const absl::StatusOr<bool> is_up = Start();
  absl::Status status = is_up.status();
  if (is_up.ok() && *is_up) status = Attend();
  Stop();
  return status;
}

absl::StatusOr<bool> RunSession::Start() {
  FL_RETURN_IF_ERROR(StartControl());
  FL_ASSIGN_OR_RETURN(const bool is_ready, AwaitReady());
  if (!is_ready) return false;
  client_ = std::make_unique<Client>(Client::Options{
      .server = ready_->management, .token = options_.token, .timeout = options_.call_timeout});
  log_.Print(Speaker::kFairlead, StrCat("control plane: management ", ready_->management,
                                        ", REST http://", ready_->http, "/v1, xDS ", ready_->xds));
  watcher_ = std::make_unique<FileWatcher>([this] { return DocumentsFingerprint(options_.files); },
                                           options_.look_interval);
  FL_RETURN_IF_ERROR(ApplyFiles());
  FL_RETURN_IF_ERROR(StartProxy());
  log_.Print(Speaker::kFairlead,
             StrCat("watching ", absl::StrJoin(options_.files, ", "), "; Ctrl-C ends"));
  return true;
}

absl::Status RunSession::StartControl() {
  std::vector<std::string> command = {options_.control, "--data-dir",
                                      StrCat(options_.data_folder, "/control")};
  command.insert(command.end(), options_.control_arguments.begin(),
                 options_.control_arguments.end());
  absl::Status status;
  control_ = Spawn(Speaker::kControl, std::move(command), status);
  return status;
}

absl::StatusOr<bool> RunSession::AwaitReady() {
  const absl::Time deadline = host_.Now() + options_.ready_timeout;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (ready_) return true;
    }
    FL_RETURN_IF_ERROR(CheckChildren());
    const absl::Duration left = deadline - host_.Now();
    if (left <= absl::ZeroDuration()) {
      return ChildFailed(StrCat("fairlead-control did not become ready within ",
                                absl::FormatDuration(options_.ready_timeout),
                                "; its log is above"));
    }
    if (host_.Wait(left) == Host::Event::kInterrupt) return false;
  }
}

absl::Status RunSession::StartProxy() {
  const std::string bootstrap_path = StrCat(options_.data_folder, "/bootstrap.yaml");
  FL_ASSIGN_OR_RETURN(const std::string bootstrap, BootstrapYaml({.node_id = options_.node_id,
                                                                  .xds_address = ready_->xds,
                                                                  .token = options_.token}));
  FL_RETURN_IF_ERROR(WriteFile(bootstrap_path, bootstrap));
  std::error_code not_there;  // Of the last run; usually there is none.
  std::filesystem::remove(AdminAddressPath(), not_there);
  std::vector<std::string> command = {options_.proxy,
                                      "-c",
                                      bootstrap_path,
                                      "--admin-address-path",
                                      AdminAddressPath(),
                                      "--service-node",
                                      options_.node_id,
                                      "--service-cluster",
                                      BootstrapOptions().node_cluster};
  command.insert(command.end(), options_.proxy_arguments.begin(), options_.proxy_arguments.end());
  absl::Status status;
  proxy_ = Spawn(Speaker::kProxy, std::move(command), status);
  return status;
}

absl::Status RunSession::Attend() {
  while (true) {
    FL_RETURN_IF_ERROR(CheckChildren());
    if (watcher_->Poll(host_.Now())) ApplyChangedFiles();
    ReportProgress();
    if (host_.Wait(options_.look_interval) == Host::Event::kInterrupt) {
      log_.Print(Speaker::kFairlead, "ending; once more to end at once");
      return absl::OkStatus();
    }
  }
}

void RunSession::Stop() {
  StopChild(proxy_.get(), "fairlead-proxy");
  StopChild(control_.get(), "fairlead-control");
  proxy_.reset();
  control_.reset();
}

void RunSession::StopChild(ChildProcess* child, std::string_view name) {
  if (child == nullptr || child->has_ended()) return;
  child->Signal(SIGTERM);
  const absl::Time deadline = host_.Now() + options_.stop_timeout;
  while (!child->has_ended()) {
    const absl::Duration left = deadline - host_.Now();
    const bool is_late = left <= absl::ZeroDuration();
    if (is_late || host_.Wait(left) == Host::Event::kInterrupt) {
      log_.Print(Speaker::kFairlead,
                 StrCat(name, is_late ? " did not end in time" : " is not waited for", "; killed"));
      child->Signal(SIGKILL);
      return;
    }
  }
}

absl::Status RunSession::ApplyFiles() {
  std::istringstream no_input;
  FL_ASSIGN_OR_RETURN(const std::vector<TextDocument> documents,
                      ReadDocuments(options_.files, no_input));
  v1::ApplyRequest request;
  for (const TextDocument& document : documents) {
    v1::Document& sent = *request.add_documents();
    sent.set_source(document.source);
    sent.set_text(document.text);
  }
  *request.mutable_info() = options_.info;
  request.set_prune(options_.prunes);
  FL_ASSIGN_OR_RETURN(const v1::ChangeResponse response,
                      client_->Call(&Client::Stub::Apply, request));
  applied_revision_ = response.revision();
  log_.Print(Speaker::kFairlead,
             StrCat("applied ", absl::StrJoin(options_.files, ", "), ": revision ",
                    response.revision(), ", ", CountOperations(response.diffs())));
  for (const std::string& warning : response.warnings()) {
    log_.Print(Speaker::kFairlead, StrCat("warning: ", warning));
  }
  return absl::OkStatus();
}

void RunSession::ApplyChangedFiles() {
  const absl::Status status = ApplyFiles();
  if (status.ok()) return;
  log_.Print(Speaker::kFairlead, StrCat("NOT applied: ", status.message(), "\nrevision ",
                                        applied_revision_, " stays in force"));
}

void RunSession::ReportProgress() {
  if (reported_revision_ >= applied_revision_ || host_.Now() < next_report_) return;
  next_report_ = host_.Now() + kReportInterval;
  const auto proxies = client_->Call(&Client::Stub::ListProxies, v1::ListProxiesRequest());
  // A control plane that fails is seen as a dead child, or at the next apply.
  if (!proxies.ok()) return;
  for (const v1::Proxy& proxy : proxies->proxies()) {
    if (proxy.node_id() != options_.node_id) continue;
    bool is_rejected = false;
    for (const v1::TypeStatus& type : proxy.types()) {
      is_rejected = is_rejected || !type.last_nack().empty();
      if (type.last_nack().empty() || !told_rejections_.insert(type.last_nack()).second) continue;
      log_.Print(Speaker::kFairlead, StrCat("the proxy rejected it: ", type.last_nack()));
    }
    if (is_rejected || proxy.revision_acknowledged() < applied_revision_) continue;
    if (reported_revision_ < 0) ReportListeners();
    reported_revision_ = applied_revision_;
    told_rejections_.clear();
    log_.Print(Speaker::kFairlead, StrCat("revision ", applied_revision_, " is live"));
  }
}

void RunSession::ReportListeners() {
  std::ifstream stream(AdminAddressPath());
  std::string admin;
  if (std::getline(stream, admin)) {
    log_.Print(Speaker::kFairlead, StrCat("proxy's admin pages: http://", admin));
  }
  v1::ListRequest request;
  request.set_kind("Listener");
  const auto listeners = client_->Call(&Client::Stub::List, request);
  if (!listeners.ok()) return;  // Only a courtesy; the listeners work without it.
  for (const v1::StoredResource& stored : listeners->resources()) {
    const v1::Listener& listener = stored.resource().listener();
    const bool is_any = listener.address().empty() || listener.address() == "0.0.0.0";
    log_.Print(Speaker::kFairlead,
               StrCat("listener ", listener.name(), ": http://",
                      is_any ? "127.0.0.1" : listener.address(), ":", listener.port()));
  }
}

absl::Status RunSession::CheckChildren() const {
  const auto check = [](const ChildProcess* child, std::string_view name) -> absl::Status {
    const std::optional<std::string> text = child == nullptr ? std::nullopt : child->exit_text();
    if (!text) return absl::OkStatus();
    return ChildFailed(StrCat(name, " ended by itself: ", *text, "; its log is above"));
  };
  FL_RETURN_IF_ERROR(check(control_.get(), "fairlead-control"));
  return check(proxy_.get(), "fairlead-proxy");
}

std::unique_ptr<ChildProcess> RunSession::Spawn(Speaker speaker, std::vector<std::string> command,
                                                absl::Status& status) {
  auto child = ChildProcess::Start({.command = std::move(command),
                                    .on_line =
                                        [this, speaker](std::string_view line, bool is_stdout) {
                                          if (speaker == Speaker::kControl) {
                                            OnControlLine(line, is_stdout);
                                          } else {
                                            log_.Print(speaker, line);
                                          }
                                        },
                                    .on_exit = [this] { host_.Notify(); }});
  status = child.status();
  return child.ok() ? *std::move(child) : nullptr;
}

void RunSession::OnControlLine(std::string_view line, bool is_stdout) {
  if (is_stdout) {
    const std::lock_guard lock(mutex_);
    // Only the first ready line counts; later it would change addresses under the main thread.
    if (!ready_ && (ready_ = ParseReadyLine(line))) {
      host_.Notify();
      return;
    }
  }
  log_.Print(Speaker::kControl, line);
}

std::string RunSession::AdminAddressPath() const {
  return StrCat(options_.data_folder, "/admin-address");
}

}  // namespace fairlead::cli
