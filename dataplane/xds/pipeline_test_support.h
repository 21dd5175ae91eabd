#ifndef FAIRLEAD_DATAPLANE_XDS_PIPELINE_TEST_SUPPORT_H_
#define FAIRLEAD_DATAPLANE_XDS_PIPELINE_TEST_SUPPORT_H_

// Fakes for tests of the pipeline: a compiler whose results remember what they were made of, a sink
// that writes down what was published, sources that write down what was asked of them. Thread: one.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/base/status.h"
#include "dataplane/xds/bootstrap.h"
#include "dataplane/xds/pipeline.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "gtest/gtest.h"

namespace fairlead::xds {

// What stands behind the opaque pointers: a text that tells a test which version it is.
struct FakeObject {
  std::string text;

  template <typename T>
  static std::shared_ptr<const T> Make(std::string text) {
    auto object = std::make_shared<const FakeObject>(FakeObject{std::move(text)});
    return std::shared_ptr<const T>(object, reinterpret_cast<const T*>(object.get()));
  }
  template <typename T>
  static std::string TextOf(const T* opaque) {
    return opaque == nullptr ? "-" : reinterpret_cast<const FakeObject*>(opaque)->text;
  }
};

// A cluster is its alt_stat_name, an assignment its number of endpoints, a route configuration the
// name of its first virtual host, a listener its stat_prefix: fields a test may set as it likes.
class FakeCompiler final : public Compiler {
 public:
  absl::StatusOr<std::shared_ptr<const cluster::ClusterConfig>> CompileCluster(
      const envoy::config::cluster::v3::Cluster& cluster) override {
    ++clusters;
    if (cluster.alt_stat_name() == "bad") return InvalidArgument("alt_stat_name: is 'bad'");
    return FakeObject::Make<cluster::ClusterConfig>(cluster.alt_stat_name());
  }
  absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CompileEndpoints(
      const cluster::ClusterConfig& cluster,
      const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment) override {
    ++endpoints;
    if (assignment.endpoints_size() == 13) return InvalidArgument("endpoints: are 13");
    return FakeObject::Make<upstream::EndpointSet>(
        StrCat(FakeObject::TextOf(&cluster), "/", assignment.endpoints_size()));
  }
  absl::StatusOr<std::shared_ptr<const route::RouteTable>> CompileRoutes(
      const envoy::config::route::v3::RouteConfiguration& routes,
      const route::RouteTable* previous) override {
    ++route_tables;
    previous_routes = FakeObject::TextOf(previous);
    const std::string text =
        routes.virtual_hosts().empty() ? "empty" : routes.virtual_hosts(0).name();
    if (text == "bad") return InvalidArgument("virtual_hosts[0].name: is 'bad'");
    return FakeObject::Make<route::RouteTable>(text);
  }
  absl::StatusOr<std::shared_ptr<const listener::ListenerConfig>> CompileListener(
      const envoy::config::listener::v3::Listener& listener) override {
    ++listeners;
    if (listener.stat_prefix() == "bad") return InvalidArgument("stat_prefix: is 'bad'");
    return FakeObject::Make<listener::ListenerConfig>(listener.stat_prefix());
  }

  int clusters = 0;
  int endpoints = 0;
  int route_tables = 0;
  int listeners = 0;
  std::string previous_routes;
};

class FakeSink final : public ConfigSink {
 public:
  void PublishCluster(const std::string& name, std::shared_ptr<const cluster::ClusterConfig> config,
                      std::shared_ptr<const upstream::EndpointSet> endpoints) override {
    Note("cluster ", name, " ", FakeObject::TextOf(config.get()), " ",
         FakeObject::TextOf(endpoints.get()));
  }
  void PublishEndpoints(const std::string& name,
                        std::shared_ptr<const upstream::EndpointSet> endpoints) override {
    Note("endpoints ", name, " ", FakeObject::TextOf(endpoints.get()));
  }
  void RemoveCluster(const std::string& name) override { Note("-cluster ", name); }
  void PublishRoutes(const std::string& name,
                     std::shared_ptr<const route::RouteTable> table) override {
    Note("routes ", name, " ", FakeObject::TextOf(table.get()));
  }
  void RemoveRoutes(const std::string& name) override { Note("-routes ", name); }
  void PublishListener(const std::string& name,
                       std::shared_ptr<const listener::ListenerConfig> config) override {
    Note("listener ", name, " ", FakeObject::TextOf(config.get()));
  }
  void RemoveListener(const std::string& name) override { Note("-listener ", name); }
  void InitDone() override { Note("init done"); }
  void WhenLive(const std::string& cluster, std::function<void()> done) override {
    (cluster.empty() ? waiting : waiting_for_names[cluster]).push_back(std::move(done));
  }
  std::string ListenerFault(const std::string& name) const override {
    return name == faulty_listener ? "cannot bind" : "";
  }

