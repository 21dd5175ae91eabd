#include <gtest/gtest.h>

#include <string>

#include "dataplane/http/server_connection.h"
#include "dataplane/http/testing/proxy_fixture.h"

namespace fairlead::http {
namespace {

using std::chrono::seconds;
using testing::kGet;
using testing::kOk;
using testing::RawPeer;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kExpecting =
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";

// How connections end, what is said and written down about it, and who decides on the body.
using ServerConnectionEndsTest = testing::ProxyFixture;

TEST_F(ServerConnectionEndsTest, EmptyLineBehindARequestIsNoRequest) {
  Start();
  for (const std::string_view rest : {"\r", "\r\n"}) {
    RawPeer client = Client();
    RawPeer up = Forwarded(client);
    up.Send(kOk);
    client.ReadUntil("\r\n\r\nok");
    client.Send(rest);
    Turns(5);
    worker->Drain(nullptr);
    EXPECT_EQ(client.ReadToEnd(), "");
    EXPECT_EQ(worker->connections(), 0u);
    worker->is_draining = false;
  }
  EXPECT_EQ(stats().downstream_rq_total.value(), 2u);
}

TEST_F(ServerConnectionEndsTest, EmptyLineInFrontOfARequestIsSkipped) {
  Start();
  RawPeer client = Client();
  client.Send("\r");
  client.Send("\n");
  Turns(5);
  RawPeer up = Forwarded(client);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionEndsTest, EarlyAnswerSaysThatTheConnectionEnds) {
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\nabc");
  up.Send(kOk);
  EXPECT_NE(client.ReadUntil("\r\n\r\nok").find("connection: close\r\n"), std::string::npos);
}

TEST_F(ServerConnectionEndsTest, AnswerToAWholeBodyKeepsTheConnection) {
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  up.ReadUntil("abc");
  up.Send(kOk);
  EXPECT_EQ(client.ReadUntil("\r\n\r\nok").find("connection: close\r\n"), std::string::npos);
}

TEST_F(ServerConnectionEndsTest, HeadThatComesTooLateIsCountedAndLogged) {
  config->request_headers_timeout = seconds(10);
  Start();
  RawPeer client = Client();
  client.Send("GET /x HTTP/1.1\r\nHo");
  Advance(seconds(11));
  const std::string reply = client.ReadToEnd();
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 408 "));
  EXPECT_NE(reply.find("connection: close\r\n"), std::string::npos);
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_EQ(log->lines[0].status, 408);
  EXPECT_EQ(log->lines[0].details, "request_header_timeout");
  EXPECT_EQ(stats().downstream_rq_total.value(), 1u);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
}

TEST_F(ServerConnectionEndsTest, RequestTimeoutCoversTheHead) {
  config->request_timeout = seconds(10);
  Start();
  RawPeer client = Client();
  client.Send("GET /x HTTP/1.1\r\nHo");
  Advance(seconds(11));
  EXPECT_TRUE(client.ReadUntil("request timeout").starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerConnectionEndsTest, RequestThatIsCancelledIsLogged) {
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  worker->CloseAll();
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_EQ(log->lines[0].path, "/x");
  EXPECT_EQ(log->lines[0].status, 0);
  EXPECT_EQ(log->lines[0].flags, observe::kDownstreamConnectionTermination);
  EXPECT_EQ(log->lines[0].details, "downstream_local_disconnect");
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
}

TEST_F(ServerConnectionEndsTest, ConnectionsOfAListenerThatIsGoneAreCutInTime) {
  worker->drain_time = seconds(5);
  Start();
  RawPeer idle = Client();
  RawPeer kept = Forwarded(idle);
  kept.Send(kOk);
  idle.ReadUntil("\r\n\r\nok");
  RawPeer busy = Client();
  busy.Send(kGet);
  kept.ReadUntil("\r\n\r\n");
  RawPeer streaming = Client();
  RawPeer up = Forwarded(streaming);
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nxyz");
  streaming.ReadUntil("xyz");
  worker->DrainThenCut(slot());
  EXPECT_EQ(idle.ReadToEnd(), "");
  Advance(seconds(4));
  EXPECT_EQ(worker->connections(), 2u);
  Advance(seconds(2));
  EXPECT_EQ(busy.ReadToEnd(), "");
  EXPECT_EQ(streaming.ReadToEnd(), "");
  EXPECT_EQ(worker->connections(), 0u);
  ASSERT_EQ(log->lines.size(), 3u);
  EXPECT_EQ(log->lines[1].details, "downstream_local_disconnect");
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
}

// --- Expect. ---

TEST_F(ServerConnectionEndsTest, UpstreamDecidesOnTheBody) {
  config->proxy_100_continue = true;
  Start();
  RawPeer client = Client();
  client.Send(kExpecting);
  RawPeer up = upstream.Accept();
  EXPECT_NE(up.ReadUntil("\r\n\r\n").find("\r\nexpect: 100-continue\r\n"), std::string::npos);
  up.Send(kContinue);
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kContinue);
  client.Send("abc");
  up.ReadUntil("abc");
  up.Send(kOk);
  EXPECT_EQ(client.ReadUntil("\r\n\r\nok").find("connection: close"), std::string::npos);
}

TEST_F(ServerConnectionEndsTest, UpstreamRefusesTheBody) {
  config->proxy_100_continue = true;
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client, kExpecting);
  up.Send("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno");
  const std::string reply = client.ReadUntil("\r\n\r\nno");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 417 "));
  EXPECT_NE(reply.find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(up.ReadToEnd(), "");
}

TEST_F(ServerConnectionEndsTest, ClientNeedNotWaitForTheUpstream) {
  config->proxy_100_continue = true;
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client, kExpecting);
  client.Send("abc");
  up.ReadUntil("abc");
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionEndsTest, UpstreamThatFallsSilentBehindA100Is504) {
  config->proxy_100_continue = true;
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client, kExpecting);
  up.Send(kContinue);
  client.ReadUntil("\r\n\r\n");
  client.Send("abc");
  up.ReadUntil("abc");
  Advance(seconds(16));
  EXPECT_TRUE(client.ReadUntil("upstream request timeout").starts_with("HTTP/1.1 504 "));
}

