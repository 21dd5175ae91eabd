// What clients get when there is no buffer to be had.

#include <gtest/gtest.h>

#include <string>

#include "dataplane/http/server_connection.h"
#include "dataplane/http/testing/proxy_fixture.h"
#include "dataplane/net/buffer.h"

namespace fairlead::http {
namespace {

using testing::kGet;
using testing::kOk;
using testing::RawPeer;

class ServerConnectionOverloadTest : public testing::ProxyFixture {
 protected:
  ~ServerConnectionOverloadTest() override { net::Block::SetAccount(nullptr); }

  // Room for one block to read into, and for heads to write.
  void LimitBuffers() { net::Block::SetAccount(&account_); }
  void ExpectOverload(const std::string& response) {
    EXPECT_TRUE(response.starts_with("HTTP/1.1 503 ")) << response;
    EXPECT_GE(account_.refused(), 1u);
    EXPECT_EQ(stats().downstream_rq_overload_close.value(), 1u);
    ASSERT_EQ(log->lines.size(), 1u);
    EXPECT_EQ(log->lines[0].flags, observe::kOverload);
    EXPECT_EQ(log->lines[0].details, "out_of_buffers");
  }

  net::BlockAccount account_{40'000};
};

TEST_F(ServerConnectionOverloadTest, HeadThatDoesNotFitIs503) {
  Start();
  LimitBuffers();
  RawPeer client = Client();
  client.Send("GET / HTTP/1.1\r\nHost: a.test\r\nx: " + std::string(50'000, 'x'));
  ExpectOverload(client.ReadToEnd());
}

TEST_F(ServerConnectionOverloadTest, BodyThatFindsNoBufferIs503) {
  Start();
  LimitBuffers();
  RawPeer client = Client();
  RawPeer up =
      Forwarded(client, "POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\n" +
                            std::string(1000, 'x'));
  client.Send(std::string(99'000, 'x'));
  Advance(std::chrono::milliseconds(2));
  ExpectOverload(client.ReadToEnd());
  // The upstream is not told that it was all.
  EXPECT_LT(up.ReadToEnd().size(), 100'000u);
}

TEST_F(ServerConnectionOverloadTest, ResponseThatFindsNoBufferIs503AndTheClientGoesOn) {
  Start();
  LimitBuffers();
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  up.Send(kOk);
  ExpectOverload(client.ReadUntil("overloaded"));
  EXPECT_EQ(up.ReadToEnd(), "");
  net::Block::SetAccount(nullptr);
  client.Send(kGet);
  RawPeer again = upstream.Accept();
  again.ReadUntil("\r\n\r\n");
  again.Send(kOk);
  EXPECT_TRUE(client.ReadUntil("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionOverloadTest, AnswerThatFindsNoBufferIsTheEndOfItsConnection) {
  Start();
  net::BlockAccount nothing(0);
  RawPeer client = Client();
  RawPeer up = Forwarded(client);
  net::Block::SetAccount(&nothing);
  up.Send(kOk);
  EXPECT_EQ(client.ReadToEnd(), "");
  net::Block::SetAccount(nullptr);
  EXPECT_EQ(stats().downstream_rq_overload_close.value(), 1u);
  EXPECT_EQ(log->lines[0].status, 0);
  EXPECT_EQ(log->lines[0].flags, observe::kOverload);
}

}  // namespace
}  // namespace fairlead::http
