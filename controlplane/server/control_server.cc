#include "controlplane/server/control_server.h"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controlplane/auth/grpc_token_check.h"
#include "controlplane/auth/token_auth.h"
#include "controlplane/management/grpc_service.h"
#include "controlplane/management/management.h"
#include "controlplane/management/rest_server.h"
#include "controlplane/store/revision_store.h"
#include "controlplane/xds/server.h"
#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace fairlead::control::server {
namespace {

using auth::HostPort;

constexpr char kStoreFile[] = "revisions.db";
// What runs at the stop gets this long before it is cut off.
constexpr std::chrono::seconds kStopTimeout{2};

absl::Status MakeDataDir(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("--data-dir is missing");
  std::error_code error;
  bool is_new = std::filesystem::create_directories(path, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("--data-dir ", path, ": cannot be made: ", error.message()));
  }
  if (is_new && chmod(path.c_str(), 0700) != 0) {
    return absl::UnavailableError(
        absl::StrCat("--data-dir ", path, ": chmod: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

absl::StatusOr<HostPort> ReadAddress(const std::string& text, const auth::TokenAuth& auth,
                                     absl::string_view flag) {
  absl::StatusOr<HostPort> address = auth::ParseHostPort(text);
  if (!address.ok())
    return absl::InvalidArgumentError(absl::StrCat(flag, ": ", address.status().message()));
  FL_RETURN_IF_ERROR(auth::CheckBind(*address, auth, flag));
  return address;
}

// The builder has its services; starts it and sets the port that was chosen.
absl::StatusOr<std::unique_ptr<grpc::Server>> StartGrpc(grpc::ServerBuilder& builder,
                                                        HostPort& address) {
  int port = 0;
  // Else a second process could share the port without an error.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address.ToString(), grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.ToString(), " for gRPC; is it in use?"));
  }
  address.port = port;
  return server;
}

xds::XdsServerOptions XdsOptions(const ControlOptions& options,
                                 std::function<bool(const grpc::ServerContextBase&)> admits) {
  xds::XdsServerOptions xds_options;
  xds_options.admits = std::move(admits);
  xds_options.wall_clock = options.wall_clock;
  xds_options.monotonic_clock = options.monotonic_clock;
  return xds_options;
}

}  // namespace

class ControlServer::Core {
 public:
  explicit Core(const ControlOptions& options)
      : options_(options),
        xds_options_(XdsOptions(options,
                                [this](const grpc::ServerContextBase& context) {
                                  return auth::AcceptsCall(auth_, context);
                                })),
        xds_(xds_options_) {}
  ~Core() { Stop(); }

  absl::Status Start();
  void Stop();
  const ControlAddresses& addresses() const { return addresses_; }

 private:
  absl::Status OpenStore();
  absl::Status StartXds(HostPort address);
  absl::Status StartManagement(HostPort address);

  const ControlOptions options_;
  const xds::XdsServerOptions xds_options_;
  ControlAddresses addresses_;
  auth::TokenAuth auth_;
  // In the order in which they are built on each other; Stop goes the other way.
  std::unique_ptr<store::RevisionStore> store_;
  xds::XdsServer xds_;
  std::unique_ptr<management::Management> management_;
  std::unique_ptr<grpc::Service> management_service_;
  std::unique_ptr<grpc::Server> xds_server_;
  std::unique_ptr<grpc::Server> management_server_;
  std::unique_ptr<management::RestServer> rest_server_;
};

absl::Status ControlServer::Core::OpenStore() {
  FL_RETURN_IF_ERROR(MakeDataDir(options_.data_dir));
  std::string path = (std::filesystem::path(options_.data_dir) / kStoreFile).string();
  FL_ASSIGN_OR_RETURN(store_, store::RevisionStore::Open(path, xds_options_.wall_clock));
  management::Fleet fleet;
  fleet.publish = [this](std::shared_ptr<const xds::Snapshot> snapshot) {
    xds_.Publish(std::move(snapshot));
  };
  fleet.proxies = [this] { return xds_.Proxies(); };
  management_ = std::make_unique<management::Management>(*store_, std::move(fleet));
  FL_RETURN_IF_ERROR(management_->Start());
  FL_LOG(info, "serving revision {} of {}", store_->Current()->revision(), path);
  return absl::OkStatus();
}

absl::Status ControlServer::Core::StartXds(HostPort address) {
  grpc::ServerBuilder builder;
  xds::XdsServer::ConfigureBuilder(builder, xds_options_);
  builder.RegisterService(xds_.ads_service());
  builder.RegisterService(xds_.status_service());
  FL_ASSIGN_OR_RETURN(xds_server_, StartGrpc(builder, address));
  addresses_.xds = address.ToString();
  return absl::OkStatus();
}

absl::Status ControlServer::Core::StartManagement(HostPort address) {
  management_service_ = management::MakeGrpcService(*management_, auth_);
  grpc::ServerBuilder builder;
  management::ConfigureManagementServer(builder);
  builder.RegisterService(management_service_.get());
  FL_ASSIGN_OR_RETURN(management_server_, StartGrpc(builder, address));
  addresses_.management = address.ToString();
  return absl::OkStatus();
}

absl::Status ControlServer::Core::Start() {
  if (!options_.token_file.empty()) {
    FL_ASSIGN_OR_RETURN(auth_, auth::TokenAuth::FromFile(options_.token_file));
  }
  FL_ASSIGN_OR_RETURN(HostPort xds_address,
                      ReadAddress(options_.xds_address, auth_, "--xds-address"));
  FL_ASSIGN_OR_RETURN(HostPort management_address,
                      ReadAddress(options_.management_address, auth_, "--management-address"));
  FL_ASSIGN_OR_RETURN(HostPort http_address,
                      ReadAddress(options_.http_address, auth_, "--http-address"));
  FL_RETURN_IF_ERROR(OpenStore());
  FL_RETURN_IF_ERROR(StartXds(xds_address));
  FL_RETURN_IF_ERROR(StartManagement(management_address));
  FL_ASSIGN_OR_RETURN(rest_server_,
                      management::RestServer::Start(*management_, auth_, http_address));
  http_address.port = rest_server_->port();
  addresses_.http = http_address.ToString();
  return absl::OkStatus();
}

void ControlServer::Core::Stop() {
  // Watches first: they hold threads of both servers.
  if (management_ != nullptr) management_->Stop();
  rest_server_.reset();
  auto deadline = [] {
    return gpr_time_add(gpr_now(GPR_CLOCK_REALTIME),
                        gpr_time_from_seconds(kStopTimeout.count(), GPR_TIMESPAN));
  };
  if (management_server_ != nullptr) management_server_->Shutdown(deadline());
  management_server_.reset();
  xds_.Shutdown();
  if (xds_server_ != nullptr) xds_server_->Shutdown(deadline());
  xds_server_.reset();
}

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(const ControlOptions& options) {
  auto core = std::make_unique<Core>(options);
  FL_RETURN_IF_ERROR(core->Start());
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(core)));
}

ControlServer::ControlServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}
ControlServer::~ControlServer() = default;
const ControlAddresses& ControlServer::addresses() const { return core_->addresses(); }
void ControlServer::Stop() { core_->Stop(); }

}  // namespace fairlead::control::server
