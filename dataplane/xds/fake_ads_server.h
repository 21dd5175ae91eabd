#ifndef FAIRLEAD_DATAPLANE_XDS_FAKE_ADS_SERVER_H_
#define FAIRLEAD_DATAPLANE_XDS_FAKE_ADS_SERVER_H_

// A control plane for tests, on a real gRPC server: keeps what it was asked, and says what a test
// tells it to say, to the stream that is open. Thread: any.

#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/base/strings.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace fairlead::xds {

// Request and Response of one of the two dialects.
template <typename Request, typename Response>
class FakeStreams {
 public:
  grpc::Status Serve(grpc::ServerContext* context,
                     grpc::ServerReaderWriter<Response, Request>* stream) {
    {
      absl::MutexLock lock(&mutex_);
      ++opened_;
      context_ = context;
      stream_ = stream;
      const auto token = context->client_metadata().find("authorization");
      token_ = token == context->client_metadata().end()
                   ? ""
                   : std::string(token->second.data(), token->second.size());
    }
    Request request;
    while (stream->Read(&request)) {
      absl::MutexLock lock(&mutex_);
      requests_.push_back(request);
    }
    absl::MutexLock lock(&mutex_);
    if (stream_ == stream) {
      stream_ = nullptr;
      context_ = nullptr;
    }
    return grpc::Status::OK;
  }

  // The oldest request not taken yet; false if there is none.
  bool Take(Request& request) {
    absl::MutexLock lock(&mutex_);
    if (requests_.empty()) return false;
    request = std::move(requests_.front());
    requests_.pop_front();
    return true;
  }
  // Waits for one; false after a long time without.
  bool Await(Request& request) {
    absl::MutexLock lock(&mutex_);
    const auto has_request = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !requests_.empty();
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&has_request), absl::Seconds(20))) return false;
    request = std::move(requests_.front());
    requests_.pop_front();
    return true;
  }
  bool Send(const Response& response) {
    absl::MutexLock lock(&mutex_);
    return stream_ != nullptr && stream_->Write(response);
  }
  void Close() {
    absl::MutexLock lock(&mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }
  int opened() {
    absl::MutexLock lock(&mutex_);
    return opened_;
  }
  std::string token() {
    absl::MutexLock lock(&mutex_);
    return token_;
  }

 private:
  absl::Mutex mutex_;
  std::deque<Request> requests_ ABSL_GUARDED_BY(mutex_);
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  grpc::ServerReaderWriter<Response, Request>* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string token_ ABSL_GUARDED_BY(mutex_);
};

class FakeAdsServer final
    : public envoy::service::discovery::v3::AggregatedDiscoveryService::Service {
 public:
  using Sotw = FakeStreams<envoy::service::discovery::v3::DiscoveryRequest,
                           envoy::service::discovery::v3::DiscoveryResponse>;
  using Delta = FakeStreams<envoy::service::discovery::v3::DeltaDiscoveryRequest,
                            envoy::service::discovery::v3::DeltaDiscoveryResponse>;

  // Port 0: the kernel chooses.
  explicit FakeAdsServer(int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeAdsServer() override {
    sotw.Close();
    delta.Close();
    server_->Shutdown(std::chrono::system_clock::time_point());
    server_->Wait();
  }

  grpc::Status StreamAggregatedResources(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<envoy::service::discovery::v3::DiscoveryResponse,
                               envoy::service::discovery::v3::DiscoveryRequest>* stream) override {
    return sotw.Serve(context, stream);
  }
  grpc::Status DeltaAggregatedResources(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<envoy::service::discovery::v3::DeltaDiscoveryResponse,
                               envoy::service::discovery::v3::DeltaDiscoveryRequest>* stream)
      override {
    return delta.Serve(context, stream);
  }

  int port() const { return port_; }
  std::string uri() const { return StrCat("ipv4:127.0.0.1:", port_); }

  Sotw sotw;
  Delta delta;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_FAKE_ADS_SERVER_H_
