#include "controlplane/translate/translate.h"

#include <cstdlib>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "controlplane/model/document_parser.h"
#include "controlplane/model/references.h"
#include "controlplane/model/validate.h"
#include "controlplane/xds/type_table.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "gtest/gtest.h"

namespace fairlead::control::translate {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteConfiguration;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using model::Kind;

std::shared_ptr<const model::State> StateOf(const std::string& text, int64_t revision = 1) {
  model::Problems problems;
  std::vector<model::SourceText> texts = {{"test", text}};
  model::ParsedSet set = model::ParseDocuments(texts, problems);
  std::vector<model::Change> changes;
  for (const auto& resource : set.resources) {
    model::ValidateResource(resource, problems);
    model::EntryPtr entry = model::MakeEntry(resource, revision);
    changes.push_back({entry->key, nullptr, entry});
  }
  model::State state = model::State().With(changes, revision);
  model::CheckReferences(state, changes, problems);
  EXPECT_TRUE(problems.empty()) << problems.ToStatus(absl::StatusCode::kInvalidArgument);
  return std::make_shared<const model::State>(std::move(state));
}

Translation Translated(const std::string& text) {
  auto translation = Translate(StateOf(text));
  EXPECT_TRUE(translation.ok()) << translation.status();
  return *std::move(translation);
}

template <typename Message>
Message Find(const Translation& translation, std::string_view type, const std::string& name) {
  Message message;
  const xds::EncodedResource* resource = translation.snapshot->Find(type, name);
  EXPECT_NE(resource, nullptr) << type << " " << name;
  if (resource != nullptr) {
    EXPECT_TRUE(
        message.ParseFromArray(resource->value.data(), static_cast<int>(resource->value.size())));
  }
  return message;
}

RouteConfiguration Routes(const Translation& translation, const std::string& name = "web") {
  return Find<RouteConfiguration>(translation, xds::kRouteType, name);
}

// "name name name" of the routes of the virtual host with this domain.
std::string Order(const RouteConfiguration& routes, const std::string& domain) {
  for (const auto& host : routes.virtual_hosts()) {
    for (const std::string& each : host.domains()) {
      if (each != domain) continue;
      return absl::StrJoin(host.routes(), " ",
                           [](std::string* out, const Route& route) { *out += route.name(); });
    }
  }
  return "no such domain";
}

HttpConnectionManager Hcm(const Listener& listener) {
  HttpConnectionManager hcm;
  EXPECT_TRUE(listener.filter_chains(0).filters(0).typed_config().UnpackTo(&hcm));
  return hcm;
}

constexpr char kWeb[] =
    "{kind: Listener, name: web, port: 80}\n---\n{kind: Service, name: s}\n---\n";

// One of everything.
constexpr char kFull[] = R"(
kind: Listener
name: web
port: 18080
address: 127.0.0.1
policies: [base]
accessLog: {path: /dev/stdout, format: JSON}
trustedHops: 1
---
kind: Listener
name: other
port: 18081
accessLog: {path: /dev/stdout}
---
{kind: Service, name: fixed, endpoints: [{address: 10.0.0.1, port: 80}, {address: '::1',
    port: 81, weight: 3}]}
---
{kind: Service, name: empty, loadBalancing: {policy: LEAST_REQUEST}, connectTimeout: 0.25s}
---
{kind: Service, name: named, dns: {host: localhost, port: 80},
    loadBalancing: {policy: RING_HASH, hashOn: [{header: X-User}, {sourceAddress: true}]}}
---
{kind: Policy, name: base, timeouts: {request: 2s, idle: 0s},
    headers: {request: {set: {x-a: 100%}, remove: [x-r]}, response: {add: {x-b: b}}}}
---
{kind: Policy, name: keys, apiKeys: {credentials: [{client: ann, key: sesame}],
    sources: [{header: X-Key}, {query: key}, {cookie: key}]}}
---
{kind: Policy, name: plain-keys, apiKeys: {credentials: [{client: ann, key: sesame}]}}
---
{kind: Policy, name: no-keys, apiKeys: {disabled: true}}
---
{kind: Policy, name: limit, rateLimit: {requests: 3, per: 60s, burst: 5}}
---
kind: Route
name: shop
hostnames: [shop.test, "*.shop.test", Shop2.test]
listeners: [web]
policies: [keys]
rules:
- name: exact
  matches: [{pathExact: /x, methods: [GET, POST], headers: [{name: X-H, present: false},
      {name: a, regex: "b+"}], query: [{name: q, present: false}, {name: r, exact: ""}]}]
  policies: [no-keys, limit]
  forward: {backends: [{service: fixed, weight: 9}, {service: named}], rewritePrefix: /y,
      rewriteHost: "up.test:8080"}
- name: strip
  matches: [{pathPrefix: /p}]
  forward: {backends: [{service: named}], rewritePrefix: /}
- name: moved
  matches: [{pathRegex: "/api/v[0-9]+"}]
  redirect: {scheme: https, host: new.test, port: 8443, path: /n, status: 308}
- name: rest
  directResponse: {status: 404, body: none}
---
kind: Route
name: any
policies: [plain-keys]
rules: [{forward: {backends: [{service: empty}]}}, {matches: [{pathPrefix: /e}],
    directResponse: {status: 204}}]
)";

