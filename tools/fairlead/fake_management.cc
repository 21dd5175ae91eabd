#include "tools/fairlead/fake_management.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>

#include <thread>

namespace fairlead::cli {

FakeManagement::FakeManagement() {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeManagement::~FakeManagement() { server_->Shutdown(); }

void FakeManagement::Hang(grpc::ServerContext* context) {
  while (!context->IsCancelled()) std::this_thread::yield();
}

template <typename Request, typename Response>
grpc::Status FakeManagement::Answer(grpc::ServerContext* context, const Request& request,
                                    Request& kept, const Response& answer, Response* response) {
  const auto token = context->client_metadata().find("authorization");
  authorization = token == context->client_metadata().end()
                      ? ""
                      : std::string(token->second.data(), token->second.size());
  kept = request;
  if (hangs) Hang(context);
  if (failure.ok()) *response = answer;
  return failure;
}

grpc::Status FakeManagement::Apply(grpc::ServerContext* context, const v1::ApplyRequest* request,
                                   v1::ChangeResponse* response) {
  const grpc::Status status = Answer(context, *request, apply, change, response);
  return on_apply ? on_apply(*request, response) : status;
}

grpc::Status FakeManagement::Get(grpc::ServerContext* context, const v1::GetRequest* request,
                                 v1::StoredResource* response) {
  return Answer(context, *request, get, stored, response);
}

grpc::Status FakeManagement::List(grpc::ServerContext* context, const v1::ListRequest* request,
                                  v1::ListResponse* response) {
  return Answer(context, *request, list_request, list, response);
}

grpc::Status FakeManagement::Delete(grpc::ServerContext* context, const v1::DeleteRequest* request,
                                    v1::ChangeResponse* response) {
  return Answer(context, *request, delete_request, change, response);
}

grpc::Status FakeManagement::ListRevisions(grpc::ServerContext* context,
                                           const v1::ListRevisionsRequest* request,
                                           v1::ListRevisionsResponse* response) {
  return Answer(context, *request, revisions_request, revisions, response);
}

grpc::Status FakeManagement::GetRevision(grpc::ServerContext* context,
                                         const v1::GetRevisionRequest* request,
                                         v1::Revision* response) {
  return Answer(context, *request, revision_request, revision, response);
}

grpc::Status FakeManagement::DiffRevisions(grpc::ServerContext* context,
                                           const v1::DiffRevisionsRequest* request,
                                           v1::ChangeResponse* response) {
  return Answer(context, *request, diff_request, change, response);
}

grpc::Status FakeManagement::Rollback(grpc::ServerContext* context,
                                      const v1::RollbackRequest* request,
                                      v1::ChangeResponse* response) {
  return Answer(context, *request, rollback, change, response);
}

grpc::Status FakeManagement::ListProxies(grpc::ServerContext* context,
                                         const v1::ListProxiesRequest* request,
                                         v1::ListProxiesResponse* response) {
  v1::ListProxiesRequest kept;
  return Answer(context, *request, kept, proxies, response);
}

grpc::Status FakeManagement::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::WatchEvent>* writer) {
  watch = *request;
  for (const v1::WatchEvent& event : events) writer->Write(event);
  if (hangs) Hang(context);
  return failure;
}

}  // namespace fairlead::cli
