#include "dataplane/http/server_connection.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/http/testing/proxy_fixture.h"

namespace fairlead::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::kGet;
using testing::kOk;
using testing::RawPeer;

using ServerConnectionTest = testing::ProxyFixture;

TEST_F(ServerConnectionTest, ForwardsARequestAndItsResponse) {
  Start();
  RawPeer client = Client();
  client.Send("GET /a?b=c HTTP/1.1\r\nHost: a.test\r\nAccept: x\r\n\r\n");
  RawPeer up = upstream.Accept();
  const std::string request = up.ReadUntil("\r\n\r\n");
  EXPECT_TRUE(request.starts_with("GET /a?b=c HTTP/1.1\r\nhost: a.test\r\naccept: x\r\n"))
      << request;
  EXPECT_NE(request.find("x-forwarded-proto: http\r\n"), std::string::npos);
  EXPECT_NE(request.find("x-request-id: "), std::string::npos);
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok");
  const std::string response = client.ReadUntil("\r\n\r\nok");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
  EXPECT_NE(response.find("x-a: b\r\n"), std::string::npos);
  EXPECT_NE(response.find("content-length: 2\r\n"), std::string::npos);
  EXPECT_NE(response.find("server: envoy\r\n"), std::string::npos);
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_EQ(log->lines[0].status, 200);
  EXPECT_EQ(log->lines[0].flags, 0u);
}

TEST_F(ServerConnectionTest, BothConnectionsAreKeptAndUsedAgain) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  for (int i = 0; i < 3; ++i) {
    client.Send(kGet);
    up.ReadUntil("\r\n\r\n");
    up.Send(kOk);
    client.ReadUntil("\r\n\r\nok");
  }
  EXPECT_TRUE(upstream.IsQuiet());
}

TEST_F(ServerConnectionTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  RawPeer client = Client();
  client.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  RawPeer up = upstream.Accept();
  EXPECT_TRUE(up.ReadUntil("\r\n\r\n").starts_with("GET /1 "));
  EXPECT_TRUE(up.IsQuiet());
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  client.ReadUntil("\r\n\r\n1");
  EXPECT_TRUE(up.ReadUntil("\r\n\r\n").starts_with("GET /2 "));
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
  client.ReadUntil("\r\n\r\n2");
}

TEST_F(ServerConnectionTest, BodiesByLengthAndInChunksPassBothWays) {
  Start();
  RawPeer client = Client();
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  RawPeer up = upstream.Accept();
  EXPECT_NE(up.ReadUntil("hello").find("transfer-encoding: chunked\r\n"), std::string::npos);
  client.Send("6;ext=1\r\n world\r\n0\r\n\r\n");
  EXPECT_NE(up.ReadUntil("0\r\n\r\n").find(" world"), std::string::npos);
  up.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_NE(client.ReadUntil("0\r\n\r\n").find("3\r\nabc\r\n"), std::string::npos);
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz");
  EXPECT_NE(up.ReadUntil("xyz").find("content-length: 3\r\n"), std::string::npos);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionTest, TrailersPassWhenBothTheListenerAndTheClusterSaySo) {
  constexpr std::string_view kRequest =
      "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-up: 1\r\n\r\n";
  constexpr std::string_view kResponse =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-down: 1\r\n\r\n";
  config->enable_trailers = true;
  Start();
  for (const bool cluster_says_so : {false, true}) {
    cluster_text = cluster_says_so ? R"(typed_extension_protocol_options {
        key: "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
        value { [type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions] {
            explicit_http_config { http_protocol_options { enable_trailers: true } } } } })"
                                   : "";
    SetEndpoints({upstream.address()});
    RawPeer client = Client();
    client.Send(kRequest);
    RawPeer up = upstream.Accept();
    EXPECT_EQ(up.ReadUntil("\r\n\r\n0\r\n").find("x-up"), std::string::npos);
    EXPECT_EQ(up.ReadUntil("\r\n"), cluster_says_so ? "x-up: 1\r\n" : "\r\n");
    up.Send(kResponse);
    client.ReadUntil("\r\n\r\n0\r\n");
    EXPECT_EQ(client.ReadUntil("\r\n"), cluster_says_so ? "x-down: 1\r\n" : "\r\n");
    up.Close();
  }
}