  // The workers have taken what was published.
  void Live() {
    for (auto& done : std::exchange(waiting, {})) done();
  }

  std::vector<std::function<void()>> waiting;
  std::map<std::string, std::vector<std::function<void()>>> waiting_for_names;
  std::string faulty_listener;

  // What was published since the last call.
  std::vector<std::string> Take() { return std::exchange(events_, {}); }

 private:
  template <typename... Args>
  void Note(const Args&... args) {
    events_.push_back(StrCat(args...));
  }
  std::vector<std::string> events_;
};

class FakeSource final : public Source {
 public:
  void SetInterest(ResourceType type, Interest interest) override {
    interests[type] = std::move(interest);
    ++interest_changes;
  }
  void Refresh(ResourceType, const std::vector<std::string>& names) override {
    refreshed.insert(refreshed.end(), names.begin(), names.end());
  }
  // "*", or the names with commas; empty if nothing is wanted.
  std::string Wanted(ResourceType type) {
    std::string out = interests[type].is_wildcard ? "*" : "";
    for (const std::string& name : interests[type].names) {
      StrAppend(&out, out.empty() ? "" : ",", name);
    }
    return out;
  }

  PerType<Interest> interests;
  int interest_changes = 0;
  std::vector<std::string> refreshed;
};

// `ads` is one source, each path another; a path "bad" is refused.
class FakeSources final : public SourceProvider {
 public:
  absl::StatusOr<Source*> SourceFor(const envoy::config::core::v3::ConfigSource& config,
                                    ResourceType) override {
    if (config.has_ads()) return &ads;
    if (config.path_config_source().path() == "bad") return InvalidArgument("path: is 'bad'");
    return &files[config.path_config_source().path()];
  }

  void Restore(ResourceType type,
               const std::vector<std::pair<std::string, std::string>>& versions) override {
    for (const auto& [name, version] : versions) {
      restored.push_back(StrCat(ShortName(type), " ", name, " ", version));
    }
  }

  FakeSource ads;
  std::map<std::string, FakeSource> files;
  std::vector<std::string> restored;
};

// A message from YAML; the test fails if it is none.
template <typename T>
T FromYaml(const std::string& yaml) {
  T message;
  const absl::Status status = ParseProto(yaml, "test.yaml", message);
  EXPECT_TRUE(status.ok()) << status << "\n" << yaml;
  return message;
}

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() { pipeline.UseSources(sources); }

  static SupportTable Table() {
    SupportTable table;
    table.AllowTree("envoy.config.bootstrap.v3.Bootstrap");
    table.AllowTree("envoy.config.cluster.v3.Cluster");
    table.AllowTree("envoy.config.endpoint.v3.ClusterLoadAssignment");
    table.AllowTree("envoy.config.route.v3.RouteConfiguration");
    table.AllowTree("envoy.config.listener.v3.Listener");
    return table;
  }

  static envoy::config::cluster::v3::Cluster Eds(const std::string& name, const std::string& text,
                                                 const std::string& more = "") {
    return FromYaml<envoy::config::cluster::v3::Cluster>(
        StrCat("{name: ", name, ", alt_stat_name: ", text,
               ", type: EDS, eds_cluster_config: {eds_config: {ads: {}}", more, "}}"));
  }
  static envoy::config::cluster::v3::Cluster Dns(const std::string& name, const std::string& text) {
    return FromYaml<envoy::config::cluster::v3::Cluster>(
        StrCat("{name: ", name, ", alt_stat_name: ", text, ", type: STRICT_DNS}"));
  }
  static envoy::config::endpoint::v3::ClusterLoadAssignment Endpoints(const std::string& name,
                                                                      int count) {
    envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
    assignment.set_cluster_name(name);
    for (int i = 0; i < count; ++i) assignment.add_endpoints();
    return assignment;
  }
  static envoy::config::route::v3::RouteConfiguration RouteConfig(const std::string& name,
                                                                  const std::string& text,
                                                                  const std::string& more = "") {
    return FromYaml<envoy::config::route::v3::RouteConfiguration>(StrCat(
        "{name: ", name, ", virtual_hosts: [{name: ", text, ", domains: ['*']}]", more, "}"));
  }
  // `specifier`: a YAML line that is the HCM's rds or route_config.
  static envoy::config::listener::v3::Listener ListenerWith(const std::string& name,
                                                            const std::string& text,
                                                            const std::string& specifier) {
    return FromYaml<envoy::config::listener::v3::Listener>(StrCat(
        "name: ", name, "\nstat_prefix: ", text,
        "\naddress: {socket_address: {address: 127.0.0.1, port_value: 0}}\nfilter_chains:\n"
        "- filters:\n  - name: h\n    typed_config:\n      '@type': type.googleapis.com/envoy."
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n"
        "      stat_prefix: x\n      ",
        specifier, "\n"));
  }
  static envoy::config::listener::v3::Listener RdsListener(const std::string& name,
                                                           const std::string& text,
                                                           const std::string& routes) {
    return ListenerWith(name, text,
                        StrCat("rds: {route_config_name: ", routes, ", config_source: {ads: {}}}"));
  }

