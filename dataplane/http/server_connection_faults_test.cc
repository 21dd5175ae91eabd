#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataplane/http/server_connection.h"
#include "dataplane/http/testing/proxy_fixture.h"

namespace fairlead::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::kGet;
using testing::kOk;
using testing::RawPeer;

constexpr std::string_view kPost = "POST /p HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\n\r\n1";

// What goes wrong between a client, this proxy and an upstream, and must stay harmless.
class ServerConnectionFaultsTest : public testing::ProxyFixture {
 protected:
  // What the peers do inside arrives at the proxy in one turn of its loop.
  template <typename Actions>
  void InOneTurn(Actions actions) {
    testing::Pump kept = std::exchange(pump, [] {});
    actions();
    pump = std::move(kept);
    pump();
  }
  // A connection whose request was answered before its body, which ends in "ab", had come in full.
  void LeaveABodyHalfRead(std::string_view request) {
    RawPeer client = Client();
    client.Send(request);
    RawPeer up = upstream.Accept();
    up.ReadUntil("ab");
    up.Send(kOk);
    client.ReadUntil("\r\n\r\nok");
    client.Reset();
    Turns(5);
    EXPECT_EQ(worker->connections(), 0u);
  }
};

TEST_F(ServerConnectionFaultsTest, BodyThatWasBrokenOffIsForgottenByTheNextUserOfItsExchange) {
  Start();
  LeaveABodyHalfRead("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab");
  // Takes the exchange of the first, and is answered before it has a body of its own.
  RawPeer second = Client();
  second.Send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(second.ReadToEnd().starts_with("HTTP/1.1 400 "));
}