TEST_F(ServerConnectionTest, LargeBodiesPassWholeInBothDirections) {
  Start();
  RawPeer client = Client();
  const std::string body(3'000'000, 'x');
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  for (size_t at = 0; at < body.size(); at += 100'000) {
    client.Send(std::string_view(body).substr(at, 100'000));
    EXPECT_EQ(up.ReadBytes(100'000), body.substr(at, 100'000));
  }
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
  client.ReadUntil("\r\n\r\n");
  for (size_t at = 0; at < body.size(); at += 100'000) {
    up.Send(std::string_view(body).substr(at, 100'000));
    EXPECT_EQ(client.ReadBytes(100'000), body.substr(at, 100'000));
  }
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
}

TEST_F(ServerConnectionTest, HeadAnd204And304HaveNoBodyAndKeepTheConnection) {
  Start();
  RawPeer client = Client();
  client.Send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("content-length: 500\r\n"), std::string::npos);
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n");
  client.ReadUntil("\r\n\r\n");
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n").find("content-length"), std::string::npos);
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
  EXPECT_TRUE(upstream.IsQuiet());
}

TEST_F(ServerConnectionTest, ResponseUntilCloseBecomesChunked) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 200 OK\r\n\r\nhello");
  up.Close();
  const std::string response = client.ReadUntil("0\r\n\r\n");
  EXPECT_NE(response.find("transfer-encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(response.find("5\r\nhello\r\n"), std::string::npos);
}

TEST_F(ServerConnectionTest, ContinueIsGivenOnceTheRequestIsWanted) {
  Start();
  RawPeer client = Client();
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  RawPeer up = upstream.Accept();
  EXPECT_EQ(up.ReadUntil("abc").find("\r\nexpect:"), std::string::npos);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionTest, EarlyHintsPassAndAnInterimWithALengthHasNoBody) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
  up.Send(
      "HTTP/1.1 102 Processing\r\nContent-Length: 168\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
      "0\r\n\r\n");
  client.ReadUntil("HTTP/1.1 102 Processing\r\n");
  EXPECT_TRUE(client.ReadUntil("content-length: 0").find("HTTP/1.1 200 OK") != std::string::npos);
}

TEST_F(ServerConnectionTest, BytesBehindAResponseNeverReachAClient) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 301 Moved\r\nContent-Length: "
      "0\r\n\r\n");
  client.ReadUntil("\r\n\r\nok");
  EXPECT_TRUE(client.IsQuiet());
  EXPECT_EQ(up.ReadToEnd(), "");
  client.Send(kGet);
  RawPeer second = upstream.Accept();
  second.ReadUntil("\r\n\r\n");
  second.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionTest, MalformedRequestIs400AndCloseAndNeverReachesTheUpstream) {
  Start();
  RawPeer client = Client();
  client.Send(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n");
  const std::string response = client.ReadToEnd();
  EXPECT_TRUE(response.starts_with("HTTP/1.1 400 Bad Request\r\n")) << response;
  EXPECT_NE(response.find("connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(upstream.IsQuiet());
  EXPECT_EQ(stats().downstream_cx_protocol_error.value(), 1u);
}

TEST_F(ServerConnectionTest, BrokenChunkInARunningRequestIs400) {
  Start();
  RawPeer client = Client();
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  RawPeer up = upstream.Accept();
  up.ReadUntil("abc");
  client.Send("1zz\r\n");
  Advance(milliseconds(5));
  EXPECT_TRUE(client.ReadToEnd().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(up.ReadToEnd().find("1zz"), std::string::npos);
}

TEST_F(ServerConnectionTest, DeadIdleConnectionIsReplacedForAGet) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
  // It dies under the second request, before any byte of a response.
  up.Reset();
  RawPeer second = upstream.Accept();
  second.ReadUntil("\r\n\r\n");
  second.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionTest, PostIsNotSentTwiceWhenItsConnectionDies) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  client.Send("POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1");
  up.ReadUntil("\r\n\r\n1");
  up.Reset();
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(upstream.IsQuiet());
}

TEST_F(ServerConnectionTest, FreshConnectionThatDiesIsNotTriedAgain) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Close();
  EXPECT_TRUE(client.ReadUntil("connection termination").starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(upstream.IsQuiet());
  EXPECT_EQ(log->lines[0].flags, observe::kUpstreamConnectionTermination);
}

TEST_F(ServerConnectionTest, IdleConnectionThatTheUpstreamClosedIsNotUsed) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  up.Close();
  EXPECT_TRUE(client.IsQuiet());
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1");
  RawPeer second = upstream.Accept();
  second.ReadUntil("\r\n\r\n1");
  second.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionTest, RefusedConnectionIs503WithFlag) {
  Start();
  upstream.Close();
  RawPeer client = Client();
  client.Send(kGet);
  EXPECT_TRUE(client.ReadUntil("remote connection failure").starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(log->lines[0].flags, observe::kUpstreamConnectionFailure);
}

TEST_F(ServerConnectionTest, NoEndpointAndNoClusterAndNoRouteAreToldApart) {
  SetRoutes(
      "virtual_hosts { name: 'v' domains: 'a' routes { match { prefix: '/x' } route { cluster: 'c' "
      "} }"
      " routes { match { prefix: '/y' } route { cluster: 'nowhere' } } }");
  SetEndpoints({});
  Start();
  RawPeer client = Client();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("no healthy upstream").starts_with("HTTP/1.1 503 "));
  client.Send("GET /y HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 503 "));
  client.Send("GET /z HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 404 "));
  client.Send("GET /x HTTP/1.1\r\nHost: b\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 404 "));
  ASSERT_EQ(log->lines.size(), 4u);
  EXPECT_EQ(log->lines[0].flags, observe::kNoHealthyUpstream);
  EXPECT_EQ(log->lines[1].flags, observe::kNoClusterFound);
  EXPECT_EQ(log->lines[2].flags, observe::kNoRouteFound);
}

