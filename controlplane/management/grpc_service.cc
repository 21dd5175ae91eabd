#include "controlplane/management/grpc_service.h"

#include <string>

#include "controlplane/auth/grpc_token_check.h"
#include "controlplane/management/management.h"
#include "controlplane/model/problem.h"
#include "fairlead/v1/management.grpc.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server_builder.h"

namespace fairlead::control::management {
namespace {

using grpc::ServerContext;
using namespace fairlead::v1;  // NOLINT: every message of the service

constexpr int kMessageBytesMax = 64 << 20;
// More than the watchers that WatchHub admits, each of which holds one.
constexpr int kThreadsMax = 160;
// A message of this size fits into the header fields that gRPC allows by default (8 KiB).
constexpr size_t kStatusBytesMax = 1536;
constexpr absl::Duration kWatchPoll = absl::Milliseconds(500);

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  auto code = static_cast<grpc::StatusCode>(status.code());
  std::string message(status.message());
  if (message.size() > kStatusBytesMax) {
    message.resize(message.rfind('\n', kStatusBytesMax) == std::string::npos
                       ? kStatusBytesMax
                       : message.rfind('\n', kStatusBytesMax));
    message += "\n...";
  }
  ProblemList problems = model::ProblemsOf(status);
  if (problems.problems().empty()) return {code, message};
  google::rpc::Status details;
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  // Drop the last ones until it fits.
  while (problems.ByteSizeLong() > kStatusBytesMax) problems.mutable_problems()->RemoveLast();
  details.add_details()->PackFrom(problems);
  return {code, message, details.SerializeAsString()};
}

class ManagementService final : public v1::Management::Service {
 public:
  ManagementService(management::Management& management, const auth::TokenAuth& auth)
      : management_(management), auth_(auth) {}

  grpc::Status Create(ServerContext* context, const CreateRequest* request,
                      ChangeResponse* response) override {
    return Answer(*context, response, [&] { return management_.Create(*request); });
  }
  grpc::Status Update(ServerContext* context, const UpdateRequest* request,
                      ChangeResponse* response) override {
    return Answer(*context, response, [&] { return management_.Update(*request); });
  }
  grpc::Status Delete(ServerContext* context, const DeleteRequest* request,
                      ChangeResponse* response) override {
    return Answer(*context, response, [&] { return management_.Delete(*request); });
  }
  grpc::Status Apply(ServerContext* context, const ApplyRequest* request,
                     ChangeResponse* response) override {
    return Answer(*context, response, [&] { return management_.Apply(*request); });
  }
  grpc::Status Rollback(ServerContext* context, const RollbackRequest* request,
                        ChangeResponse* response) override {
    return Answer(*context, response, [&] { return management_.Rollback(*request); });
  }
  grpc::Status Get(ServerContext* context, const GetRequest* request,
                   StoredResource* response) override {
    return Answer(*context, response, [&] { return management_.Get(*request); });
  }
  grpc::Status List(ServerContext* context, const ListRequest* request,
                    ListResponse* response) override {
    return Answer(*context, response, [&] { return management_.List(*request); });
  }
  grpc::Status ListRevisions(ServerContext* context, const ListRevisionsRequest* request,
                             ListRevisionsResponse* response) override {
    return Answer(*context, response, [&] { return management_.ListRevisions(*request); });
  }
  grpc::Status GetRevision(ServerContext* context, const GetRevisionRequest* request,
                           Revision* response) override {
    return Answer(*context, response, [&] { return management_.GetRevision(*request); });
  }
  grpc::Status DiffRevisions(ServerContext* context, const DiffRevisionsRequest* request,
                             ChangeResponse* response) override {
    return Answer(*context, response, [&] { return management_.DiffRevisions(*request); });
  }
  grpc::Status ListProxies(ServerContext* context, const ListProxiesRequest*,
                           ListProxiesResponse* response) override {
    return Answer(*context, response, [&]() -> absl::StatusOr<ListProxiesResponse> {
      return management_.ListProxies();
    });
  }
  grpc::Status Watch(ServerContext* context, const WatchRequest* request,
                     grpc::ServerWriter<WatchEvent>* writer) override;

 private:
  // Checks the token, calls, and moves the result out.
  template <typename Response, typename Call>
  grpc::Status Answer(const ServerContext& context, Response* response, Call call) {
    if (!auth::AcceptsCall(auth_, context)) return Unauthenticated();
    absl::StatusOr<Response> result = call();
    if (!result.ok()) return ToGrpc(result.status());
    *response = *std::move(result);
    return grpc::Status::OK;
  }

  static grpc::Status Unauthenticated() {
    return {grpc::StatusCode::UNAUTHENTICATED, "the bearer token is missing or wrong"};
  }

  management::Management& management_;
  const auth::TokenAuth& auth_;
};

grpc::Status ManagementService::Watch(ServerContext* context, const WatchRequest* request,
                                      grpc::ServerWriter<WatchEvent>* writer) {
  if (!auth::AcceptsCall(auth_, *context)) return Unauthenticated();
  absl::StatusOr<std::shared_ptr<Watcher>> watcher = management_.Watch(*request);
  if (!watcher.ok()) return ToGrpc(watcher.status());
  WatchEvent event;
  while (!context->IsCancelled()) {
    switch ((*watcher)->Next(kWatchPoll, event)) {
      case Watcher::Result::kEvent:
        if (!writer->Write(event)) return grpc::Status::CANCELLED;
        break;
      case Watcher::Result::kIdle:
        break;
      case Watcher::Result::kClosed:
        return ToGrpc((*watcher)->status());
    }
  }
  return grpc::Status::CANCELLED;
}

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(Management& management,
                                               const auth::TokenAuth& auth) {
  return std::make_unique<ManagementService>(management, auth);
}

void ConfigureManagementServer(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(-1);
  grpc::ResourceQuota quota("management");
  quota.SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
}

}  // namespace fairlead::control::management
