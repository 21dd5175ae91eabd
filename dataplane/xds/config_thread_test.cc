// The whole of it: bootstrap, thread, stream, pipeline, against a real gRPC server in this process.

#include "dataplane/xds/config_thread.h"

#include <condition_variable>
#include <cstring>
#include <mutex>

#include "dataplane/event/time_source.h"
#include "dataplane/xds/fake_ads_server.h"
#include "dataplane/xds/pipeline_test_support.h"
#include "dataplane/xds/proto_check.h"
#include "dataplane/xds/redact.h"
#include "dataplane/xds/supported.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::config::bootstrap::v3::Bootstrap;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A sink that a test's thread can wait on.
class WaitingSink final : public ConfigSink {
 public:
  void PublishCluster(const std::string& name, std::shared_ptr<const cluster::ClusterConfig>,
                      std::shared_ptr<const upstream::EndpointSet>) override {
    Note("cluster " + name);
  }
  void PublishEndpoints(const std::string& name,
                        std::shared_ptr<const upstream::EndpointSet>) override {
    Note("endpoints " + name);
  }
  void RemoveCluster(const std::string& name) override { Note("-cluster " + name); }
  void PublishRoutes(const std::string& name, std::shared_ptr<const route::RouteTable>) override {
    Note("routes " + name);
  }
  void RemoveRoutes(const std::string& name) override { Note("-routes " + name); }
  void PublishListener(const std::string& name,
                       std::shared_ptr<const listener::ListenerConfig>) override {
    Note("listener " + name);
  }
  void RemoveListener(const std::string& name) override { Note("-listener " + name); }
  void InitDone() override { Note("init done"); }
  void WhenLive(const std::string&, std::function<void()> done) override { done(); }
  std::string ListenerFault(const std::string&) const override { return ""; }

  bool WaitFor(const std::string& event) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      return std::find(events_.begin(), events_.end(), event) != events_.end();
    });
  }
  std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  void Note(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
};

class ConfigThreadTest : public testing::Test {
 protected:
  ConfigThreadTest() {
    DeclareSupport(table_);
    table_.AllowTree("envoy.config.cluster.v3.Cluster");
    table_.AllowTree("envoy.config.endpoint.v3.ClusterLoadAssignment");
  }
  ConfigThreadOptions Options(const std::string& yaml) {
    return {.bootstrap = std::make_shared<Bootstrap>(FromYaml<Bootstrap>(yaml)),
            .support = &table_,
            .compiler = &compiler_,
            .sink = &sink_,
            .time = &event::TimeSource::System(),
            .seed = 1};
  }
  static std::string AdsBootstrap(int port) {
    return StrCat(R"(
node: {id: n, cluster: c}
dynamic_resources:
  ads_config:
    api_type: GRPC
    transport_api_version: V3
    grpc_services:
    - envoy_grpc: {cluster_name: control}
      initial_metadata: [{key: authorization, value: Bearer t}]
  cds_config: {ads: {}, resource_api_version: V3}
static_resources:
  clusters:
  - name: control
    type: STATIC
    typed_extension_protocol_options: {}
    load_assignment:
      cluster_name: control
      endpoints:
      - lb_endpoints:
        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: )",
                  port, "}}}\n");
  }
  template <typename Message>
  static DiscoveryResponse Response(ResourceType type, const Message& message) {
    DiscoveryResponse response;
    response.set_type_url(std::string(TypeUrl(type)));
    response.set_version_info("v1");
    response.set_nonce("n");
    response.add_resources()->PackFrom(message);
    return response;
  }
  // The next request that the server gets, of this type.
  static DiscoveryRequest Next(FakeAdsServer& server, ResourceType type) {
    DiscoveryRequest request;
    while (server.sotw.Await(request)) {
      if (request.type_url() == TypeUrl(type)) return request;
    }
    ADD_FAILURE() << "no request";
    return request;
  }

  SupportTable table_;
  FakeCompiler compiler_;
  WaitingSink sink_;
};

