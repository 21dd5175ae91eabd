#include "controlplane/server/control_server.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "fairlead/v1/management.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "nlohmann/json.hpp"

namespace fairlead::control::server {
namespace {

using nlohmann::json;

constexpr char kListenerType[] = "type.googleapis.com/envoy.config.listener.v3.Listener";
constexpr char kToken[] = "0123456789abcdef";
constexpr char kShop[] =
    "kind: Listener\nname: web\nport: 80\n---\nkind: Service\nname: shop\n---\n"
    "kind: Route\nname: shop\nrules:\n  - forward: {backends: [{service: shop}]}\n";

class ControlServerTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = testing::TempDir() + "/control-XXXXXX";
    ASSERT_NE(mkdtemp(dir_.data()), nullptr);
    options_.data_dir = dir_ + "/data";
    options_.xds_address = options_.management_address = options_.http_address = "127.0.0.1:0";
    options_.wall_clock = [] { return absl::FromUnixSeconds(1'700'000'000); };
    options_.monotonic_clock = [] { return std::chrono::steady_clock::time_point(); };
  }
  void TearDown() override {
    stub_.reset();
    http_.reset();
    server_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Start() {
    auto server = ControlServer::Start(options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = fairlead::v1::Management::NewStub(
        grpc::CreateChannel(server_->addresses().management, grpc::InsecureChannelCredentials()));
    http_ = std::make_unique<httplib::Client>("http://" + server_->addresses().http);
  }

  void WriteToken() {
    options_.token_file = dir_ + "/token";
    std::ofstream(options_.token_file) << kToken << "\n";
  }

  // The first answer for listeners, or the status of the stream.
  grpc::Status FirstListeners(const std::string& token,
                              envoy::service::discovery::v3::DiscoveryResponse& response) {
    auto stub = envoy::service::discovery::v3::AggregatedDiscoveryService::NewStub(
        grpc::CreateChannel(server_->addresses().xds, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(
        gpr_time_add(gpr_now(GPR_CLOCK_REALTIME), gpr_time_from_seconds(20, GPR_TIMESPAN)));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    auto stream = stub->StreamAggregatedResources(&context);
    envoy::service::discovery::v3::DiscoveryRequest request;
    request.mutable_node()->set_id("n1");
    request.set_type_url(kListenerType);
    stream->Write(request);
    if (stream->Read(&response)) {
      context.TryCancel();
      stream->Finish().IgnoreError();
      return grpc::Status::OK;
    }
    return stream->Finish();
  }

  std::string dir_;
  ControlOptions options_;
  std::unique_ptr<ControlServer> server_;
  std::unique_ptr<fairlead::v1::Management::Stub> stub_;
  std::unique_ptr<httplib::Client> http_;
};

TEST_F(ControlServerTest, RestDoesWhatTheApiDoes) {
  Start();
  auto health = http_->Get("/healthz");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);

  auto dry = http_->Post("/v1/apply?dryRun=true", kShop, "application/yaml");
  ASSERT_TRUE(dry);
  EXPECT_EQ(dry->status, 200) << dry->body;
  EXPECT_EQ(json::parse(dry->body)["revision"], 0);
  auto applied = http_->Post("/v1/apply?author=ann&reason=first", kShop, "application/yaml");
  EXPECT_EQ(json::parse(applied->body)["revision"], 1) << applied->body;

  auto created = http_->Post("/v1/services", "name: more\n", "application/yaml");
  EXPECT_EQ(created->status, 201) << created->body;
  EXPECT_EQ(http_->Post("/v1/services", "name: more\n", "application/yaml")->status, 409);
  std::string etag = http_->Get("/v1/services/more")->get_header_value("ETag");
  EXPECT_EQ(etag, created->get_header_value("ETag"));

  const std::string timeout = R"({"kind": "Service", "name": "more", "connectTimeout": "1s"})";
  EXPECT_EQ(
      http_->Put("/v1/services/more", {{"If-Match", "\"stale\""}}, timeout, "application/json")
          ->status,
      412);
  EXPECT_EQ(
      http_->Put("/v1/services/more", {{"If-Match", etag}}, timeout, "application/json")->status,
      200);
  EXPECT_EQ(http_->Put("/v1/services/less", timeout, "application/json")->status, 400);
  EXPECT_EQ(http_->Delete("/v1/services/shop")->status, 409);
  EXPECT_EQ(http_->Delete("/v1/services/more")->status, 200);
  EXPECT_EQ(http_->Get("/v1/services/more")->status, 404);

  json list = json::parse(http_->Get("/v1/routes")->body);
  EXPECT_EQ(list["resources"][0]["resource"]["rules"][0]["forward"]["backends"][0]["service"],
            "shop");
  EXPECT_EQ(json::parse(http_->Get("/v1/revisions?limit=2")->body)["revisions"].size(), 2u);
  EXPECT_EQ(json::parse(http_->Get("/v1/revisions/1")->body)["reason"], "first");
  EXPECT_EQ(json::parse(http_->Get("/v1/revisions/1/diff?to=2")->body)["diffs"].size(), 1u);
  EXPECT_EQ(
      json::parse(http_->Post("/v1/revisions/2/rollback", "", "text/plain")->body)["revision"], 5);
  EXPECT_TRUE(json::parse(http_->Get("/v1/proxies")->body)["proxies"].empty());
}

TEST_F(ControlServerTest, ADanglingReferenceIsNamedByItsLineInEveryWayIn) {
  Start();
  ASSERT_EQ(http_->Post("/v1/apply", kShop, "application/yaml")->status, 200);
  const std::string rules = "rules:\n- forward:\n    backends: [{service: gone}]\n";
  for (const auto& answer :
       {http_->Post("/v1/apply", "kind: Route\nname: shop\n" + rules, "application/yaml"),
        http_->Post("/v1/routes", "name: other\n\n" + rules, "application/yaml"),
        // The name is in the path only.
        http_->Put("/v1/routes/shop", "\n\n" + rules, "application/yaml")}) {
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 409) << answer->body;
    const json detail = json::parse(answer->body)["details"][0];
    EXPECT_EQ(detail["source"], "request body");
    EXPECT_EQ(detail["line"], 5);
    EXPECT_EQ(detail["field"], "rules[0].forward.backends[0].service");
  }
}

TEST_F(ControlServerTest, RestErrorsHaveCodeMessageAndDetails) {
  Start();
  auto broken =
      http_->Post("/v1/apply", "kind: Listener\nname: web\nprot: 80\n", "application/yaml");
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->status, 400);
  json body = json::parse(broken->body);
  EXPECT_EQ(body["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(body["details"][0]["source"], "request body");
  EXPECT_EQ(body["details"][0]["line"], 3);
  EXPECT_EQ(body["details"][0]["name"], "web");
  EXPECT_EQ(http_->Get("/v1/nothing")->status, 404);
  EXPECT_EQ(http_->Get("/")->status, 404);
  EXPECT_EQ(http_->Get("/v1/routes?colour=red")->status, 400);
  EXPECT_EQ(http_->Post("/v1/apply?dryRun=yes", "", "text/plain")->status, 400);
  auto wrong = http_->Delete("/v1/apply");
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(wrong->get_header_value("Allow"), "POST");
  EXPECT_EQ(http_->Patch("/v1/routes/a", "", "text/plain")->status, 405);
  EXPECT_EQ(http_->Get("/v1/revisions/x")->status, 404);
}

// curl sends documents as a form unless told otherwise.
TEST_F(ControlServerTest, TheContentTypeDoesNotMatter) {
  Start();
  std::string many = kShop;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&many, "---\nkind: Service\nname: s", i, "\n");
  auto applied = http_->Post("/v1/apply", many, "application/x-www-form-urlencoded");
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->status, 200) << applied->body.substr(0, 500);
}

TEST_F(ControlServerTest, PagesOfOtherOriginsCannotChangeAnything) {
  Start();
  std::string own = "http://" + server_->addresses().http;
  EXPECT_EQ(http_->Post("/v1/apply", {{"Origin", "http://evil.test"}}, kShop, "text/plain")->status,
            403);
  EXPECT_EQ(http_->Post("/v1/apply", {{"Origin", "null"}}, kShop, "text/plain")->status, 403);
  EXPECT_EQ(http_->Post("/v1/apply", {{"Origin", own}}, kShop, "text/plain")->status, 200);
  EXPECT_EQ(http_->Delete("/v1/routes/shop", {{"Origin", "http://evil.test"}})->status, 403);
  // A name of theirs that leads to our address.
  EXPECT_EQ(http_->Get("/v1/routes", {{"Host", "evil.test"}})->status, 403);
}

TEST_F(ControlServerTest, BodiesAreBounded) {
  Start();
  auto refused = http_->Post("/v1/apply", std::string((32 << 20) + 1, '#'), "text/plain");
  if (refused) EXPECT_EQ(refused->status, 413);
}

TEST_F(ControlServerTest, GrpcErrorsHaveProblemsAsDetails) {
  Start();
  fairlead::v1::ApplyRequest request;
  request.add_documents()->set_text("kind: Listener\nname: web\nprot: 80\n");
  request.mutable_documents(0)->set_source("a.yaml");
  fairlead::v1::ChangeResponse response;
  grpc::ClientContext context;
  grpc::Status status = stub_->Apply(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message().rfind("a.yaml:3: Listener 'web'", 0), 0u)
      << status.error_message();
  EXPECT_NE(status.error_details().find("fairlead.v1.ProblemList"), std::string::npos);
}

TEST_F(ControlServerTest, GrpcWatchSeesAChangeMadeByRest) {
  Start();
  grpc::ClientContext context;
  auto reader = stub_->Watch(&context, {});
  fairlead::v1::WatchEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_TRUE(event.synced());
  ASSERT_EQ(http_->Post("/v1/apply", kShop, "text/plain")->status, 200);
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.changed().revision().number(), 1);
  server_->Stop();
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ControlServerTest, RestWatchStreamsLines) {
  Start();
  ASSERT_EQ(http_->Post("/v1/apply", kShop, "text/plain")->status, 200);
  std::string received;
  httplib::Client watch("http://" + server_->addresses().http);
  watch.Get("/v1/watch?kind=Route", [&](const char* data, size_t size) {
    received.append(data, size);
    return received.find("synced") == std::string::npos;
  });
  EXPECT_EQ(json::parse(received.substr(0, received.find('\n')))["present"]["resource"]["name"],
            "shop");
}

TEST_F(ControlServerTest, ARestartServesTheNewestRevision) {
  Start();
  ASSERT_EQ(http_->Post("/v1/apply", kShop, "text/plain")->status, 200);
  envoy::service::discovery::v3::DiscoveryResponse before;
  ASSERT_TRUE(FirstListeners("", before).ok());
  ASSERT_EQ(before.resources_size(), 1);
  server_.reset();
  Start();
  envoy::service::discovery::v3::DiscoveryResponse after;
  ASSERT_TRUE(FirstListeners("", after).ok());
  EXPECT_EQ(after.version_info(), before.version_info());
  EXPECT_EQ(after.resources(0).value(), before.resources(0).value());
}

TEST_F(ControlServerTest, StopsAlsoWhenItHasOnlyJustStarted) {
  for (int i = 0; i < 30; ++i) {
    Start();
    server_.reset();
  }
}

// A kept connection times out after five seconds only: nobody is to wait for that.
TEST_F(ControlServerTest, AnIdleRestClientDoesNotHoldUpTheStop) {
  Start();
  http_->set_keep_alive(true);
  ASSERT_EQ(http_->Get("/healthz")->status, 200);
  const auto before = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
}

TEST_F(ControlServerTest, WithATokenFileTheTokenIsNeeded) {
  WriteToken();
  Start();
  EXPECT_EQ(http_->Get("/healthz")->status, 200);
  EXPECT_EQ(http_->Get("/v1/routes")->status, 401);
  EXPECT_EQ(http_->Get("/v1/watch")->status, 401);
  EXPECT_EQ(http_->Get("/v1/routes", {{"Authorization", "Bearer wrong-wrong-wrong"}})->status, 401);
  EXPECT_EQ(http_->Get("/v1/routes", {{"Authorization", absl::StrCat("Bearer ", kToken)}})->status,
            200);
  fairlead::v1::ListResponse response;
  grpc::ClientContext without;
  EXPECT_EQ(stub_->List(&without, {}, &response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext with;
  with.AddMetadata("authorization", absl::StrCat("Bearer ", kToken));
  EXPECT_TRUE(stub_->List(&with, {}, &response).ok());
  grpc::ClientContext watch_context;
  auto reader = stub_->Watch(&watch_context, {});
  fairlead::v1::WatchEvent event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(ControlServerTest, WithATokenFileXdsNeedsTheTokenToo) {
  WriteToken();
  Start();
  envoy::service::discovery::v3::DiscoveryResponse response;
  for (const char* token : {"", "wrong-wrong-wrong"}) {
    EXPECT_EQ(FirstListeners(token, response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  grpc::Status status = FirstListeners(kToken, response);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(ControlServerTest, RefusesToListenBeyondLoopbackWithoutAToken) {
  for (std::string ControlOptions::* address :
       {&ControlOptions::xds_address, &ControlOptions::management_address,
        &ControlOptions::http_address}) {
    ControlOptions options = options_;
    options.*address = "0.0.0.0:0";
    EXPECT_EQ(ControlServer::Start(options).status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST_F(ControlServerTest, PortsInUseAreAnError) {
  Start();
  ControlOptions options = options_;
  options.data_dir = dir_ + "/other";
  options.http_address = server_->addresses().http;
  EXPECT_EQ(ControlServer::Start(options).status().code(), absl::StatusCode::kUnavailable);
  options.http_address = "127.0.0.1:0";
  options.management_address = server_->addresses().management;
  EXPECT_EQ(ControlServer::Start(options).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ControlServerTest, OneStoreHasOneServer) {
  Start();
  EXPECT_EQ(ControlServer::Start(options_).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fairlead::control::server