TEST_F(ServerConnectionTest, RouteTimeoutIs504AndGivesUpTheUpstream) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  Advance(milliseconds(14'900));
  EXPECT_TRUE(client.IsQuiet());
  Advance(milliseconds(200));
  EXPECT_TRUE(client.ReadUntil("upstream request timeout").starts_with("HTTP/1.1 504 "));
  EXPECT_EQ(up.ReadToEnd(), "");
  EXPECT_EQ(log->lines[0].flags, observe::kUpstreamRequestTimeout);
  RoundTrip(client);
}

TEST_F(ServerConnectionTest, HeadThatDoesNotComeInTimeIs408) {
  config->request_headers_timeout = seconds(10);
  Start();
  RawPeer client = Client();
  client.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(client.IsQuiet());
  Advance(seconds(11));
  EXPECT_TRUE(client.ReadUntil("request header timeout").starts_with("HTTP/1.1 408 "));
  // Envoy counts and logs it, too.
  EXPECT_EQ(stats().downstream_rq_total.value(), 1u);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
  EXPECT_EQ(stats().downstream_rq_xx[3].value(), 1u);
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_EQ(log->lines[0].status, 408);
}

TEST_F(ServerConnectionTest, ClientThatLeavesWithinItsHeadIsCountedAndLogged) {
  Start();
  RawPeer client = Client();
  client.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(client.IsQuiet());
  client.Close();
  Advance(seconds(1));
  EXPECT_EQ(stats().downstream_rq_total.value(), 1u);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
  EXPECT_EQ(stats().downstream_rq_rx_reset.value(), 1u);
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_EQ(log->lines[0].status, 0);
  EXPECT_EQ(log->lines[0].flags, observe::kDownstreamConnectionTermination);
}

TEST_F(ServerConnectionTest, IdleConnectionIsClosedInTime) {
  Start();
  RawPeer client = Client();
  RoundTrip(client);
  Advance(seconds(3599));
  EXPECT_TRUE(client.IsQuiet());
  Advance(seconds(2));
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_EQ(stats().downstream_cx_idle_timeout.value(), 1u);
}

TEST_F(ServerConnectionTest, StreamOnWhichNothingMovesIsEnded) {
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } route { cluster: 'c' "
      "timeout {} } } }");
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  Advance(seconds(301));
  EXPECT_TRUE(client.ReadUntil("stream timeout").starts_with("HTTP/1.1 504 "));
}

