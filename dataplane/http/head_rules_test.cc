#include "dataplane/http/head_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/event/epoll_loop.h"

namespace fairlead::http {
namespace {

using codec::HeaderId;

class HeadRulesTest : public ::testing::Test {
 protected:
  HeadRulesTest() {
    stream.request.path = "/";
    stream.request.authority = "a.test";
    stream.info.downstream_remote = *net::Address::Parse("192.0.2.7", 4711);
  }

  std::unique_ptr<event::Loop> loop = event::NewEpollLoop(event::TimeSource::System(), 1);
  filters::Stream stream{*loop};
  HcmConfig config;
};

TEST_F(HeadRulesTest, InnerProxyKeepsWhatProxiesInFrontSaid) {
  stream.request.headers.Add("x-forwarded-for", "198.51.100.9, 192.0.2.7");
  stream.request.headers.Add("x-request-id", "theirs");
  ASSERT_TRUE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.info.downstream_client.ip(), "192.0.2.7");
  EXPECT_EQ(stream.request.headers.Get(HeaderId::kXForwardedFor), "198.51.100.9, 192.0.2.7");
  EXPECT_EQ(stream.request.headers.Get(HeaderId::kXForwardedProto), "http");
  EXPECT_EQ(stream.request.headers.Get(HeaderId::kXRequestId), "theirs");
}

TEST_F(HeadRulesTest, TrustedHopsSayHowFarBackTheClientStands) {
  config.ip_detections[0].trusted_hops = 1;
  stream.request.headers.Add("x-forwarded-for", "198.51.100.9, 203.0.113.5");
  ASSERT_TRUE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.info.downstream_client.ip(), "198.51.100.9");
}

TEST_F(HeadRulesTest, EdgeBelievesNobody) {
  config.use_remote_address = true;
  stream.request.headers.Add("x-forwarded-for", "198.51.100.9");
  stream.request.headers.Add("x-forwarded-proto", "https");
  stream.request.headers.Add("x-request-id", "theirs");
  stream.request.headers.Add("x-envoy-internal", "true");
  ASSERT_TRUE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.info.downstream_client.ip(), "192.0.2.7");
  EXPECT_EQ(stream.request.headers.Get(HeaderId::kXForwardedFor), "198.51.100.9,192.0.2.7");
  EXPECT_EQ(stream.request.headers.Get(HeaderId::kXForwardedProto), "http");
  EXPECT_NE(stream.request.headers.Get(HeaderId::kXRequestId), "theirs");
  EXPECT_FALSE(stream.request.headers.Has(HeaderId::kXEnvoyInternal));
  EXPECT_EQ(stream.request.headers.Get(HeaderId::kXEnvoyExternalAddress), "192.0.2.7");
}

TEST_F(HeadRulesTest, RequestIdIsAUuidOfVersion4) {
  ASSERT_TRUE(ApplyRequestRules(config, stream));
  const std::string id(stream.request.headers.Get(HeaderId::kXRequestId));
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[8], '-');
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST_F(HeadRulesTest, FieldsThatSteerTheRouterAreRemoved) {
  stream.request.headers.Add("x-envoy-retry-on", "5xx");
  stream.request.headers.Add("x-envoy-upstream-rq-timeout-ms", "1");
  stream.request.headers.Add("x-envoy-mine", "kept");
  ASSERT_TRUE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.request.headers.Get("x-envoy-retry-on").data(), nullptr);
  EXPECT_EQ(stream.request.headers.Get("x-envoy-upstream-rq-timeout-ms").data(), nullptr);
  EXPECT_EQ(stream.request.headers.Get("x-envoy-mine"), "kept");
}

TEST_F(HeadRulesTest, UnderscoresByTheirRule) {
  stream.request.headers.Add("x_forwarded_for", "1");
  config.underscores = HcmConfig::Underscores::kDropHeader;
  ASSERT_TRUE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.request.headers.Get("x_forwarded_for").data(), nullptr);
  stream.request.headers.Add("x_forwarded_for", "1");
  config.underscores = HcmConfig::Underscores::kRejectRequest;
  EXPECT_FALSE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.response.status, 400);
}

TEST_F(HeadRulesTest, Http10IsAnswered426UnlessItIsAccepted) {
  stream.request.version = codec::Version::kHttp10;
  EXPECT_FALSE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.response.status, 426);
  stream.request.authority = {};
  config.accept_http_10 = true;
  EXPECT_FALSE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.response.status, 400);
  config.default_host_for_http_10 = "default.test";
  EXPECT_TRUE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.request.authority, "default.test");
}

TEST_F(HeadRulesTest, SchemeThatIsNotTheConnectionsIs403) {
  stream.request.scheme = "https";
  EXPECT_FALSE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.response.status, 403);
}

TEST_F(HeadRulesTest, UnknownExpectationIs417) {
  stream.request.has_unknown_expectation = true;
  EXPECT_FALSE(ApplyRequestRules(config, stream));
  EXPECT_EQ(stream.response.status, 417);
}

TEST_F(HeadRulesTest, HostRulesKeepIpv6AddressesWhole) {
  config.strip_any_host_port = true;
  config.strip_trailing_host_dot = true;
  for (const auto& [in, out] : {std::pair("a.test:80", "a.test"), std::pair("[::1]:80", "[::1]"),
                                std::pair("[::1]", "[::1]"), std::pair("a.test.", "a.test")}) {
    stream.request.authority = in;
    ASSERT_TRUE(ApplyRequestRules(config, stream));
    EXPECT_EQ(stream.request.authority, out);
  }
}

TEST_F(HeadRulesTest, ServerFieldByItsRule) {
  config.server_name = "edge";
  stream.response.headers.Add("server", "theirs");
  ApplyResponseRules(config, "now", stream);
  EXPECT_EQ(stream.response.headers.Get(HeaderId::kServer), "edge");
  EXPECT_EQ(stream.response.headers.Get(HeaderId::kDate), "now");
  stream.response.Clear();
  stream.response.headers.Add("server", "theirs");
  config.server_header = HcmConfig::ServerHeader::kAppendIfAbsent;
  ApplyResponseRules(config, "now", stream);
  EXPECT_EQ(stream.response.headers.Get(HeaderId::kServer), "theirs");
  stream.response.Clear();
  config.server_header = HcmConfig::ServerHeader::kPassThrough;
  ApplyResponseRules(config, "now", stream);
  EXPECT_FALSE(stream.response.headers.Has(HeaderId::kServer));
}

}  // namespace
}  // namespace fairlead::http
