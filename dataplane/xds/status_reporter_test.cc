// StatusReporter against a real gRPC server in this process; time is a test's hands.

#include "dataplane/xds/status_reporter.h"

#include <functional>

#include "absl/synchronization/mutex.h"
#include "dataplane/event/epoll_loop.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "fairlead/v1/resource_status.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace fairlead::xds {
namespace {

using v1::ResourceStatusAnswer;
using v1::ResourceStatusReport;

// Keeps the reports; answers each when the test says so, or ends the call.
class FakeReports final : public v1::ResourceStatusReports::Service {
 public:
  grpc::Status Report(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<ResourceStatusAnswer, ResourceStatusReport>* stream) override {
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
      if (!refusal_.ok()) return refusal_;
    }
    ResourceStatusReport report;
    while (stream->Read(&report)) {
      absl::MutexLock lock(&mutex_);
      reports_.push_back(report);
      const auto may_answer = [this, context]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return answers_ > 0 || context->IsCancelled();
      };
      while (!mutex_.AwaitWithTimeout(absl::Condition(&may_answer), absl::Milliseconds(20))) {
      }
      --answers_;
      stream->Write({});
    }
    return grpc::Status::OK;
  }
  void Refuse(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    refusal_ = status;
  }
  void Answer(int count) {
    absl::MutexLock lock(&mutex_);
    answers_ += count;
  }
  std::vector<ResourceStatusReport> reports() {
    absl::MutexLock lock(&mutex_);
    return reports_;
  }
  int calls() {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<ResourceStatusReport> reports_ ABSL_GUARDED_BY(mutex_);
  grpc::Status refusal_ ABSL_GUARDED_BY(mutex_);
  int answers_ ABSL_GUARDED_BY(mutex_) = 0;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

class StatusReporterTest : public testing::Test {
 protected:
  explicit StatusReporterTest(bool has_service = true) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&other_);
    if (has_service) builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    call_.channel =
        grpc::CreateChannel(StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
  }
  ~StatusReporterTest() override {
    reporter_.OnEnded();
    service_.Answer(100);
    server_->Shutdown();
  }
  bool RunUntil(const std::function<bool()>& condition) {
    for (int i = 0; i < 4000; ++i) {
      if (condition()) return true;
      loop_.RunOnce(std::chrono::milliseconds(5));
    }
    return false;
  }
  void Advance(event::Duration by) {
    time_.Advance(by);
    loop_.RunOnce(event::Duration::zero());
  }
  bool AwaitReports(size_t count) {
    return RunUntil([&] { return service_.reports().size() >= count; });
  }
  void Accept(const std::string& name, const std::string& version) {
    Resource resource;
    resource.name = name;
    resource.version = version;
    resource.hash = HashOf(version);
    status_[ResourceType::kCluster].Accept(std::move(resource), false, time_.Wall());
  }
  void SetLive(const std::string& name, const std::string& version) {
    status_[ResourceType::kCluster].SetLive(name, version, HashOf(version), time_.Wall());
  }

  event::ManualTime time_;
  event::EpollLoop loop_{time_, /*seed=*/1};
  PerType<TypeStatus> status_;
  FakeReports service_;
  // A server needs one.
  envoy::service::discovery::v3::AggregatedDiscoveryService::Service other_;
  std::unique_ptr<grpc::Server> server_;
  GrpcCall::Options call_;
  StatusReporter reporter_{status_, loop_, "node"};
};

TEST_F(StatusReporterTest, ReportsEverythingThenWhatChanged) {
  service_.Answer(10);
  Accept("a", "v1");
  SetLive("a", "v1");
  Accept("b", "v1");
  reporter_.OnServed(call_, {std::string(StatusReporter::kOfferKey)});
  ASSERT_TRUE(AwaitReports(1));
  const ResourceStatusReport first = service_.reports()[0];
  EXPECT_EQ(first.node_id(), "node");
  EXPECT_EQ(first.changed_size(), 2);
  ASSERT_EQ(first.counts_size(), 1);
  EXPECT_EQ(first.counts(0).accepted(), 2);
  EXPECT_EQ(first.counts(0).live(), 1);

  SetLive("b", "v1");
  status_[ResourceType::kCluster].Reject("a", "v2", std::string(9000, 'x'), time_.Wall());
  RunUntil([&] {
    Advance(StatusReporter::kGatherTime);
    return service_.reports().size() >= 2;
  });
  const ResourceStatusReport second = service_.reports()[1];
  EXPECT_EQ(second.node_id(), "");
  ASSERT_EQ(second.changed_size(), 2) << second.ShortDebugString();
  for (const v1::ResourceStatus& resource : second.changed()) {
    EXPECT_TRUE(resource.is_live());
    EXPECT_TRUE(resource.has_live_since());
    if (resource.name() != "a") continue;
    EXPECT_EQ(resource.version(), "v1");
    EXPECT_EQ(resource.rejected_version(), "v2");
    EXPECT_EQ(resource.error().size(), StatusReporter::kErrorBytesMax);
  }
  EXPECT_EQ(second.counts(0).live(), 2);
  EXPECT_EQ(second.counts(0).rejected(), 1);
}