TEST_F(ConfigThreadTest, AppliesWhatTheControlPlaneSays) {
  FakeAdsServer server;
  ConfigThread config(Options(AdsBootstrap(server.port())));
  ASSERT_EQ(config.Start(), absl::OkStatus());
  EXPECT_THAT(sink_.events(), testing::Contains("cluster control"));
  EXPECT_EQ(Next(server, ResourceType::kCluster).node().user_agent_name(), "fairlead-proxy");
  EXPECT_EQ(server.sotw.token(), "Bearer t");
  server.sotw.Send(
      Response(ResourceType::kCluster,
               FromYaml<envoy::config::cluster::v3::Cluster>(
                   "{name: shop, type: EDS, eds_cluster_config: {eds_config: {ads: {}}}}")));
  EXPECT_THAT(Next(server, ResourceType::kEndpoint).resource_names(), ElementsAre("shop"));
  envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
  assignment.set_cluster_name("shop");
  server.sotw.Send(Response(ResourceType::kEndpoint, assignment));
  ASSERT_TRUE(sink_.WaitFor("cluster shop"));
  ASSERT_TRUE(sink_.WaitFor("init done"));
  EXPECT_EQ(Next(server, ResourceType::kEndpoint).version_info(), "v1");
  const ConfigState state = config.State().get();
  EXPECT_TRUE(state.pipeline.is_ready);
  EXPECT_TRUE(state.ads.is_connected);
  EXPECT_EQ(state.pipeline.clusters, 2u);
  EXPECT_EQ(state.pipeline.types[ResourceType::kCluster].version_text, "v1");
  const std::string dump = config.DumpJson({.with_endpoints = true, .name_contains = ""}).get();
  EXPECT_THAT(dump, HasSubstr("\"version_info\": \"v1\""));
  EXPECT_THAT(dump, HasSubstr("dynamic_active_clusters"));
  EXPECT_THAT(config.DumpJson({.with_endpoints = false, .name_contains = "control"}).get(),
              Not(HasSubstr("shop")));
  config.Stop();
  config.Stop();
  EXPECT_THROW(config.State().get(), std::future_error);
}

TEST_F(ConfigThreadTest, FaultInTheBootstrapIsReturned) {
  ConfigThread config(Options("static_resources: {clusters: [{name: c, alt_stat_name: bad}]}"));
  EXPECT_EQ(config.Start().message(), "cluster 'c': alt_stat_name: is 'bad'");
  EXPECT_EQ(ConfigThread::Validate(Options("header_prefix: x")).message(),
            "bootstrap: header_prefix: is set but not supported by this proxy; see fairlead-proxy "
            "--supported");
  EXPECT_EQ(ConfigThread::Validate(Options(AdsBootstrap(1))), absl::OkStatus());
}

TEST_F(ConfigThreadTest, WrongReferencesAreNamed) {
  const std::string ads =
      "dynamic_resources: {cds_config: {ads: {}}, ads_config: {api_type: GRPC, grpc_services: "
      "[{envoy_grpc: {cluster_name: nobody}}]}}";
  EXPECT_EQ(ConfigThread::Validate(Options(ads)).message(),
            "bootstrap: dynamic_resources.cds_config: dynamic_resources.ads_config: "
            "grpc_services[0]: envoy_grpc.cluster_name: is 'nobody', which is no static cluster of "
            "the bootstrap");
  EXPECT_EQ(ConfigThread::Validate(Options("dynamic_resources: {cds_config: {ads: {}}}")).message(),
            "bootstrap: dynamic_resources.cds_config: ads: the bootstrap has no "
            "dynamic_resources.ads_config");
  EXPECT_THAT(std::string(ConfigThread::Validate(
                              Options("dynamic_resources: {cds_config: {path_config_source: {path: "
                                      "/no/such.yaml}}}"))
                              .message()),
              HasSubstr("path_config_source.path: '/no/such.yaml' cannot be read"));
}

