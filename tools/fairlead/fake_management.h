#ifndef FAIRLEAD_TOOLS_FAIRLEAD_FAKE_MANAGEMENT_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_FAKE_MANAGEMENT_H_

// A management server in the test's process: answers what the test wrote, keeps what it was asked.
//
//     FakeManagement server;                       // listens on 127.0.0.1, port 0
//     server.change.set_revision(7);               // the answer of Apply, Delete, Rollback,
//     DiffRevisions
//     ... fairlead --server server.address() ...
//     EXPECT_EQ(server.apply.documents(0).text(), ...);
//
// Thread: the members are set and read by the test while no call runs.

#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fairlead/v1/management.grpc.pb.h"

namespace fairlead::cli {

class FakeManagement final : public v1::Management::Service {
 public:
  FakeManagement();
  ~FakeManagement() override;

  const std::string& address() const { return address_; }

  // Answers.
  v1::ChangeResponse change;
  v1::StoredResource stored;
  v1::ListResponse list;
  v1::ListRevisionsResponse revisions;
  v1::Revision revision;
  v1::ListProxiesResponse proxies;
  std::vector<v1::WatchEvent> events;
  // Answers every call instead, unless OK.
  grpc::Status failure;
  // Answers Apply instead of `change`.
  std::function<grpc::Status(const v1::ApplyRequest&, v1::ChangeResponse*)> on_apply;
  // Calls do not return before their deadline.
  bool hangs = false;

  // The last requests.
  v1::ApplyRequest apply;
  v1::GetRequest get;
  v1::ListRequest list_request;
  v1::DeleteRequest delete_request;
  v1::ListRevisionsRequest revisions_request;
  v1::GetRevisionRequest revision_request;
  v1::DiffRevisionsRequest diff_request;
  v1::RollbackRequest rollback;
  v1::WatchRequest watch;
  std::string authorization;

  grpc::Status Apply(grpc::ServerContext*, const v1::ApplyRequest*, v1::ChangeResponse*) override;
  grpc::Status Get(grpc::ServerContext*, const v1::GetRequest*, v1::StoredResource*) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest*, v1::ListResponse*) override;
  grpc::Status Delete(grpc::ServerContext*, const v1::DeleteRequest*, v1::ChangeResponse*) override;
  grpc::Status ListRevisions(grpc::ServerContext*, const v1::ListRevisionsRequest*,
                             v1::ListRevisionsResponse*) override;
  grpc::Status GetRevision(grpc::ServerContext*, const v1::GetRevisionRequest*,
                           v1::Revision*) override;
  grpc::Status DiffRevisions(grpc::ServerContext*, const v1::DiffRevisionsRequest*,
                             v1::ChangeResponse*) override;
  grpc::Status Rollback(grpc::ServerContext*, const v1::RollbackRequest*,
                        v1::ChangeResponse*) override;
  grpc::Status ListProxies(grpc::ServerContext*, const v1::ListProxiesRequest*,
                           v1::ListProxiesResponse*) override;
  grpc::Status Watch(grpc::ServerContext*, const v1::WatchRequest*,
                     grpc::ServerWriter<v1::WatchEvent>*) override;

 private:
  // Keeps the request and answers `answer` or the failure.
  template <typename Request, typename Response>
  grpc::Status Answer(grpc::ServerContext* context, const Request& request, Request& kept,
                      const Response& answer, Response* response);
  void Hang(grpc::ServerContext* context);

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_FAKE_MANAGEMENT_H_
