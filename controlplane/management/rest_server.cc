#include "controlplane/management/rest_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "controlplane/management/management.h"
#include "controlplane/management/rest_api.h"
#include "controlplane/management/rest_json.h"
#include "controlplane/model/document_parser.h"
#include "controlplane/model/problem.h"
#include "controlplane/model/resource_json.h"
#include "dataplane/base/status.h"
#include "fairlead/v1/management.pb.h"
#include "httplib.h"
#include "nlohmann/json.hpp"

namespace fairlead::control::management {
namespace {

constexpr size_t kThreads = 16;
constexpr int kWatchesMax = 8;
constexpr time_t kReadTimeoutSeconds = 10;
constexpr time_t kWriteTimeoutSeconds = 10;
constexpr time_t kKeepAliveSeconds = 5;
constexpr absl::Duration kEndReadingEvery = absl::Milliseconds(20);
constexpr absl::Duration kWatchPoll = absl::Milliseconds(500);
// What an idle watch sends now and then, to find out that its client is gone.
constexpr int kPollsPerBlankLine = 20;

// "example.com:80" and "[::1]:80" without the port, and the port's colon.
absl::string_view HostOf(absl::string_view host_port) {
  size_t bracket = host_port.rfind(']');
  size_t colon = host_port.rfind(':');
  bool has_port =
      colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
  absl::string_view host = has_port ? host_port.substr(0, colon) : host_port;
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return host;
}

// A page of another site may make a browser send requests to us. The browser then says where it is
// from.
bool IsForeignOrigin(const httplib::Request& request) {
  if (!request.has_header("Origin")) return false;
  std::string origin = request.get_header_value("Origin");
  std::string host = request.get_header_value("Host");
  return !absl::EqualsIgnoreCase(origin, absl::StrCat("http://", host)) &&
         !absl::EqualsIgnoreCase(origin, absl::StrCat("https://", host));
}

absl::Status CheckAccess(const httplib::Request& request, const auth::TokenAuth& auth) {
  if (auth.is_required()) {
    if (!auth.Accepts(request.get_header_value("Authorization"))) {
      return absl::UnauthenticatedError("the bearer token is missing or wrong");
    }
  } else if (!auth::IsLoopback(HostOf(request.get_header_value("Host")))) {
    // Else a site could give its own name our address, and be of "the same origin".
    return absl::PermissionDeniedError(
        "Host is not the loopback; use 127.0.0.1, or start with --token-file");
  }
  bool reads = request.method == "GET" || request.method == "HEAD";
  if (!reads && IsForeignOrigin(request)) {
    return absl::PermissionDeniedError("a page of another origin cannot change anything here");
  }
  return absl::OkStatus();
}

// The library does not tell which connections it has: those of this process whose own end has the
// port. Their requests come to an end; what is being answered still is.
void EndReading(int port) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    int fd = -1;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &fd)) continue;
    sockaddr_storage own{};
    socklen_t size = sizeof(own);
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) continue;
    const bool is_ipv4 = own.ss_family == AF_INET;
    if (!is_ipv4 && own.ss_family != AF_INET6) continue;
    const in_port_t own_port = is_ipv4 ? reinterpret_cast<sockaddr_in*>(&own)->sin_port
                                       : reinterpret_cast<sockaddr_in6*>(&own)->sin6_port;
    if (ntohs(own_port) == port) shutdown(fd, SHUT_RD);
  }
}

void Write(const RestResponse& from, httplib::Response& response) {
  response.status = from.status;
  if (from.status == 401) response.set_header("WWW-Authenticate", "Bearer");
  if (!from.allow.empty()) response.set_header("Allow", from.allow);
  if (!from.etag.empty()) response.set_header("ETag", absl::StrCat("\"", from.etag, "\""));
  response.set_content(from.body, "application/json");
}

}  // namespace

class RestServer::Core {
 public:
  Core(Management& management, const auth::TokenAuth& auth)
      : management_(management), auth_(auth), api_(management) {}

  ~Core() {
    server_.stop();
    // The library's threads wait on kept connections until these time out. A connection that was
    // taken just before the stop may show up a little later: so again and again.
    while (thread_.joinable() && !ended_.WaitForNotificationWithTimeout(kEndReadingEvery)) {
      EndReading(port_);
    }
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start(const auth::HostPort& address);
  int port() const { return port_; }

 private:
  void Configure();
  void Handle(const httplib::Request& request, httplib::Response& response, std::string body);
  void HandleWithBody(const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader& reader);
  void HandleWatch(const httplib::Request& request, httplib::Response& response);

  Management& management_;
  const auth::TokenAuth& auth_;
  RestApi api_;
  httplib::Server server_;
  std::thread thread_;
  std::atomic<int> watches_ = 0;
  // The listening thread, and with it all of the library's.
  absl::Notification ended_;
  int port_ = 0;
};

void RestServer::Core::Handle(const httplib::Request& request, httplib::Response& response,
                              std::string body) {
  RestRequest rest{.method = request.method == "HEAD" ? "GET" : request.method,
                   .path = request.path,
                   .query = request.params,
                   .if_match = request.get_header_value("If-Match"),
                   .body = std::move(body)};
  Write(api_.Handle(rest), response);
}

void RestServer::Core::HandleWithBody(const httplib::Request& request, httplib::Response& response,
                                      const httplib::ContentReader& reader) {
  if (request.is_multipart_form_data()) {
    return Write(
        ErrorResponse(415, absl::InvalidArgumentError("send the documents themselves, not a form")),
        response);
  }
  // A request that announces no body has none (RFC 9112 section 6.3); the library would wait for it
  // until the connection ends.
  if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
    return Handle(request, response, "");
  }
  std::string body;
  bool is_too_long = false;
  bool is_read = reader([&](const char* data, size_t size) {
    is_too_long = body.size() + size > model::kTextBytesMax;
    if (!is_too_long) body.append(data, size);
    return !is_too_long;
  });
  if (is_too_long) {
    return Write(
        ErrorResponse(413, absl::InvalidArgumentError(absl::StrCat(
                               "the body is longer than ", model::kTextBytesMax, " bytes"))),
        response);
  }
  if (!is_read) {
    return Write(ErrorResponse(response.status >= 400 ? response.status : 400,
                               absl::InvalidArgumentError("the body could not be read")),
                 response);
  }
  Handle(request, response, std::move(body));
}

