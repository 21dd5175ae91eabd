// What the operators are worth was seen on Envoy 1.40; tests/differential/cases_log.py holds it to
// that.

#include "dataplane/observe/log_operator.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

#include "dataplane/event/random.h"
#include "dataplane/observe/json_format.h"
#include "dataplane/observe/log_test_support.h"
#include "dataplane/observe/metadata.h"
#include "envoy/config/core/v3/base.pb.h"

namespace fairlead::observe {
namespace {

std::string Format(std::string_view text, const LogEntry& entry) {
  auto format = LogFormat::Compile(text);
  if (!format.ok()) return "error: " + std::string(format.status().message());
  std::string out;
  format->AppendText(entry, out);
  return out;
}

std::string Format(std::string_view text, const TestExchange& exchange) {
  return Format(text, exchange.entry());
}

// The value of one operator as JSON.
std::string Json(std::string_view op, const LogEntry& entry) {
  google::protobuf::Struct proto;
  (*proto.mutable_fields())["k"].set_string_value(std::string(op));
  const auto format = JsonFormat::Compile(proto, {});
  if (!format.ok()) return "error: " + std::string(format.status().message());
  std::string out;
  format->Append(entry, out);
  return out.substr(5, out.size() - 7);
}

std::shared_ptr<const Metadata> MakeMetadata(const std::string& json) {
  envoy::config::core::v3::Metadata proto;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &proto).ok());
  return Metadata::Make(proto);
}

TEST(LogOperatorTest, ConnectionsAndAttempts) {
  TestExchange exchange;
  StreamInfo& info = exchange.info;
  info.connection_id = 7;
  EXPECT_EQ(
      Format("%CONNECTION_ID% %UPSTREAM_CONNECTION_ID% %STREAM_ID% %ACCESS_LOG_TYPE%", exchange),
      "7 0 id-1 DownstreamEnd");
  info.upstream_connection_id = 9;
  info.upstream_local = *net::Address::Parse("10.1.0.77", 4711);
  info.upstream_hostname = "shop.internal:8080";
  EXPECT_EQ(Format("%UPSTREAM_CONNECTION_ID% %UPSTREAM_LOCAL_ADDRESS% "
                   "%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %UPSTREAM_LOCAL_PORT% "
                   "%UPSTREAM_HOST_NAME% %UPSTREAM_HOST_NAME_WITHOUT_PORT%",
                   exchange),
            "9 10.1.0.77:4711 10.1.0.77 4711 shop.internal:8080 shop.internal");
  constexpr std::string_view kAttempts =
      "%UPSTREAM_HOSTS_ATTEMPTED% %UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT% "
      "%UPSTREAM_HOST_NAMES_ATTEMPTED% %UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT% "
      "%UPSTREAM_CONNECTION_IDS_ATTEMPTED%";
  EXPECT_EQ(Format(kAttempts, exchange),
            "10.1.0.1:8080 10.1.0.1 shop.internal:8080 shop.internal 9");
  info.earlier_attempts.push_back({*net::Address::Parse("10.1.0.2", 80), "", 8});
  EXPECT_EQ(Format(kAttempts, exchange),
            "10.1.0.2:80,10.1.0.1:8080 10.1.0.2,10.1.0.1 10.1.0.2:80,shop.internal:8080 "
            "10.1.0.2,shop.internal 8,9");
}

TEST(LogOperatorTest, WithoutAConnectionThereIsNothingOfIt) {
  TestExchange exchange;
  exchange.info.is_upstream_connected = false;
  exchange.info.transport_failure = "delayed connect error: Connection refused";
  EXPECT_EQ(Format("%UPSTREAM_LOCAL_ADDRESS% %UPSTREAM_LOCAL_PORT% %UPSTREAM_REMOTE_ADDRESS% "
                   "%UPSTREAM_HOSTS_ATTEMPTED% %UPSTREAM_HOST_NAME% "
                   "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
                   exchange),
            "- - - - 10.1.0.1:8080 delayed_connect_error:_Connection_refused");
}