  // An update as a stream hands it over. `removed` is for the delta dialect.
  template <typename T>
  std::vector<ResourceError> Send(ResourceType type, const std::vector<T>& messages,
                                  std::vector<std::string> removed = {}, bool is_delta = false,
                                  const std::string& version = "v") {
    Update update;
    update.type = type;
    update.version = version;
    update.is_whole_state = IsWholeState(type) && !is_delta;
    for (const T& message : messages) {
      Resource resource = ResourceOf(message, *NameInBytes(message.SerializeAsString()));
      resource.version = version;
      update.resources.push_back(std::move(resource));
    }
    update.removed = std::move(removed);
    return pipeline.OnUpdate(std::move(update));
  }
  std::vector<ResourceError> SendClusters(
      const std::vector<envoy::config::cluster::v3::Cluster>& clusters) {
    return Send(ResourceType::kCluster, clusters);
  }
  std::vector<ResourceError> SendEndpoints(
      const std::vector<envoy::config::endpoint::v3::ClusterLoadAssignment>& assignments) {
    return Send(ResourceType::kEndpoint, assignments);
  }
  std::vector<ResourceError> SendListeners(
      const std::vector<envoy::config::listener::v3::Listener>& listeners) {
    return Send(ResourceType::kListener, listeners);
  }
  std::vector<ResourceError> SendRoutes(
      const std::vector<envoy::config::route::v3::RouteConfiguration>& routes) {
    return Send(ResourceType::kRoute, routes);
  }

  void Load(const std::string& bootstrap_yaml) {
    auto bootstrap = FromYaml<envoy::config::bootstrap::v3::Bootstrap>(bootstrap_yaml);
    const absl::Status status = pipeline.LoadStatic(bootstrap);
    EXPECT_TRUE(status.ok()) << status;
  }
  std::string LoadError(const std::string& bootstrap_yaml) {
    auto bootstrap = FromYaml<envoy::config::bootstrap::v3::Bootstrap>(bootstrap_yaml);
    return std::string(pipeline.LoadStatic(bootstrap).message());
  }
  // A proxy that runs, with nothing but CDS and LDS by ADS.
  void StartEmpty() {
    Load("dynamic_resources: {cds_config: {ads: {}}, lds_config: {ads: {}}}");
    pipeline.Start();
    SendClusters({});
    SendListeners({});
    EXPECT_TRUE(pipeline.is_ready());
    sink.Take();
  }
  // The end of a turn of the loop.
  void RunPosted() {
    while (!posted.empty()) {
      auto work = std::move(posted.front());
      posted.pop_front();
      work();
    }
  }
  void Advance(event::Duration by) {
    time.Advance(by);
    wheel.Advance(time.Monotonic());
  }
  const TypeCounters& Counters(ResourceType type) {
    state = pipeline.State();
    return state.types[type];
  }

  event::ManualTime time;
  event::TimerWheel wheel{time.Monotonic()};
  const SupportTable table = Table();
  FakeCompiler compiler;
  FakeSink sink;
  FakeSources sources;
  std::deque<absl::AnyInvocable<void()>> posted;
  Pipeline pipeline{table, compiler, sink,
                    wheel, time,     [this](auto work) { posted.push_back(std::move(work)); }};
  PipelineState state;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_PIPELINE_TEST_SUPPORT_H_