TEST_F(ServerConnectionFaultsTest, HeadThatIsTooSlowIsAnsweredOnAUsedExchange) {
  config->request_headers_timeout = seconds(10);
  Start();
  LeaveABodyHalfRead("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  RawPeer second = Client();
  second.Send("GET / HTTP/1.1\r\nHo");
  Advance(seconds(11));
  EXPECT_TRUE(second.ReadUntil("request header timeout").starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerConnectionFaultsTest, RepliesWithoutContentByRuleCarryNone) {
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/204' } direct_response { "
      "status: 204 body { inline_string: 'HTTP/1.1 200 OK' } } } routes { match { prefix: '/304' } "
      "direct_response { status: 304 body { inline_string: 'HTTP/1.1 200 OK' } } } routes { match "
      "{ prefix: '/' } direct_response { status: 200 body { inline_string: 'end' } } } }");
  Start();
  RawPeer client = Client();
  client.Send(
      "GET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\nGET / "
      "HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string no_content = client.ReadUntil("\r\n\r\n");
  EXPECT_TRUE(no_content.starts_with("HTTP/1.1 204 ")) << no_content;
  EXPECT_EQ(no_content.find("content-length"), std::string::npos);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 304 "));
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nend").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionFaultsTest, ResetThatComesWithTheEndOfARequestCancelsIt) {
  Start();
  RawPeer client = Client();
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
  RawPeer up = upstream.Accept();
  up.ReadUntil("abc");
  InOneTurn([&] {
    client.Send("def");
    client.Reset();
  });
  up.ReadToEnd();
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
  EXPECT_EQ(worker->connections(), 0u);
}

TEST_F(ServerConnectionFaultsTest, ResetThatComesWithAWholeRequestCancelsIt) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  InOneTurn([&] {
    client.Send(kGet);
    client.Reset();
  });
  up.ReadToEnd();
  EXPECT_EQ(worker->connections(), 0u);
}

TEST_F(ServerConnectionFaultsTest, EndThatIsThereAlreadyKeepsAConnectionFromBeingUsed) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  // The request is looked at first, the end of the connection behind it.
  InOneTurn([&] {
    client.Send(kPost);
    up.Close();
  });
  RawPeer second = upstream.Accept();
  second.ReadUntil("\r\n\r\n1");
  second.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionFaultsTest, BytesThatNobodyAskedForAreNotTheNextAnswer) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  InOneTurn([&] {
    client.Send(kPost);
    up.Send("HTTP/1.1 418 Poison\r\nContent-Length: 0\r\n\r\n");
  });
  RawPeer second = upstream.Accept();
  second.ReadUntil("\r\n\r\n1");
  second.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionFaultsTest, HostThatWentAwayWithItsConnectionIsReplacedByAnother) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  testing::RawListener other(pump);
  SetEndpoints({upstream.address(), other.address()});
  client.Send(kGet);
  if (!other.IsQuiet()) {
    RawPeer first = other.Accept();
    first.ReadUntil("\r\n\r\n");
    first.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    client.ReadUntil("\r\n\r\nok");
    client.Send(kGet);
  }
  up.ReadUntil("\r\n\r\n");
  upstream.Close();
  up.Reset();
  RawPeer second = other.Accept();
  second.ReadUntil("\r\n\r\n");
  second.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionFaultsTest, TimeSpentOnADeadConnectionCountsTowardsTheTimeout) {
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
  Advance(seconds(10));
  up.Reset();
  RawPeer second = upstream.Accept();
  second.ReadUntil("\r\n\r\n");
  Advance(milliseconds(5'100));
  EXPECT_TRUE(client.ReadUntil("upstream request timeout").starts_with("HTTP/1.1 504 "));
}

TEST_F(ServerConnectionFaultsTest, LongestTimesThatCanBeWrittenNeverFire) {
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } route { cluster: 'c' "
      "timeout { seconds: 315576000000 } idle_timeout { seconds: 315576000000 } } } }");
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  Advance(seconds(100'000));
  up.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionFaultsTest, InterimAnswerDoesNotStandInTheWayOfATimeout) {
  Start();
  RawPeer client = Client();
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  client.ReadUntil("HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("1");
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n1");
  up.Send("HTTP/1.1 100 Continue\r\n\r\n");
  Advance(seconds(16));
  EXPECT_TRUE(client.ReadUntil("upstream request timeout").starts_with("HTTP/1.1 504 "));
}

TEST_F(ServerConnectionFaultsTest, EarlyAnswerWithTheBodyStillComingEndsBothConnections) {
  Start();
  RawPeer client = Client();
  client.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\nabc");
  RawPeer up = upstream.Accept();
  up.ReadUntil("abc");
  up.Send(kOk);
  const std::string response = client.ReadUntil("\r\n\r\nok");
  EXPECT_TRUE(up.ReadToEnd().empty());
  // What would be a request of its own is still body.
  client.Send(kGet);
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(upstream.IsQuiet());
}

TEST_F(ServerConnectionFaultsTest, HeadWithAnUnframedAnswerKeepsNothingBack) {
  Start();
  RawPeer client = Client();
  client.Send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  // A body that must not be there: it may not become the next answer.
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("content-length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(client.IsQuiet());
  EXPECT_EQ(up.ReadToEnd(), "");
}

TEST_F(ServerConnectionFaultsTest, EndlessInterimAnswersAreCut) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  for (int i = 0; i < 40; ++i) up.Send("HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_NE(client.ReadUntil("protocol error").find("HTTP/1.1 502 "), std::string::npos);
}

TEST_F(ServerConnectionFaultsTest, ClientThatStopsReadingIsLetGo) {
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  up.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
  const std::string block(1'000'000, 'x');
  for (int i = 0; i < 3; ++i) up.Send(block);
  Turns(50);
  Advance(seconds(301));
  Turns(5);
  EXPECT_EQ(worker->connections(), 0u);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
}

TEST_F(ServerConnectionFaultsTest, ConnectionsThatEndInEveryStateLeaveNothingBehind) {
  Start();
  const std::string requests[] = {
      "",
      "GET",
      std::string(kGet),
      "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
      "GET / HTTP/1.1\r\n\r\n",
      std::string(kGet) + std::string(kGet),
      "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz"};
  for (const std::string& request : requests) {
    for (int how = 0; how < 3; ++how) {
      RawPeer client = Client();
      client.Send(request);
      Turns(how);
      if (how == 0) client.Reset();
      if (how == 1) client.ShutdownWrite();
      Turns(3);
      Advance(milliseconds(2));
    }
  }
  Turns(20);
  Advance(seconds(16));
  Turns(20);
  Advance(seconds(301));
  Turns(20);
  EXPECT_EQ(worker->connections(), 0u);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
  EXPECT_EQ(stats().downstream_cx_active.value(), 0);
}

TEST_F(ServerConnectionFaultsTest, RequestThatCrossesOurCloseDoesNotCostTheClientItsAnswer) {
  config->max_requests_per_connection = 1;
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  InOneTurn([&] {
    up.Send(kOk);
    client.Send(kGet);
  });
  Turns(3);
  // Closing now would send a reset, on which the answer may be thrown away.
  EXPECT_EQ(worker->connections(), 1u);
  EXPECT_NE(client.ReadToEnd().find("\r\n\r\nok"), std::string::npos);
  client.Close();
  Turns(3);
  EXPECT_EQ(worker->connections(), 0u);
}

// What they say.
constexpr std::string_view kRequestPieces[] = {
    kGet,
    kPost,
    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nabcdefghij",
    "0123456789",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "5\r\nworld\r\n",
    "0\r\n\r\n",
    "GET / HTTP/1.1\r\nHo",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"};
constexpr std::string_view kResponsePieces[] = {
    kOk,
    "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789",
    "0123456789",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nuntil",
    "HTTP/1.1 103 Early Hints\r\n\r\n",
    "HTTP/1.1 2",
    "HTTP/1.1 304 Not Modified\r\n\r\n",
    "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"};

// False when the peer is gone.
template <typename Pieces>
bool Act(event::Random& random, RawPeer& peer, const Pieces& texts) {
  switch (random.Below(12)) {
    case 0:
      peer.Close();
      return false;
    case 1:
      peer.Reset();
      return false;
    case 2:
      peer.ShutdownWrite();
      return true;
    default:
      peer.Send(texts[random.Below(std::size(texts))]);
      return true;
  }
}

// Clients and upstreams that say, break off, reset and wait in any order: whatever happens, nothing
// is used after it is gone (run with sanitizers), and nothing is left behind.
TEST_F(ServerConnectionFaultsTest, DeedsInAnyOrderLeaveNothingBehind) {
  pump = [this] { loop->RunOnce(event::Duration::zero()); };
  config->request_headers_timeout = seconds(10);
  config->max_requests_per_connection = 7;
  Start();
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    event::Random random(seed);
    std::vector<RawPeer> clients;
    std::vector<RawPeer> ups;
    for (int step = 0; step < 120; ++step) {
      if (clients.size() < 6 && random.Below(3) == 0) clients.push_back(Client());
      InOneTurn([&] {
        for (size_t i = clients.size(); i-- > 0;) {
          if (random.Below(3) == 0 && !Act(random, clients[i], kRequestPieces)) {
            clients.erase(clients.begin() + static_cast<ptrdiff_t>(i));
          }
        }
        for (size_t i = ups.size(); i-- > 0;) {
          if (random.Below(3) == 0 && !Act(random, ups[i], kResponsePieces)) {
            ups.erase(ups.begin() + static_cast<ptrdiff_t>(i));
          }
        }
      });
      Turns(static_cast<int>(random.Below(3)));
      if (ups.size() < 8 && step % 4 == 0 && !upstream.IsQuiet()) ups.push_back(upstream.Accept());
      if (random.Below(20) == 0) Advance(seconds(random.Below(20)));
      if (random.Below(40) == 0) SetEndpoints({});
      if (random.Below(20) == 0) SetEndpoints({upstream.address()});
    }
    if (seed % 10 == 0) worker->CloseAll();
    clients.clear();
    ups.clear();
    while (!upstream.IsQuiet()) upstream.Accept();
    for (int i = 0; i < 4; ++i) Advance(seconds(400));
    Turns(20);
    ASSERT_EQ(worker->connections(), 0u) << "seed " << seed;
    ASSERT_EQ(stats().downstream_rq_active.value(), 0) << "seed " << seed;
    ASSERT_EQ(stats().downstream_cx_active.value(), 0) << "seed " << seed;
    SetEndpoints({upstream.address()});
  }
}

TEST_F(ServerConnectionFaultsTest, EveryStateCanBeCancelledFromOutside) {
  Start();
  RawPeer idle = Client();
  RawPeer head = Client();
  head.Send("GET");
  RawPeer waiting = Client();
  waiting.Send(kGet);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  RawPeer uploading = Client();
  uploading.Send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  RawPeer up2 = upstream.Accept();
  up2.ReadUntil("abc");
  up2.Send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nxyz");
  uploading.ReadUntil("xyz");
  RawPeer lingering = Client();
  lingering.Send("GET / HTTP/1.1\r\n\r\n");
  lingering.ReadUntil("\r\n\r\n");
  Turns(5);
  worker->CloseAll();
  EXPECT_EQ(worker->connections(), 0u);
  EXPECT_EQ(stats().downstream_cx_active.value(), 0);
  EXPECT_EQ(stats().downstream_rq_active.value(), 0);
}

}  // namespace
}  // namespace fairlead::http