TEST(LogOperatorTest, AddressesAreMasked) {
  TestExchange exchange;
  exchange.info.downstream_client = *net::Address::Parse("2001:db8:1234:5678:9abc::1", 1);
  EXPECT_EQ(Format("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(40)% "
                   "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT(13)% "
                   "%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(0)% "
                   "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(64)%",
                   exchange),
            "2001:db8:1200::/40 10.0.0.0/13 0.0.0.0/0 10.0.0.1/32");
  EXPECT_EQ(Format("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(129)%", exchange),
            "error: at position 0: operator %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%: '129' is no "
            "prefix length; 0 to 32 (IPv4) or 128 (IPv6) are allowed");
}

TEST(LogOperatorTest, DurationsBetweenAnyTwoPoints) {
  TestExchange exchange;
  StreamInfo& info = exchange.info;
  info.upstream_asked = info.start + std::chrono::milliseconds(1);
  info.upstream_ready = info.start + std::chrono::milliseconds(4);
  info.upstream_send_end = info.start + std::chrono::microseconds(6500);
  EXPECT_EQ(Format("%COMMON_DURATION(DS_RX_BEG:US_TX_END:us)% "
                   "%COMMON_DURATION(DS_RX_BEG:US_TX_END:ns)% "
                   "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:ms)% "
                   "%COMMON_DURATION(US_RX_BEG:DS_TX_END:ms)% %REQUEST_TX_DURATION% "
                   "%UPSTREAM_CONNECTION_POOL_READY_DURATION%",
                   exchange),
            "6500 6500000 25 2 6 3");
  // What has not happened, and what went the other way round.
  EXPECT_EQ(Format("%COMMON_DURATION(US_CX_BEG:US_CX_END:ms)% "
                   "%COMMON_DURATION(DS_TX_END:DS_RX_BEG:ms)% %ROUNDTRIP_DURATION%",
                   exchange),
            "- - -");
  EXPECT_NE(Format("%COMMON_DURATION(DS_RX_BEG:US_HS_END:ms)%", exchange)
                .find("'US_HS_END' is no point in time of an exchange"),
            std::string::npos);
  EXPECT_NE(Format("%COMMON_DURATION(DS_RX_BEG:US_TX_END)%", exchange).find("'' is no precision"),
            std::string::npos);
}

TEST(LogOperatorTest, SizesOfHeadsAndMessages) {
  TestExchange exchange;
  StreamInfo& info = exchange.info;
  info.to_client = {.fields = 121, .all = 150};
  info.from_client.all = 75;
  exchange.request.block =
      net::Slice::Copy("POST /x HTTP/1.1\r\nhost: h.test\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(Format("%DOWNSTREAM_HEADER_BYTES_RECEIVED% %DOWNSTREAM_WIRE_BYTES_RECEIVED% "
                   "%DOWNSTREAM_HEADER_BYTES_SENT% %DOWNSTREAM_WIRE_BYTES_SENT% "
                   "%UPSTREAM_HEADER_BYTES_RECEIVED% %BYTES_RETRANSMITTED%",
                   exchange),
            "40 75 121 150 0 0");
  // ":method" "GET", ":path" "/a?b=1", ":authority" "shop.example", ":scheme" "http", three fields.
  EXPECT_EQ(Format("%REQUEST_HEADERS_BYTES% %RESPONSE_HEADERS_BYTES%", exchange), "109 41");
  EXPECT_EQ(SentFieldBytes("HTTP/1.1 200 OK\r\na: b\r\n\r\n"), 6u);
  EXPECT_EQ(SentFieldBytes("HTTP/1.1 200 OK\r\n\r\n"), 0u);
  EXPECT_EQ(SentFieldBytes(""), 0u);
  EXPECT_EQ(ReceivedFieldBytes(""), 0u);
}

