// How long streams and connections may last, and what local replies become.

#include <gtest/gtest.h>

#include <string>

#include "dataplane/http/server_connection.h"
#include "dataplane/http/testing/proxy_fixture.h"

namespace fairlead::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::kGet;
using testing::kOk;
using testing::RawPeer;

using ServerConnectionLimitsTest = testing::ProxyFixture;

TEST_F(ServerConnectionLimitsTest, StreamThatLastsTooLongIs504UnderTheRoutesRules) {
  config->max_stream_duration = seconds(3);
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } route { cluster: 'c' "
      "} "
      "response_headers_to_add { header { key: 'x-why' value: '%RESPONSE_CODE_DETAILS%' } } } }");
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  Advance(milliseconds(2900));
  EXPECT_TRUE(client.IsQuiet());
  Advance(milliseconds(200));
  const std::string response = client.ReadUntil("downstream duration timeout");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 504 ")) << response;
  EXPECT_NE(response.find("x-why: max_duration_timeout"), std::string::npos) << response;
  EXPECT_EQ(up.ReadToEnd(), "");
  EXPECT_EQ(log->lines[0].flags, observe::kDurationTimeout);
  EXPECT_EQ(stats().downstream_rq_max_duration_reached.value(), 1u);
}

TEST_F(ServerConnectionLimitsTest, StreamDurationDoesNotOutliveItsStream) {
  config->max_stream_duration = seconds(3);
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  Advance(seconds(2));
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  Advance(seconds(2));
  EXPECT_TRUE(client.IsQuiet());
  client.Send(kGet);
  up.ReadUntil("\r\n\r\n");
  up.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionLimitsTest, ARoutesStreamDurationIsInPlaceOfTheManagers) {
  config->max_stream_duration = seconds(3);
  SetRoutes(
      "virtual_hosts { name: 'v' domains: '*' "
      "routes { match { prefix: '/x' } route { cluster: 'c' max_stream_duration { "
      "max_stream_duration { seconds: 5 } } } } "
      "routes { match { prefix: '/never' } route { cluster: 'c' timeout {} max_stream_duration { "
      "max_stream_duration {} } } } }");
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  RawPeer other = Client();
  RawPeer other_up = Forwarded(other, "GET /never HTTP/1.1\r\nHost: a.test\r\n\r\n");
  Advance(milliseconds(4900));
  EXPECT_TRUE(client.IsQuiet());
  Advance(milliseconds(200));
  EXPECT_TRUE(client.ReadUntil("duration timeout").starts_with("HTTP/1.1 504 "));
  Advance(seconds(60));
  EXPECT_TRUE(other.IsQuiet());
  other_up.Send(kOk);
  EXPECT_TRUE(other.ReadUntil("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionLimitsTest, ConnectionThatLastsTooLongClosesWhenItIsIdle) {
  config->max_connection_duration = seconds(10);
  Start();
  RawPeer client = Client();
  RawPeer up = RoundTrip(client);
  Advance(milliseconds(9900));
  EXPECT_TRUE(client.IsQuiet());
  Advance(milliseconds(200));
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_EQ(stats().downstream_cx_max_duration_reached.value(), 1u);
  EXPECT_EQ(stats().downstream_cx_idle_timeout.value(), 0u);
}

TEST_F(ServerConnectionLimitsTest, ConnectionThatLastsTooLongEndsWithTheResponse) {
  config->max_connection_duration = seconds(10);
  Start();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  Advance(seconds(11));
  EXPECT_TRUE(client.IsQuiet());
  up.Send(kOk);
  EXPECT_NE(client.ReadUntil("\r\n\r\nok").find("connection: close"), std::string::npos);
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerConnectionLimitsTest, LocalRepliesAreMappedAndLoggedAsMapped) {
  auto replies = std::make_shared<LocalReplies>();
  replies->format =
      BodyFormat{.format = *observe::LogFormat::Compile("%RESPONSE_CODE% %REQ(:PATH)%\n"),
                 .content_type = "text/x-error"};
  config->local_replies = replies;
  SetRoutes("virtual_hosts { name: 'v' domains: 'other' }");
  Start();
  RawPeer client = Client();
  client.Send(kGet);
  const std::string response = client.ReadUntil("404 /x\n");
  EXPECT_NE(response.find("content-type: text/x-error\r\n"), std::string::npos) << response;
  EXPECT_NE(response.find("content-length: 7\r\n"), std::string::npos) << response;
  EXPECT_EQ(log->lines[0].status, 404);
}

}  // namespace
}  // namespace fairlead::http
