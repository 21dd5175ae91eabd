#include "dataplane/server/admin/pages.h"

#include "dataplane/base/log.h"
#include "dataplane/base/strings.h"
#include "dataplane/server/admin/config_dump_page.h"
#include "dataplane/server/admin/fake_source.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fairlead::server::admin {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class PagesTest : public testing::Test {
 protected:
  AdminReply Ask(std::string_view target) {
    const AdminRequest request = ParseTarget(target);
    for (const AdminPage& page : pages_) {
      if (page.path == request.path) return page.handler(request);
    }
    ADD_FAILURE() << "no page " << target;
    return {};
  }
  // A reply's JSON; null when it is none.
  json AskJson(std::string_view target) {
    const AdminReply reply = Ask(target);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.content_type, kJsonType);
    json document = json::parse(reply.body, nullptr, false);
    EXPECT_FALSE(document.is_discarded()) << reply.body;
    return document.is_discarded() ? json() : document;
  }

  FakeSource source_;
  std::vector<AdminPage> pages_ = MakePages(source_);
};

TEST_F(PagesTest, ReadyTellsTheState) {
  EXPECT_EQ(Ask("/ready").status, 200);
  EXPECT_EQ(Ask("/ready").body, "LIVE\n");
  source_.serves_last_good = true;
  EXPECT_THAT(Ask("/ready").body, testing::StartsWith("LIVE\non the last good configuration"));
  source_.serves_last_good = false;
  source_.state = ServerState::kInitializing;
  EXPECT_EQ(Ask("/ready").status, 503);
  EXPECT_EQ(Ask("/ready").body, "INITIALIZING\n");
  source_.state = ServerState::kDraining;
  EXPECT_EQ(Ask("/ready").body, "DRAINING\n");
}

TEST_F(PagesTest, HealthCanBeFailedByHand) {
  EXPECT_EQ(Ask("/healthcheck/fail").body, "OK\n");
  EXPECT_EQ(Ask("/ready").status, 503);
  EXPECT_EQ(Ask("/ready").body, "DRAINING\n");
  EXPECT_EQ(AskJson("/server_info")["state"], "DRAINING");
  // What is not live anyway stays what it is.
  source_.state = ServerState::kPreInitializing;
  EXPECT_EQ(Ask("/ready").body, "PRE_INITIALIZING\n");
  source_.state = ServerState::kLive;
  EXPECT_EQ(Ask("/healthcheck/ok").body, "OK\n");
  EXPECT_EQ(Ask("/ready").status, 200);
}

TEST_F(PagesTest, ServerInfoIsEnvoysMessage) {
  source_.facts.options.config_path = "/etc/envoy.yaml";
  source_.facts.options.config_yaml = "{key: very-secret}";
  const json info = AskJson("/server_info");
  EXPECT_EQ(info["version"], "1.2.3");
  EXPECT_EQ(info["state"], "LIVE");
  EXPECT_EQ(info["uptime_current_epoch"], "90s");
  EXPECT_EQ(info["node"]["id"], "proxy-1");
  const json& options = info["command_line_options"];
  EXPECT_EQ(options["concurrency"], 2);
  EXPECT_EQ(options["config_path"], "/etc/envoy.yaml");
  EXPECT_EQ(options["config_yaml"], "[redacted]");
  EXPECT_EQ(options["drain_time"], "600s");
  EXPECT_EQ(options["mode"], "Serve");
}

TEST_F(PagesTest, MemoryIsInUse) {
  const json memory = AskJson("/memory");
  for (const char* name : {"allocated", "heap_size", "total_physical_bytes"}) {
    ASSERT_TRUE(memory[name].is_string()) << name;
    EXPECT_NE(memory[name], "0") << name;
  }
}

TEST_F(PagesTest, ListenersAsTextAndJson) {
  source_.listeners = {{"http", *net::Address::Parse("127.0.0.1", 8080), "http", 2, ""},
                       {"v6", *net::Address::Parse("::1", 81), "http", 0, "address in use"}};
  EXPECT_EQ(Ask("/listeners").body, "http::127.0.0.1:8080\nv6::[::1]:81::address in use\n");
  const json statuses = AskJson("/listeners?format=json")["listener_statuses"];
  ASSERT_EQ(statuses.size(), 2u);
  EXPECT_EQ(statuses[0]["name"], "http");
  EXPECT_EQ(statuses[1]["local_address"]["socket_address"]["address"], "::1");
  EXPECT_EQ(statuses[1]["local_address"]["socket_address"]["port_value"], 81);
  EXPECT_EQ(Ask("/listeners?format=xml").status, 400);
}