TEST(LogOperatorTest, Trailers) {
  TestExchange exchange;
  codec::HeaderMap trailers;
  trailers.Add("x-sum", "abcdef");
  LogEntry entry{.request = exchange.request,
                 .response = exchange.response,
                 .info = exchange.info,
                 .trailers = &trailers};
  EXPECT_EQ(
      Format("%TRAILER(X-SUM)% %RESPONSE_TRAILER(X-NO?X-SUM):3% %RESPONSE_TRAILERS_BYTES%", entry),
      "abcdef abc 11");
  EXPECT_EQ(Format("%TRAILER(X-SUM)% %RESPONSE_TRAILERS_BYTES%", exchange), "- 0");
}

class FakeUpstream final : public UpstreamFacts {
 public:
  std::string_view ClusterStatName() const override { return "alt"; }
  const Metadata* ClusterMetadata() const override { return cluster.get(); }
  const Metadata* HostMetadata() const override { return host.get(); }

  std::shared_ptr<const Metadata> cluster;
  std::shared_ptr<const Metadata> host;
};

TEST(LogOperatorTest, MetadataOfEveryResource) {
  TestExchange exchange;
  FakeUpstream upstream;
  EXPECT_EQ(Format("%UPSTREAM_CLUSTER% %METADATA(CLUSTER:a.b:k)%", exchange), "backend -");
  const auto of = [](const std::string& name) {
    return MakeMetadata(R"({"filterMetadata": {"a.b": {"k": ")" + name + "\"}}}");
  };
  upstream.cluster = of("cluster");
  upstream.host = of("host");
  const auto route = of("route"), vhost = of("vhost"), listener = of("listener"),
             chain = of("chain");
  exchange.info.upstream = &upstream;
  exchange.info.route_metadata = route.get();
  exchange.info.virtual_host_metadata = vhost.get();
  exchange.info.listener_metadata = listener.get();
  exchange.info.filter_chain_metadata = chain.get();
  EXPECT_EQ(Format("%METADATA(ROUTE:a.b:k)% %METADATA(VIRTUAL_HOST:a.b:k)% "
                   "%METADATA(CLUSTER:a.b:k)% %CLUSTER_METADATA(a.b:k)% "
                   "%METADATA(UPSTREAM_HOST:a.b:k)% %UPSTREAM_METADATA(a.b:k)% "
                   "%METADATA(LISTENER:a.b:k)% %METADATA(LISTENER_FILTER_CHAIN:a.b:k)% "
                   "%UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%",
                   exchange),
            "route vhost cluster cluster host host listener chain alt backend");
  EXPECT_EQ(Format("%METADATA(DYNAMIC:a.b:k)% %DYNAMIC_METADATA(a.b:k)% %METADATA(ROUTE:c:k)% "
                   "%METADATA(ROUTE:a.b:k:more)%",
                   exchange),
            "- - - -");
  EXPECT_NE(Format("%METADATA(PLANET:a)%", exchange).find("'PLANET' has no metadata"),
            std::string::npos);
}

TEST(LogOperatorTest, MetadataKeepsItsTypes) {
  TestExchange exchange;
  const auto metadata = MakeMetadata(
      R"({"filterMetadata": {"a.b": {"n": 5, "f": 1.5, "t": true, "z": null, "s": "a\"b",
          "l": [1, "x"], "o": {"z": 1, "i": {"j": "deep"}}}}})");
  exchange.info.route_metadata = metadata.get();
  const LogEntry entry = exchange.entry();
  EXPECT_EQ(
      Json("%METADATA(ROUTE:a.b)%", entry),
      R"({"f":1.5,"l":[1,"x"],"n":5,"o":{"i":{"j":"deep"},"z":1},"s":"a\"b","t":true,"z":null})");
  EXPECT_EQ(Json("%METADATA(ROUTE:a.b:n)%", entry), "5");
  EXPECT_EQ(Json("%METADATA(ROUTE:a.b:t):0%", entry), "true");
  EXPECT_EQ(Json("%METADATA(ROUTE:a.b:z)%", entry), "null");
  EXPECT_EQ(Json("%METADATA(ROUTE:a.b:s):1%", entry), "\"a\"");
  EXPECT_EQ(Json("%METADATA(ROUTE:a.b:o:i:j)%", entry), "\"deep\"");
  EXPECT_EQ(Json("x %METADATA(ROUTE:a.b:l)%", entry), R"("x [1,\"x\"]")");
  EXPECT_EQ(Format("%METADATA(ROUTE:a.b:o):3% <%METADATA(ROUTE:a.b:n):0%> %METADATA(ROUTE:a.b:l)%",
                   entry),
            "{\"i <> [1,\"x\"]");
  EXPECT_TRUE(AreEqual(metadata, metadata));
  EXPECT_FALSE(AreEqual(metadata, nullptr));
}