TEST(TranslateTest, MakesTheResourcesOfEachKind) {
  Translation translation = Translated(kFull);
  EXPECT_EQ(translation.snapshot->revision, 1);
  EXPECT_EQ(translation.snapshot->Type(xds::kListenerType)->map().size(), 2u);
  EXPECT_EQ(translation.snapshot->Type(xds::kRouteType)->map().size(), 2u);
  EXPECT_EQ(translation.snapshot->Type(xds::kClusterType)->map().size(), 3u);
  EXPECT_EQ(translation.snapshot->Type(xds::kEndpointType)->map().size(), 2u);
}

TEST(TranslateTest, SameStateGivesSameBytesWhateverTheOrder) {
  Translation first = Translated(kFull);
  std::vector<model::EntryPtr> entries;
  auto again = StateOf(kFull);
  for (Kind kind : model::kAllKinds) {
    for (const auto& entry : again->All(kind)) entries.insert(entries.begin(), entry);
  }
  auto second = Translate(std::make_shared<model::State>(entries, 1));
  ASSERT_TRUE(second.ok());
  for (const auto& [type, resources] : first.snapshot->types()) {
    EXPECT_EQ(resources->version(), second->snapshot->TypeVersion(type)) << type;
  }
}

TEST(TranslateTest, ReusingTheLastTranslationGivesTheSame) {
  Translation first = Translated(kFull);
  std::string changed = absl::StrCat(kFull, "\n---\n{kind: Service, name: more}\n");
  auto state = StateOf(changed, 2);
  // Entries that did not change are the same objects, as in a real change.
  std::vector<model::Change> changes = model::ChangesBetween(*first.state, *state);
  ASSERT_EQ(changes.size(), 1u);
  auto next = std::make_shared<const model::State>(first.state->With(changes, 2));
  auto incremental = Translate(next, &first);
  auto whole = Translate(next);
  ASSERT_TRUE(incremental.ok() && whole.ok());
  for (const auto& [type, resources] : whole->snapshot->types()) {
    EXPECT_EQ(resources->version(), incremental->snapshot->TypeVersion(type)) << type;
  }
  EXPECT_EQ(incremental->snapshot->Type(xds::kListenerType),
            first.snapshot->Type(xds::kListenerType));
}

TEST(TranslateTest, PoliciesRoutesAndServicesNeverTouchTheListener) {
  std::string with_policy = absl::StrCat(
      "{kind: Policy, name: p, rateLimit: {requests: 1}, apiKeys: {credentials: [{client: a, key: "
      "b}]}}\n---\n",
      kWeb,
      "{kind: Route, name: r, policies: [p], rules: [{forward: {backends: [{service: s}]}}]}\n");
  EXPECT_EQ(Translated(kWeb).snapshot->TypeVersion(xds::kListenerType),
            Translated(with_policy).snapshot->TypeVersion(xds::kListenerType));
}