TEST_F(ConfigThreadTest, FieldsOfAStreamAreCheckedByName) {
  const auto fault = [this](const std::string& of_service, const std::string& of_source = "") {
    auto options = Options(AdsBootstrap(1));
    auto& ads = *options.bootstrap->mutable_dynamic_resources()->mutable_ads_config();
    ads.MergeFrom(FromYaml<envoy::config::core::v3::ApiConfigSource>(
        StrCat("{api_type: GRPC", of_source, "}")));
    ads.mutable_grpc_services(0)->MergeFrom(
        FromYaml<envoy::config::core::v3::GrpcService>(StrCat("{", of_service, "}")));
    return std::string(ConfigThread::Validate(options).message());
  };
  EXPECT_EQ(fault("envoy_grpc: {retry_policy: {retry_back_off: {base_interval: 2s}}}"), "");
  EXPECT_EQ(fault("", ", set_node_on_first_message_only: true, rate_limit_settings: {}"), "");
  EXPECT_THAT(fault("envoy_grpc: {retry_policy: {retry_back_off: {base_interval: 2s, "
                    "max_interval: 1s}}}"),
              HasSubstr("grpc_services[0]: envoy_grpc.retry_policy.retry_back_off.max_interval: "
                        "is seconds: 1, at least the base_interval is wanted"));
  EXPECT_THAT(fault("envoy_grpc: {retry_policy: {num_retries: 3}}"),
              HasSubstr("dynamic_resources.ads_config.grpc_services[0].envoy_grpc.retry_policy."
                        "num_retries"));
  EXPECT_THAT(fault("timeout: 1s"),
              HasSubstr("dynamic_resources.ads_config.grpc_services[0].timeout"));
  for (const char* field : {"request_timeout: 1s", "refresh_delay: 1s",
                            "config_validators: [{name: x}]", "cluster_names: [a]"}) {
    const std::string name(field, std::strchr(field, ':'));
    EXPECT_THAT(fault("", StrCat(", ", field)), HasSubstr("dynamic_resources.ads_config." + name));
  }
}

TEST_F(ConfigThreadTest, UnreachableControlPlaneBlocksNothing) {
  ConfigThread config(Options(AdsBootstrap(FakeAdsServer().port())));
  ASSERT_EQ(config.Start(), absl::OkStatus());
  EXPECT_FALSE(config.State().get().pipeline.is_ready);
}

TEST_F(ConfigThreadTest, StaticConfigurationAloneIsReady) {
  ConfigThread config(Options("static_resources: {clusters: [{name: c, type: STRICT_DNS}]}"));
  ASSERT_EQ(config.Start(), absl::OkStatus());
  ASSERT_TRUE(sink_.WaitFor("init done"));
  EXPECT_FALSE(config.State().get().has_ads);
}

TEST(SupportedTest, NamesExist) {
  SupportTable table;
  DeclareSupport(table);
  EXPECT_EQ(VerifyNames(table), absl::OkStatus());
}

TEST(RedactTest, HidesWhatIsSensitiveAlsoInAnAny) {
  auto service = FromYaml<envoy::config::core::v3::GrpcService>(R"(
google_grpc:
  target_uri: x
  stat_prefix: x
  channel_credentials:
    ssl_credentials: {private_key: {inline_string: hush}, cert_chain: {inline_string: open}}
)");
  google::protobuf::Any any;
  any.PackFrom(service);
  Redact(any);
  ASSERT_TRUE(any.UnpackTo(&service));
  const auto& ssl = service.google_grpc().channel_credentials().ssl_credentials();
  EXPECT_EQ(ssl.private_key().inline_string(), "[redacted]");
  EXPECT_EQ(ssl.cert_chain().inline_string(), "open");
}

TEST(RedactTest, HidesApiKeys) {
  auto auth = FromYaml<envoy::extensions::filters::http::api_key_auth::v3::ApiKeyAuth>(
      "credentials: [{key: hush, client: somebody}]");
  Redact(auth);
  EXPECT_THAT(auth.ShortDebugString(), Not(HasSubstr("hush")));
  EXPECT_EQ(auth.credentials(0).key(), "[redacted]");
}

}  // namespace
}  // namespace fairlead::xds