TEST(LogOperatorTest, TheFirstOfSeveral) {
  const TestExchange exchange;
  const LogEntry entry = exchange.entry();
  constexpr std::string_view kHost = R"(%COALESCE({"operators":["REQUESTED_SERVER_NAME",)"
                                     R"({"command":"REQ","param":":authority"}]})%)";
  EXPECT_EQ(Format(kHost, entry), "shop.example");
  EXPECT_EQ(Json(R"(%COALESCE({"operators":[{"command":"REQ","param":"X-NO"},"RESPONSE_CODE"]})%)",
                 entry),
            "200");
  EXPECT_EQ(
      Format(R"(%COALESCE({"operators":[{"command":"REQ","param":":path","max_length":3}]}):2%)",
             entry),
      "/a");
  EXPECT_EQ(Format(R"(%COALESCE({"operators":["ROUTE_NAME","FOO"]})%)", entry),
            "error: at position 0: operator %COALESCE%: operators[1]: unknown operator %FOO%");
  EXPECT_NE(Format("%COALESCE(x)%", entry).find("needs a JSON object"), std::string::npos);
  EXPECT_NE(Format(R"(%COALESCE({"operators":[]})%)", entry).find("has 0 entries"),
            std::string::npos);
}

TEST(LogOperatorTest, QueriesAndServerNames) {
  TestExchange exchange;
  exchange.request.path = "/a?b=%41&c#d";
  EXPECT_EQ(Format("%QUERY_PARAMS% %QUERY_PARAMS(DECODED)% %QUERY_PARAMS(ORIG):3%", exchange),
            "b=%41&c b=A&c b=%");
  EXPECT_EQ(Format("%REQUESTED_SERVER_NAME% %REQUESTED_SERVER_NAME(HOST_FIRST)% "
                   "%REQUESTED_SERVER_NAME(SNI_FIRST:ORIG)%",
                   exchange),
            "- shop.example -");
}

TEST(LogOperatorTest, UniqueIdIsANewUuidEachTime) {
  TestExchange exchange;
  event::Random random(3);
  const LogEntry entry{exchange.request, exchange.response, exchange.info, &random};
  const std::string one = Format("%UNIQUE_ID%", entry);
  EXPECT_EQ(one.size(), 36u);
  EXPECT_EQ(one[14], '4');
  EXPECT_NE(one, Format("%UNIQUE_ID%", entry));
}

TEST(LogOperatorTest, WhatComesWithSomethingElseIsRefusedByName) {
  const TestExchange exchange;
  for (const std::string name : {"DOWNSTREAM_TLS_VERSION", "DOWNSTREAM_PEER_SUBJECT",
                                 "UPSTREAM_PEER_CERT_V_END", "TLS_JA4_FINGERPRINT"}) {
    EXPECT_EQ(Format("%" + name + "%", exchange),
              "error: at position 0: operator %" + name + "% is not supported: it comes with TLS");
  }
  EXPECT_EQ(Format("%GRPC_STATUS%", exchange),
            "error: at position 0: operator %GRPC_STATUS% is not supported: it comes with gRPC");
  EXPECT_NE(Format("%CEL(1)%", exchange).find("an extension's"), std::string::npos);
}

}  // namespace
}  // namespace fairlead::observe