TEST_F(PagesTest, NamesThatAreNoUtf8AreStillJson) {
  source_.listeners = {{"a\xff\"<b>", net::Address(), "http", 0, ""}};
  EXPECT_EQ(AskJson("/listeners?format=json")["listener_statuses"][0]["name"],
            "a\xef\xbf\xbd\"<b>");
}

TEST_F(PagesTest, LogLevelIsShownAndSet) {
  const auto before = spdlog::get_level();
  EXPECT_EQ(Ask("/logging?level=error").body, "active loggers:\n  fairlead: error\n");
  EXPECT_EQ(Ask("/logging").body, "active loggers:\n  fairlead: error\n");
  const AdminReply wrong = Ask("/logging?level=loud");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("'loud'"));
  EXPECT_EQ(spdlog::get_level(), spdlog::level::err);
  spdlog::set_level(before);
}

TEST_F(PagesTest, DrainGoesToTheSource) {
  EXPECT_EQ(Ask("/drain_listeners").body, "OK\n");
  EXPECT_EQ(source_.drains, 1);
  EXPECT_EQ(Ask("/drain_listeners?graceful").body, "OK\n");
  EXPECT_EQ(source_.graceful_drains, 1);
  EXPECT_EQ(source_.drains, 1);
}

TEST_F(PagesTest, LogsAreReopened) {
  EXPECT_EQ(Ask("/reopen_logs").body, "OK\n");
  EXPECT_EQ(source_.reopens, 1);
}

TEST_F(PagesTest, WhatThereIsNotIsEmptyAndNotMissing) {
  EXPECT_EQ(AskJson("/certs"), json::parse(R"({"certificates": []})"));
  EXPECT_EQ(AskJson("/runtime"), json::parse(R"({"layers": [], "entries": {}})"));
  EXPECT_EQ(Ask("/hot_restart_version").body, "disabled\n");
}

TEST_F(PagesTest, RuntimeIsShownAndModified) {
  EXPECT_EQ(Ask("/runtime_modify?a=1").status, 503);
  EXPECT_EQ(Ask("/runtime_modify?a=1").body, "No admin layer specified\n");
  source_.runtime_values =
      *runtime::Runtime::Create(envoy::config::bootstrap::v3::LayeredRuntime());
  EXPECT_EQ(Ask("/runtime_modify").status, 400);
  EXPECT_EQ(Ask("/runtime_modify?canary=30&share=%7B%22numerator%22:1%7D").body, "OK\n");
  EXPECT_EQ(AskJson("/runtime"), json::parse(R"({"layers": [""], "entries": {
      "canary": {"layer_values": ["30"], "final_value": "30"},
      "share": {"layer_values": ["{\"numerator\":1}"],
                "final_value": "{\"numerator\":1}"}}})"));
  EXPECT_EQ(source_.runtime_values->Key("canary").Number(1), 30u);
  EXPECT_EQ(Ask("/runtime_modify?canary=").body, "OK\n");
  EXPECT_EQ(source_.runtime_values->Key("canary").Number(1), 1u);
  EXPECT_EQ(Ask("/runtime_modify?=x").status, 400);
  EXPECT_EQ(Ask("/runtime_modify?envoy.reloadable_features.x=true").status, 400);
}

TEST_F(PagesTest, InitDumpNamesWhatTheStartWaitsFor) {
  source_.config.pipeline.clusters = 3;
  EXPECT_EQ(AskJson("/init_dump"), json::parse(R"({"unready_targets_dumps": [
      {"name": "warming clusters", "target_names": ["3 of 3"]}]})"));
  source_.config.pipeline.is_ready = true;
  EXPECT_EQ(AskJson("/init_dump"), json::object());
}

TEST_F(PagesTest, ClustersAsText) {
  ClusterSample& shop = source_.AddCluster("shop");
  shop.hosts[0].rq_total = 12;
  shop.hosts[0].rq_active = 3;
  shop.hosts[0].hostname = "a.example";
  shop.hosts[0].is_healthy = false;
  EXPECT_EQ(Ask("/clusters").body,
            "shop::observability_name::shop\n"
            "shop::10.0.0.1:80::cx_active::0\n"
            "shop::10.0.0.1:80::cx_connect_fail::0\n"
            "shop::10.0.0.1:80::cx_total::0\n"
            "shop::10.0.0.1:80::rq_active::3\n"
            "shop::10.0.0.1:80::rq_error::0\n"
            "shop::10.0.0.1:80::rq_success::0\n"
            "shop::10.0.0.1:80::rq_timeout::0\n"
            "shop::10.0.0.1:80::rq_total::12\n"
            "shop::10.0.0.1:80::hostname::a.example\n"
            "shop::10.0.0.1:80::health_flags::/failed_eds_health\n"
            "shop::10.0.0.1:80::weight::1\n");
}