TEST_F(ServerConnectionTest, ClientThatGoesAwayCancelsTheUpstreamRequest) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  client.Reset();
  EXPECT_EQ(up.ReadToEnd(), "");
  EXPECT_EQ(log->lines[0].flags, observe::kDownstreamConnectionTermination);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
}

TEST_F(ServerConnectionTest, ClientThatClosesItsHalfStillGetsItsAnswer) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  client.ShutdownWrite();
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send(kOk);
  EXPECT_NE(client.ReadToEnd().find("\r\n\r\nok"), std::string::npos);
}

TEST_F(ServerConnectionTest, EarlyResponseComesThroughWhileTheRequestIsStillSent) {
  Start();
  RawPeer client = Client();
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
  RawPeer up = upstream.Accept();
  up.ReadUntil("abc");
  up.Send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!");
  EXPECT_TRUE(client.ReadUntil("no!").starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerConnectionTest, UpstreamThatBreaksOffInTheBodyBreaksTheResponse) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  client.ReadUntil("abc");
  up.Close();
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_EQ(log->lines[0].flags, observe::kUpstreamConnectionTermination);
}

TEST_F(ServerConnectionTest, UpstreamWithTwoFramingsIs502) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("protocol error").starts_with("HTTP/1.1 502 "));
}

TEST_F(ServerConnectionTest, ConnectionCloseIsHonouredOnBothSides) {
  Start();
  RawPeer client = Client();
  client.Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  RawPeer up = upstream.Accept();
  EXPECT_EQ(up.ReadUntil("\r\n\r\n").find("connection: close"), std::string::npos);
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_NE(client.ReadToEnd().find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(up.ReadToEnd(), "");
}

TEST_F(ServerConnectionTest, DrainClosesIdleConnectionsNowAndOthersAfterTheirRequest) {
  Start();
  RawPeer idle = Client();
  RawPeer kept = RoundTrip(idle);
  RawPeer busy = Client();
  busy.Send(kGet);
  kept.ReadUntil("\r\n\r\n");
  worker->Drain(nullptr);
  EXPECT_EQ(idle.ReadToEnd(), "");
  kept.Send(kOk);
  EXPECT_NE(busy.ReadToEnd().find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(worker->connections(), 0u);
}

TEST_F(ServerConnectionTest, ConfigurationThatChangesUnderARequestDoesNotTouchIt) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  SetEndpoints({});
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } direct_response { "
      "status: 418 } } }");
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  client.Send(kGet);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 418 "));
}

TEST_F(ServerConnectionTest, GaugesAreZeroAtTheEnd) {
  Start();
  {
    RawPeer client = Client();
    RoundTrip(client);
  }
  for (int i = 0; i < 50; ++i) pump();
  EXPECT_EQ(stats().downstream_cx_active.value(), 0);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
  EXPECT_EQ(worker->connections(), 0u);
}

}  // namespace
}  // namespace fairlead::http