void RestServer::Core::HandleWatch(const httplib::Request& request, httplib::Response& response) {
  fairlead::v1::WatchRequest watch;
  for (const auto& [name, value] : request.params) {
    if (name != "kind") {
      return Write(ErrorResponse(InvalidArgument("query parameter ", model::Shown(name),
                                                 ": unknown parameter")),
                   response);
    }
    watch.set_kind(value);
  }
  // The slot is given back when the response ends, however it ends.
  std::shared_ptr<void> slot(nullptr, [this](void*) { --watches_; });
  if (++watches_ > kWatchesMax) {
    return Write(ErrorResponse(absl::ResourceExhaustedError(
                     absl::StrCat("there are ", kWatchesMax, " watches already"))),
                 response);
  }
  absl::StatusOr<std::shared_ptr<Watcher>> watcher = management_.Watch(watch);
  if (!watcher.ok()) return Write(ErrorResponse(watcher.status()), response);
  auto idle_polls = std::make_shared<int>(0);
  response.set_chunked_content_provider(
      "application/x-ndjson",
      [watcher = *watcher, slot, idle_polls](size_t, httplib::DataSink& sink) {
        fairlead::v1::WatchEvent event;
        std::string line;
        switch (watcher->Next(kWatchPoll, event)) {
          case Watcher::Result::kEvent:
            line = absl::StrCat(model::JsonText(ToJson(event)), "\n");
            break;
          case Watcher::Result::kIdle:
            if (++*idle_polls < kPollsPerBlankLine) return true;
            line = "\n";
            break;
          case Watcher::Result::kClosed:
            line = absl::StrCat(model::JsonText({{"error", ToJson(watcher->status())}}), "\n");
            sink.write(line.data(), line.size());
            sink.done();
            return true;
        }
        *idle_polls = 0;
        return sink.write(line.data(), line.size());
      });
}

void RestServer::Core::Configure() {
  server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server_.set_read_timeout(kReadTimeoutSeconds);
  server_.set_write_timeout(kWriteTimeoutSeconds);
  server_.set_keep_alive_timeout(kKeepAliveSeconds);
  server_.set_payload_max_length(model::kTextBytesMax);
  server_.set_tcp_nodelay(true);
  server_.set_default_headers(
      {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}});
  // The library's own default would let a second process share the port.
  server_.set_socket_options([](socket_t socket) {
    int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
  server_.set_pre_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        if (request.path == "/healthz") return httplib::Server::HandlerResponse::Unhandled;
        absl::Status access = CheckAccess(request, auth_);
        if (access.ok()) return httplib::Server::HandlerResponse::Unhandled;
        Write(ErrorResponse(access), response);
        return httplib::Server::HandlerResponse::Handled;
      });
  // Errors that the library finds by itself have no body yet.
  server_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    int status = response.status;
    Write(ErrorResponse(status, absl::InvalidArgumentError(
                                    absl::StrCat("the request was refused with ", status))),
          response);
  });
  server_.set_exception_handler(
      [](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
        Write(ErrorResponse(absl::InternalError("the request failed")), response);
      });
  server_.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("{\"status\":\"ok\"}\n", "application/json");
  });
  server_.Get("/v1/watch", [this](const httplib::Request& request, httplib::Response& response) {
    HandleWatch(request, response);
  });
  server_.Get(".*", [this](const httplib::Request& request, httplib::Response& response) {
    Handle(request, response, "");
  });
  httplib::Server::HandlerWithContentReader with_body =
      [this](const httplib::Request& request, httplib::Response& response,
             const httplib::ContentReader& reader) { HandleWithBody(request, response, reader); };
  server_.Post(".*", with_body);
  server_.Put(".*", with_body);
  server_.Patch(".*", with_body);
  server_.Delete(".*", with_body);
}

absl::Status RestServer::Core::Start(const auth::HostPort& address) {
  Configure();
  port_ = address.port;
  if (address.port == 0) {
    port_ = server_.bind_to_any_port(address.host);
  } else if (!server_.bind_to_port(address.host, address.port)) {
    port_ = -1;
  }
  if (port_ <= 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.ToString(), " for HTTP; is it in use?"));
  }
  thread_ = std::thread([this] {
    server_.listen_after_bind();
    ended_.Notify();
  });
  // stop() does nothing for a server that does not listen yet, and the destructor would then wait
  // for ever: to start means to listen.
  while (!server_.is_running() && !ended_.HasBeenNotified()) std::this_thread::yield();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RestServer>> RestServer::Start(Management& management,
                                                              const auth::TokenAuth& auth,
                                                              const auth::HostPort& address) {
  auto core = std::make_unique<Core>(management, auth);
  absl::Status status = core->Start(address);
  if (!status.ok()) return status;
  return std::unique_ptr<RestServer>(new RestServer(std::move(core)));
}

RestServer::RestServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}
RestServer::~RestServer() = default;
int RestServer::port() const { return core_->port(); }

}  // namespace fairlead::control::management