TEST_F(ServerConnectionEndsTest, UpstreamThatNeverDecidesIs408) {
  config->proxy_100_continue = true;
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client, kExpecting);
  Advance(seconds(301));
  EXPECT_TRUE(client.ReadUntil("stream timeout").starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerConnectionEndsTest, NobodyIsAskedForABodyThatIsNotForwarded) {
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } direct_response { "
      "status: 403 } } }");
  Start();
  RawPeer client = Client();
  client.Send(kExpecting);
  EXPECT_TRUE(client.ReadToEnd().starts_with("HTTP/1.1 403 "));
}

// --- What no upstream should send. ---

TEST_F(ServerConnectionEndsTest, BodyThatManyServersIgnoreEndsTheUpstreamConnection) {
  Start();
  RawPeer client = Client();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  RawPeer up = upstream.Accept();
  EXPECT_NE(up.ReadUntil("abc").find("\r\nconnection: close\r\n"), std::string::npos);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  EXPECT_EQ(up.ReadToEnd(), "");
  RawPeer next = Forwarded(client);
  next.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
}

TEST_F(ServerConnectionEndsTest, BytesThatComeInTheTurnOfTheNextRequestAreNotItsAnswer) {
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  // The request is looked at before the bytes that wait behind it.
  testing::Pump kept = std::exchange(pump, [] {});
  client.Send(kGet);
  up.Send("HTTP/1.1 418 Poison\r\nContent-Length: 0\r\n\r\n");
  pump = std::move(kept);
  pump();
  RawPeer next = upstream.Accept();
  next.ReadUntil("\r\n\r\n");
  next.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionEndsTest, BodyThatBreaksOffOrIsMalformedIsToldApart) {
  Start();
  const auto host = worker->clusters.clusters()[0]->hosts()[0];
  for (const std::string_view rest : {"2\r\nh", "2z\r\nhi"}) {
    RawPeer client = Client();
    RawPeer up = Forwarded(client);
    up.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    up.Send(rest);
    up.Close();
    EXPECT_EQ(client.ReadToEnd().find("\r\n0\r\n"), std::string::npos);
  }
  ASSERT_EQ(log->lines.size(), 2u);
  EXPECT_EQ(log->lines[0].flags, observe::kUpstreamConnectionTermination);
  EXPECT_EQ(log->lines[1].flags, observe::kUpstreamProtocolError);
  EXPECT_EQ(log->lines[1].details, "upstream_reset_after_response_started{protocol_error}");
  EXPECT_EQ(host->stats().cx_protocol_error.value(), 1u);
}

TEST_F(ServerConnectionEndsTest, HeadThatBreaksOffIs502) {
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  up.Send("HTTP/1.1 200 OK\r\nContent-");
  up.Close();
  EXPECT_TRUE(client.ReadUntil("protocol error").starts_with("HTTP/1.1 502 "));
}

TEST_F(ServerConnectionEndsTest, BytesThatNobodyAskedForAreCounted) {
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  const auto host = worker->clusters.clusters()[0]->hosts()[0];
  up.Send("HTTP/1.1 418 Poison\r\n\r\n");
  EXPECT_EQ(up.ReadToEnd(), "");
  EXPECT_EQ(host->stats().cx_protocol_error.value(), 1u);
  RawPeer second = Forwarded(client);
  second.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  second.Close();
  Turns(5);
  EXPECT_EQ(host->idle_connections(), 0u);
  EXPECT_EQ(host->stats().cx_protocol_error.value(), 1u);
}

}  // namespace
}  // namespace fairlead::http