TEST(TranslateTest, ListenerHasTheEdgeValues) {
  Listener listener = Find<Listener>(Translated(kFull), xds::kListenerType, "web");
  EXPECT_EQ(listener.per_connection_buffer_limit_bytes().value(), 32768u);
  HttpConnectionManager hcm = Hcm(listener);
  EXPECT_TRUE(hcm.use_remote_address().value());
  EXPECT_EQ(hcm.xff_num_trusted_hops(), 1u);
  EXPECT_TRUE(hcm.normalize_path().value());
  EXPECT_TRUE(hcm.merge_slashes());
  EXPECT_EQ(hcm.path_with_escaped_slashes_action(), HttpConnectionManager::UNESCAPE_AND_REDIRECT);
  EXPECT_EQ(hcm.common_http_protocol_options().headers_with_underscores_action(),
            envoy::config::core::v3::HttpProtocolOptions::REJECT_REQUEST);
  EXPECT_EQ(hcm.rds().route_config_name(), "web");
  ASSERT_EQ(hcm.http_filters_size(), 3);
  EXPECT_EQ(hcm.http_filters(0).name(), "envoy.filters.http.api_key_auth");
  EXPECT_TRUE(hcm.http_filters(0).disabled());
  EXPECT_EQ(hcm.http_filters(1).name(), "envoy.filters.http.local_ratelimit");
  EXPECT_TRUE(hcm.http_filters(1).disabled());
  EXPECT_EQ(hcm.http_filters(2).name(), "envoy.filters.http.router");
  EXPECT_FALSE(hcm.http_filters(2).disabled());
}

TEST(TranslateTest, HostsWithTheSameRoutesShareAVirtualHost) {
  RouteConfiguration routes = Routes(Translated(kFull));
  ASSERT_EQ(routes.virtual_hosts_size(), 2);
  EXPECT_EQ(Order(routes, "shop.test"), "shop/exact shop/moved shop/strip shop/rest");
  EXPECT_EQ(Order(routes, "shop2.test"), Order(routes, "shop.test"));
  EXPECT_EQ(Order(routes, "*"), "any/1 any/0");
  EXPECT_EQ(Order(Routes(Translated(kFull), "other"), "shop.test"), "no such domain");
}