TEST_F(PagesTest, ClustersAsJson) {
  source_.AddCluster("shop").hosts[0].rq_total = 12;
  const json status = AskJson("/clusters?format=json")["cluster_statuses"][0];
  EXPECT_EQ(status["name"], "shop");
  const json& host = status["host_statuses"][0];
  EXPECT_EQ(host["address"]["socket_address"]["port_value"], 80);
  EXPECT_EQ(host["health_status"]["eds_health_status"], "HEALTHY");
  EXPECT_EQ(host["stats"].back(), (json{{"name", "rq_total"}, {"value", "12"}}));
}

constexpr char kDump[] = R"({"configs": [
  {"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
   "static_clusters": [{"cluster": {"@type": "c", "name": "xds"}}],
   "dynamic_active_clusters": [{"cluster": {"@type": "c", "name": "shop"}}, {"error_state": {}}]},
  {"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump",
   "dynamic_listeners": [{"name": "http", "active_state": {}}, {"name": "http2"}]}]})";

TEST_F(PagesTest, ConfigDumpIsPassedOn) {
  source_.dump = std::string(kDump);
  EXPECT_EQ(Ask("/config_dump").body, kDump);
  EXPECT_FALSE(source_.dumped_with_endpoints);
  Ask("/config_dump?include_eds");
  EXPECT_TRUE(source_.dumped_with_endpoints);
  source_.dump = absl::DeadlineExceededError("busy");
  EXPECT_EQ(Ask("/config_dump").status, 503);
  EXPECT_EQ(Ask("/config_dump").body, "busy\n");
}

TEST_F(PagesTest, ConfigDumpOfOneResource) {
  source_.dump = std::string(kDump);
  const json configs = AskJson("/config_dump?resource=dynamic_listeners")["configs"];
  ASSERT_EQ(configs.size(), 2u);
  EXPECT_EQ(configs[0]["@type"],
            "type.googleapis.com/envoy.admin.v3.ListenersConfigDump.DynamicListener");
  EXPECT_EQ(configs[1]["name"], "http2");
  EXPECT_EQ(AskJson("/config_dump?resource=dynamic_route_configs")["configs"].size(), 0u);
  EXPECT_EQ(Ask("/config_dump?resource=secrets").status, 404);
}

TEST_F(PagesTest, ConfigDumpByName) {
  source_.dump = std::string(kDump);
  const json configs = AskJson("/config_dump?name_regex=shop|http")["configs"];
  EXPECT_EQ(configs[0]["static_clusters"].size(), 0u);
  EXPECT_EQ(configs[0]["dynamic_active_clusters"].size(), 1u);
  EXPECT_EQ(configs[1]["dynamic_listeners"].size(), 1u);
  const json both = AskJson("/config_dump?name_regex=.*2&resource=dynamic_listeners")["configs"];
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both[0]["name"], "http2");
  EXPECT_EQ(Ask("/config_dump?name_regex=(").status, 400);
  EXPECT_THAT(Ask("/config_dump?name_regex=(").body, HasSubstr("name_regex: '('"));
}

TEST_F(PagesTest, ConfigDumpOfSomeFields) {
  source_.dump = std::string(kDump);
  const json elements =
      AskJson("/config_dump?resource=dynamic_active_clusters&mask=cluster.name")["configs"];
  ASSERT_EQ(elements.size(), 2u);
  EXPECT_EQ(elements[0], json::parse(R"({
      "@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster",
      "cluster": {"@type": "c", "name": "shop"}})"));
  EXPECT_FALSE(elements[1].contains("error_state"));
  const json configs = AskJson("/config_dump?mask=dynamic_listeners.name,nothing")["configs"];
  EXPECT_EQ(configs[0].size(), 1u);
  EXPECT_EQ(configs[1]["dynamic_listeners"],
            json::parse(R"([{"name": "http"}, {"name": "http2"}])"));
  const AdminReply none = Ask("/config_dump?mask=foo");
  EXPECT_EQ(none.status, 400);
  EXPECT_EQ(none.body, "FieldMask foo could not be successfully applied to any configs.\n");
}

TEST(FilterConfigDumpTest, WhatIsNoDumpIsAnError) {
  for (const char* text : {"", "[]", "{}", R"({"configs": 1})", "{\"configs\": ["}) {
    EXPECT_FALSE(FilterConfigDump(text, "", nullptr).ok()) << text;
  }
  EXPECT_TRUE(FilterConfigDump(R"({"configs": [1, {"dynamic_listeners": [2, {"name": 3}]}]})",
                               "dynamic_listeners", nullptr)
                  .ok());
}

}  // namespace
}  // namespace fairlead::server::admin