TEST_F(StatusReporterTest, OneReportIsUnderWayAtATimeAndChangesGather) {
  reporter_.OnServed(call_, {std::string(StatusReporter::kOfferKey)});
  ASSERT_TRUE(AwaitReports(1));
  Accept("a", "v1");
  Accept("a", "v2");
  Accept("b", "v1");
  status_[ResourceType::kCluster].Remove("b");
  Advance(std::chrono::seconds(1));
  EXPECT_EQ(reporter_.reports(), 1u);
  service_.Answer(1);
  ASSERT_TRUE(AwaitReports(2));
  const ResourceStatusReport report = service_.reports()[1];
  ASSERT_EQ(report.changed_size(), 1);
  EXPECT_EQ(report.changed(0).version(), "v2");
  ASSERT_EQ(report.removed_size(), 1);
  EXPECT_EQ(report.removed(0).name(), "b");
}

TEST_F(StatusReporterTest, ManyResourcesTakeSeveralReports) {
  service_.Answer(10);
  for (int i = 0; i < 5000; ++i) Accept(StrCat("cluster-", i), "v1");
  reporter_.OnServed(call_, {std::string(StatusReporter::kOfferKey)});
  ASSERT_TRUE(AwaitReports(3));
  int resources = 0;
  for (const ResourceStatusReport& report : service_.reports()) {
    EXPECT_LE(report.changed_size(), static_cast<int>(StatusReporter::kResourcesMax));
    resources += report.changed_size();
  }
  EXPECT_EQ(resources, 5000);
}

TEST_F(StatusReporterTest, ServerThatOffersNothingIsNotCalled) {
  Accept("a", "v1");
  reporter_.OnServed(call_, {"server"});
  Advance(std::chrono::hours(1));
  EXPECT_FALSE(reporter_.is_reporting());
  EXPECT_EQ(service_.calls(), 0);
}

TEST_F(StatusReporterTest, CallThatFailsIsMadeAgainLaterAndBeginsAnew) {
  service_.Refuse({grpc::StatusCode::UNAVAILABLE, "not now"});
  Accept("a", "v1");
  reporter_.OnServed(call_, {std::string(StatusReporter::kOfferKey)});
  ASSERT_TRUE(RunUntil([&] { return !reporter_.is_reporting(); }));
  EXPECT_EQ(service_.calls(), 1);
  service_.Refuse(grpc::Status::OK);
  Advance(StatusReporter::kRetryTime - std::chrono::seconds(1));
  EXPECT_FALSE(reporter_.is_reporting());
  RunUntil([&] {
    Advance(std::chrono::seconds(1));
    return reporter_.is_reporting();
  });
  ASSERT_TRUE(AwaitReports(1));
  EXPECT_EQ(service_.reports()[0].node_id(), "node");
  EXPECT_EQ(service_.reports()[0].changed_size(), 1);
}

TEST_F(StatusReporterTest, EndsWithTheStream) {
  reporter_.OnServed(call_, {std::string(StatusReporter::kOfferKey)});
  ASSERT_TRUE(AwaitReports(1));
  reporter_.OnEnded();
  EXPECT_FALSE(reporter_.is_reporting());
  Accept("a", "v1");
  Advance(std::chrono::hours(1));
  EXPECT_FALSE(reporter_.is_reporting());
}

class NoServiceTest : public StatusReporterTest {
 protected:
  NoServiceTest() : StatusReporterTest(/*has_service=*/false) {}
};

TEST_F(NoServiceTest, ServerThatDoesNotKnowTheCallIsLeftAlone) {
  reporter_.OnServed(call_, {std::string(StatusReporter::kOfferKey)});
  ASSERT_TRUE(RunUntil([&] { return !reporter_.is_reporting(); }));
  Advance(std::chrono::hours(1));
  EXPECT_FALSE(reporter_.is_reporting());
  EXPECT_EQ(reporter_.reports(), 1u);
}

}  // namespace
}  // namespace fairlead::xds