TEST(TranslateTest, RoutesOfOneHostAreMergedBySpecificityThenName) {
  RouteConfiguration routes = Routes(Translated(absl::StrCat(kWeb, R"(
{kind: Route, name: b, hostnames: [h], rules: [{name: rest, directResponse: {status: 200}},
    {name: long, matches: [{pathPrefix: /rest/p/api/v1}], directResponse: {status: 200}},
    {name: short, matches: [{pathPrefix: /rest/p}], directResponse: {status: 200}}]}
---
{kind: Route, name: a, hostnames: [h], rules: [{name: aux,
    matches: [{pathPrefix: /rest/p/aux}, {pathExact: /e}], directResponse: {status: 200}},
    {name: short, matches: [{pathPrefix: /rest/p}], directResponse: {status: 200}}]}
)")));
  EXPECT_EQ(Order(routes, "h"), "a/aux b/long a/aux a/short b/rest");
}

TEST(TranslateTest, RulesThatAreNeverReachedAreWarnedAboutAndLeftOut) {
  Translation translation = Translated(absl::StrCat(kWeb, R"(
{kind: Route, name: a, rules: [{matches: [{pathPrefix: /x}], directResponse: {status: 200}}]}
---
{kind: Route, name: b, rules: [{matches: [{pathPrefix: /x/}], directResponse: {status: 201}}]}
)"));
  ASSERT_EQ(translation.warnings.size(), 1u);
  EXPECT_EQ(translation.warnings[0],
            "listener 'web', host *: rule b/0 (matches[0]) is never reached: rule a/0 has the same "
            "match and comes first");
}

TEST(TranslateTest, RateLimitThatCountsTwiceIsWarnedAbout) {
  Translation translation = Translated(absl::StrCat(kWeb, R"(
{kind: Policy, name: l, rateLimit: {requests: 1}}
---
{kind: Route, name: a, policies: [l], rules: [{matches: [{pathPrefix: /x},
    {pathPrefix: /y}], directResponse: {status: 200}}]}
)"));
  ASSERT_EQ(translation.warnings.size(), 1u);
  EXPECT_NE(translation.warnings[0].find("counts separately"), std::string::npos);
}

const Route& RouteNamed(const RouteConfiguration& routes, const std::string& name) {
  for (const auto& host : routes.virtual_hosts()) {
    for (const Route& route : host.routes()) {
      if (route.name() == name) return route;
    }
  }
  ADD_FAILURE() << "no route " << name;
  return Route::default_instance();
}

TEST(TranslateTest, ForwardWithEverything) {
  RouteConfiguration routes = Routes(Translated(kFull));
  const Route& exact = RouteNamed(routes, "shop/exact");
  ASSERT_EQ(exact.route().weighted_clusters().clusters_size(), 2);
  EXPECT_EQ(exact.route().weighted_clusters().clusters(0).weight().value(), 9u);
  EXPECT_EQ(exact.route().weighted_clusters().clusters(1).weight().value(), 1u);
  EXPECT_EQ(exact.route().prefix_rewrite(), "/y");
  EXPECT_EQ(exact.route().host_rewrite_literal(), "up.test:8080");
  EXPECT_EQ(exact.route().timeout().seconds(), 2);
  EXPECT_TRUE(exact.route().has_idle_timeout());
  ASSERT_EQ(exact.route().hash_policy_size(), 2);
  EXPECT_EQ(exact.route().hash_policy(0).header().header_name(), "x-user");
  EXPECT_TRUE(exact.route().hash_policy(0).terminal());
  EXPECT_TRUE(exact.route().hash_policy(1).connection_properties().source_ip());
  ASSERT_EQ(exact.request_headers_to_add_size(), 1);
  EXPECT_EQ(exact.request_headers_to_add(0).header().value(), "100%%");
  EXPECT_EQ(exact.request_headers_to_remove(0), "x-r");
  EXPECT_EQ(exact.response_headers_to_add(0).append_action(),
            envoy::config::core::v3::HeaderValueOption::APPEND_IF_EXISTS_OR_ADD);
}

TEST(TranslateTest, ExplicitZeroWeightTakesNoTraffic) {
  RouteConfiguration routes =
      Routes(Translated(absl::StrCat(kWeb,
                                     "{kind: Service, name: t}\n---\n{kind: Route, name: r, rules: "
                                     "[{forward: {backends: [{service: "
                                     "s, weight: 0}, {service: t}]}}]}\n")));
  const auto& clusters = RouteNamed(routes, "r/0").route().weighted_clusters();
  EXPECT_EQ(clusters.clusters(0).weight().value(), 0u);
  EXPECT_EQ(clusters.clusters(1).weight().value(), 1u);
}

TEST(TranslateTest, InnerPolicySwitchesKeysOffAndLimitOn) {
  RouteConfiguration routes = Routes(Translated(kFull));
  const auto& exact = RouteNamed(routes, "shop/exact").typed_per_filter_config();
  EXPECT_FALSE(exact.contains("envoy.filters.http.api_key_auth"));
  ASSERT_TRUE(exact.contains("envoy.filters.http.local_ratelimit"));
  envoy::extensions::filters::http::local_ratelimit::v3::LocalRateLimit limit;
  ASSERT_TRUE(exact.at("envoy.filters.http.local_ratelimit").UnpackTo(&limit));
  EXPECT_EQ(limit.token_bucket().max_tokens(), 5u);
  EXPECT_EQ(limit.token_bucket().tokens_per_fill().value(), 3u);
  EXPECT_EQ(limit.token_bucket().fill_interval().seconds(), 60);
  EXPECT_EQ(limit.filter_enforced().default_value().numerator(), 100u);
  const auto& rest = RouteNamed(routes, "shop/rest").typed_per_filter_config();
  envoy::extensions::filters::http::api_key_auth::v3::ApiKeyAuthPerRoute keys;
  ASSERT_TRUE(rest.at("envoy.filters.http.api_key_auth").UnpackTo(&keys));
  EXPECT_EQ(keys.credentials(0).client(), "ann");
  EXPECT_EQ(keys.key_sources(0).header(), "x-key");
  envoy::extensions::filters::http::api_key_auth::v3::ApiKeyAuthPerRoute plain;
  ASSERT_TRUE(RouteNamed(routes, "any/0")
                  .typed_per_filter_config()
                  .at("envoy.filters.http.api_key_auth")
                  .UnpackTo(&plain));
  EXPECT_EQ(plain.key_sources(0).header(), "x-api-key");
}

TEST(TranslateTest, ServicesBecomeClusters) {
  Translation translation = Translated(kFull);
  Cluster fixed = Find<Cluster>(translation, xds::kClusterType, "fixed");
  EXPECT_EQ(fixed.type(), Cluster::EDS);
  EXPECT_TRUE(fixed.eds_cluster_config().eds_config().has_ads());
  EXPECT_EQ(fixed.connect_timeout().seconds(), 5);
  Cluster named = Find<Cluster>(translation, xds::kClusterType, "named");
  EXPECT_EQ(named.type(), Cluster::STRICT_DNS);
  EXPECT_EQ(named.lb_policy(), Cluster::RING_HASH);
  auto endpoints = Find<ClusterLoadAssignment>(translation, xds::kEndpointType, "fixed");
  ASSERT_EQ(endpoints.endpoints(0).lb_endpoints_size(), 2);
  EXPECT_EQ(endpoints.endpoints(0).lb_endpoints(1).load_balancing_weight().value(), 3u);
  EXPECT_EQ(Find<ClusterLoadAssignment>(translation, xds::kEndpointType, "empty").endpoints_size(),
            0);
}

// The same configuration as static resources.
envoy::config::bootstrap::v3::Bootstrap ToStatic(const Translation& translation) {
  envoy::config::bootstrap::v3::Bootstrap bootstrap;
  bootstrap.mutable_node()->set_id("test");
  bootstrap.mutable_node()->set_cluster("test");
  auto& resources = *bootstrap.mutable_static_resources();
  for (const auto& [name, resource] : translation.snapshot->Type(xds::kListenerType)->map()) {
    auto listener = Find<Listener>(translation, xds::kListenerType, std::string(name));
    HttpConnectionManager hcm = Hcm(listener);
    *hcm.mutable_route_config() = Routes(translation, std::string(name));
    listener.mutable_filter_chains(0)->mutable_filters(0)->mutable_typed_config()->PackFrom(hcm);
    *resources.add_listeners() = listener;
  }
  for (const auto& [name, resource] : translation.snapshot->Type(xds::kClusterType)->map()) {
    auto cluster = Find<Cluster>(translation, xds::kClusterType, std::string(name));
    if (cluster.type() == Cluster::EDS) {
      cluster.set_type(Cluster::STATIC);
      cluster.clear_eds_cluster_config();
      *cluster.mutable_load_assignment() =
          Find<ClusterLoadAssignment>(translation, xds::kEndpointType, std::string(name));
    }
    *resources.add_clusters() = cluster;
  }
  return bootstrap;
}

// Needs FAIRLEAD_ENVOY, the path of an envoy binary (1.36 or newer).
TEST(TranslateTest, RealEnvoyAcceptsIt) {
  const char* envoy = std::getenv("FAIRLEAD_ENVOY");
  if (envoy == nullptr) GTEST_SKIP() << "FAIRLEAD_ENVOY is not set";
  std::string file = absl::StrCat(testing::TempDir(), "/bootstrap.pb");
  ASSERT_TRUE(std::ofstream(file) << ToStatic(Translated(kFull)).SerializeAsString());
  EXPECT_EQ(
      std::system(absl::StrCat("'", envoy, "' --mode validate -l error -c '", file, "'").c_str()),
      0);
}

}  // namespace
}  // namespace fairlead::control::translate
