// Whose request it is. What Envoy 1.40 does with the same fields is in
// tests/differential/cases_hcm.py.

#include "dataplane/http/client_identity.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/event/epoll_loop.h"

namespace fairlead::http {
namespace {

using codec::HeaderId;

class ClientIdentityTest : public ::testing::Test {
 protected:
  ClientIdentityTest() { From("192.0.2.7"); }

  void From(std::string_view peer) {
    stream.Clear();
    stream.info.downstream_remote = *net::Address::Parse(peer, 4711);
  }
  void Add(std::string_view name, std::string_view value) {
    stream.request.headers.Add(name, value);
  }
  std::string Value(std::string_view name) {
    const std::string_view value = stream.request.headers.Get(name);
    return value.data() == nullptr ? "none" : std::string(value);
  }
  std::string Client() { return stream.info.downstream_client.ip(); }

  std::unique_ptr<event::Loop> loop = event::NewEpollLoop(event::TimeSource::System(), 1);
  filters::Stream stream{*loop};
  HcmConfig config;
};

TEST_F(ClientIdentityTest, NobodyIsInternalUnlessAddressesAre) {
  config.use_remote_address = true;
  From("10.0.0.1");
  EXPECT_EQ(IdentifyClient(config, stream), Caller::kEdge);
  EXPECT_EQ(Value("x-envoy-external-address"), "10.0.0.1");
}

TEST_F(ClientIdentityTest, InternalPeerKeepsItsFields) {
  config.use_remote_address = true;
  config.internal_addresses.push_back(*net::Cidr::Make("10.0.0.0", 8));
  From("10.0.0.1");
  Add("x-envoy-internal", "false");
  Add("x-envoy-force-trace", "1");
  Add("x-envoy-downstream-service-cluster", "mine");
  Add("x-envoy-retry-on", "5xx");
  EXPECT_EQ(IdentifyClient(config, stream), Caller::kInternal);
  EXPECT_EQ(Value("x-envoy-internal"), "true");
  EXPECT_EQ(Value("x-envoy-force-trace"), "1");
  EXPECT_EQ(Value("x-envoy-downstream-service-cluster"), "mine");
  EXPECT_EQ(Value("x-envoy-retry-on"), "none");
  EXPECT_EQ(Value("x-envoy-external-address"), "none");
}

TEST_F(ClientIdentityTest, AForwardedRequestOfAnInternalPeerIsNotInternal) {
  config.use_remote_address = true;
  config.internal_addresses.push_back(*net::Cidr::Make("10.0.0.0", 8));
  From("10.0.0.1");
  Add("x-forwarded-for", "10.0.0.2");
  EXPECT_EQ(IdentifyClient(config, stream), Caller::kEdge);
  EXPECT_EQ(Value("x-forwarded-for"), "10.0.0.2,10.0.0.1");
}

TEST_F(ClientIdentityTest, OnlyWhoStandsAloneInForwardedForIsInternal) {
  config.internal_addresses.push_back(*net::Cidr::Make("10.0.0.0", 8));
  const auto caller = [this](std::string_view list) {
    From("192.0.2.7");
    if (!list.empty()) Add("x-forwarded-for", list);
    return IdentifyClient(config, stream);
  };
  EXPECT_EQ(caller("10.1.1.1"), Caller::kInternal);
  EXPECT_EQ(Client(), "10.1.1.1");
  EXPECT_EQ(caller("10.1.1.1, 10.1.1.2"), Caller::kExternal);
  EXPECT_EQ(Client(), "10.1.1.2");
  EXPECT_EQ(caller("9.1.1.1"), Caller::kExternal);
  EXPECT_EQ(caller("nobody"), Caller::kExternal);
  EXPECT_EQ(Client(), "192.0.2.7");
  EXPECT_EQ(caller(""), Caller::kExternal);
}

TEST_F(ClientIdentityTest, WhatOutsidersMayNotSet) {
  const auto left = [this](std::string_view name) {
    From("192.0.2.7");
    Add(name, "theirs");
    IdentifyClient(config, stream);
    return Value(name) == "theirs";
  };
  for (const bool is_edge : {false, true}) {
    config.use_remote_address = is_edge;
    EXPECT_EQ(left("x-envoy-decorator-operation"), !is_edge);
    EXPECT_EQ(left("x-envoy-downstream-service-node"), !is_edge);
    EXPECT_EQ(left("x-envoy-original-path"), !is_edge);
    EXPECT_EQ(left("x-envoy-external-address"), !is_edge);
    EXPECT_FALSE(left("x-envoy-expected-rq-timeout-ms"));
    EXPECT_FALSE(left("x-envoy-ip-tags"));
    EXPECT_FALSE(left("x-envoy-internal"));
    EXPECT_FALSE(left("x-forwarded-client-cert"));
    EXPECT_TRUE(left("x-envoy-something"));
  }
}

TEST_F(ClientIdentityTest, ALoopbackPeerIsForwardedAsThisMachine) {
  config.use_remote_address = true;
  config.local_address = "192.0.2.99";
  From("127.0.0.1");
  IdentifyClient(config, stream);
  EXPECT_EQ(Value("x-forwarded-for"), "192.0.2.99");
  EXPECT_EQ(Client(), "127.0.0.1");
  From("192.0.2.7");
  IdentifyClient(config, stream);
  EXPECT_EQ(Value("x-forwarded-for"), "192.0.2.7");
}

TEST_F(ClientIdentityTest, AHeaderNamesTheClientOrTheRequestIsRefused) {
  config.internal_addresses.push_back(*net::Cidr::Make("10.0.0.0", 8));
  IpDetection& detection = config.ip_detections[0];
  detection.source = IpDetection::Source::kHeader;
  detection.header = "x-real-ip";
  detection.reject_status = 401;
  Add("x-real-ip", "10.0.0.5");
  EXPECT_EQ(IdentifyClient(config, stream), Caller::kExternal);
  EXPECT_EQ(Client(), "10.0.0.5");
  detection.is_trusted = true;
  EXPECT_EQ(IdentifyClient(config, stream), Caller::kInternal);
  From("192.0.2.7");
  EXPECT_EQ(IdentifyClient(config, stream), Caller::kRejected);
  EXPECT_EQ(stream.response.status, 401);
}

TEST_F(ClientIdentityTest, TheSchemeComesFromTheTrustedSideOrTheConfiguration) {
  Add("x-forwarded-proto", "HTTPS");
  IdentifyClient(config, stream);
  EXPECT_EQ(stream.request.scheme, "https");
  config.use_remote_address = true;
  From("192.0.2.7");
  Add("x-forwarded-proto", "https");
  IdentifyClient(config, stream);
  EXPECT_EQ(stream.request.scheme, "http");
  EXPECT_EQ(Value("x-forwarded-proto"), "http");
  config.scheme = "https";
  From("192.0.2.7");
  IdentifyClient(config, stream);
  EXPECT_EQ(stream.request.scheme, "https");
  EXPECT_EQ(Value("x-forwarded-proto"), "https");
}

TEST_F(ClientIdentityTest, UserAgentIsAddedWhereThereIsNone) {
  config.user_agent = "edge";
  config.node_id = "edge-1";
  IdentifyClient(config, stream);
  EXPECT_EQ(Value("user-agent"), "edge");
  EXPECT_EQ(Value("x-envoy-downstream-service-cluster"), "edge");
  EXPECT_EQ(Value("x-envoy-downstream-service-node"), "edge-1");
  From("192.0.2.7");
  Add("user-agent", "curl");
  IdentifyClient(config, stream);
  EXPECT_EQ(Value("user-agent"), "curl");
}

}  // namespace
}  // namespace fairlead::http
