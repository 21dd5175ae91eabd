#include "dataplane/listener/listener_config.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "envoy/config/accesslog/v3/accesslog.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead::listener {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

class ListenerConfigTest : public ::testing::Test {
 protected:
  ListenerConfigTest() {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"(stat_prefix: "edge" rds { route_config_name: "routes" })", &hcm));
    auto* router = hcm.add_http_filters();
    router->set_name("router");
    router->mutable_typed_config()->PackFrom(
        envoy::extensions::filters::http::router::v3::Router());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"(name: "l" address { socket_address { address: "127.0.0.1" port_value: 80 } }
           filter_chains { filters { name: "hcm" } })",
        &proto));
  }

  absl::StatusOr<std::shared_ptr<const ListenerConfig>> Compile() {
    if (proto.filter_chains_size() > 0 && proto.filter_chains(0).filters_size() > 0) {
      proto.mutable_filter_chains(0)->mutable_filters(0)->mutable_typed_config()->PackFrom(hcm);
    }
    return CompileListener(
        proto,
        {.inline_route_name = {},
         .open_access_log = [](const auto&) { return absl::InvalidArgumentError("no such log"); },
         .counters = &counters});
  }
  void ExpectFault(const std::string& text) {
    const auto config = Compile();
    ASSERT_FALSE(config.ok());
    EXPECT_NE(std::string(config.status().message()).find(text), std::string::npos)
        << config.status();
  }

  observe::CounterSets counters{1};
  HttpConnectionManager hcm;
  envoy::config::listener::v3::Listener proto;
};

TEST_F(ListenerConfigTest, UnsetFieldsHaveEnvoysDefaults) {
  const auto config = Compile();
  ASSERT_TRUE(config.ok()) << config.status();
  const http::HcmConfig& made = *(*config)->hcm;
  EXPECT_EQ((*config)->address.ToString(), "127.0.0.1:80");
  EXPECT_EQ(made.route_config_name, "routes");
  EXPECT_EQ(made.server_name, "envoy");
  EXPECT_TRUE(made.generate_request_id);
  EXPECT_FALSE(made.normalize_path);
  EXPECT_EQ(made.idle_timeout, std::chrono::hours(1));
  EXPECT_EQ(made.stream_idle_timeout, std::chrono::minutes(5));
  EXPECT_EQ(made.request_timeout.count(), 0);
  EXPECT_EQ(made.head_limits.head_bytes_max, 60u * 1024);
  EXPECT_EQ(made.head_limits.fields_max, 100u);
}

TEST_F(ListenerConfigTest, FieldsThatAreSetArriveInTheConfiguration) {
  ASSERT_TRUE(google::protobuf::TextFormat::MergeFromString(
      R"(server_name: "x" use_remote_address { value: true } xff_num_trusted_hops: 2
         normalize_path { value: true } merge_slashes: true
         path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT
         request_headers_timeout { seconds: 10 } stream_idle_timeout { nanos: 5000000 }
         max_request_headers_kb { value: 8 }
         common_http_protocol_options { idle_timeout { seconds: 7 } max_headers_count { value: 9 }
           headers_with_underscores_action: REJECT_REQUEST })",
      &hcm));
  const auto config = Compile();
  ASSERT_TRUE(config.ok()) << config.status();
  const http::HcmConfig& made = *(*config)->hcm;
  EXPECT_EQ(made.server_name, "x");
  EXPECT_TRUE(made.use_remote_address);
  EXPECT_EQ(made.xff_num_trusted_hops, 2u);
  EXPECT_TRUE(made.normalize_path);
  EXPECT_EQ(made.escaped_slashes, http::HcmConfig::EscapedSlashes::kUnescapeAndRedirect);
  EXPECT_EQ(made.request_headers_timeout, std::chrono::seconds(10));
  EXPECT_EQ(made.stream_idle_timeout, std::chrono::milliseconds(5));
  EXPECT_EQ(made.head_limits.head_bytes_max, 8192u);
  EXPECT_EQ(made.head_limits.fields_max, 9u);
  EXPECT_EQ(made.idle_timeout, std::chrono::seconds(7));
  EXPECT_EQ(made.underscores, http::HcmConfig::Underscores::kRejectRequest);
}

TEST_F(ListenerConfigTest, InlineRoutesAreBoundByTheNameThePipelinePublishes) {
  hcm.mutable_route_config()->set_name("inline");
  const auto config = Compile();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->hcm->route_config_name, "listener/l/#0");
}

TEST_F(ListenerConfigTest, FaultsNameTheirPlace) {
  proto.mutable_address()->mutable_socket_address()->set_address("localhost");
  ExpectFault("address.socket_address.address: 'localhost' is not an IP address");
  proto.mutable_address()->mutable_socket_address()->set_address("127.0.0.1");
  proto.add_filter_chains();
  ExpectFault("filter_chains: has 2 entries");
  proto.mutable_filter_chains()->RemoveLast();
  hcm.mutable_http_filters(0)->mutable_typed_config()->set_type_url("type.googleapis.com/x.Y");
  ExpectFault("the last filter must be the router");
  hcm.clear_http_filters();
  ExpectFault("http_filters: is empty");
}

TEST_F(ListenerConfigTest, TimesAreRoundedUpAndKeptWithinTheClock) {
  hcm.mutable_stream_idle_timeout()->set_nanos(1);
  hcm.mutable_request_timeout()->set_seconds(315'576'000'000);
  const auto config = Compile();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->hcm->stream_idle_timeout, std::chrono::milliseconds(1));
  EXPECT_EQ((*config)->hcm->request_timeout, std::chrono::hours(24 * 365 * 10));
  hcm.mutable_request_timeout()->set_seconds(-1);
  ExpectFault("request_timeout: is negative (-1 s, 0 ns)");
}

TEST_F(ListenerConfigTest, MoreFieldsThanAHeaderMapCountsAreRefused) {
  auto* common = hcm.mutable_common_http_protocol_options();
  common->mutable_max_headers_count()->set_value(32768);
  EXPECT_TRUE(Compile().ok());
  common->mutable_max_headers_count()->set_value(32769);
  ExpectFault("max_headers_count: is 32769; at most 32768 is allowed");
}

TEST_F(ListenerConfigTest, FilterBehindTheRouterOrUnknownIsRefused) {
  *hcm.add_http_filters() = hcm.http_filters(0);
  ExpectFault("http_filters[0] 'router': the router must be the last filter");
  hcm.mutable_http_filters(0)->mutable_typed_config()->set_type_url("type.googleapis.com/x.Y");
  ExpectFault("no filter is configured by 'type.googleapis.com/x.Y'");
}

TEST_F(ListenerConfigTest, AccessLogThatCannotBeOpenedIsAFault) {
  hcm.add_access_log()->set_name("file");
  ExpectFault("access_log[0]: no such log");
}

}  // namespace
}  // namespace fairlead::listener
