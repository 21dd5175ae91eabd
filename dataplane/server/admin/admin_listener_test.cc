#include "dataplane/server/admin/admin_listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "dataplane/event/loop.h"
#include "dataplane/http/worker.h"
#include "dataplane/listener/active_listener.h"
#include "dataplane/server/admin/fake_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fairlead::server::admin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class AdminListenerTest : public testing::Test {
 protected:
  void SetUp() override {
    config_ = MakeAdminListener(*net::Address::Parse("127.0.0.1", 0), source_);
    auto opened = listener::ActiveListener::Open(worker_, *config_, config_->address,
                                                 std::make_shared<http::HttpStats>());
    ASSERT_TRUE(opened.ok()) << opened.status();
    listener_ = *std::move(opened);
  }

  // All that comes back on a connection that carries `request` and ends.
  std::string Exchange(const std::string& request) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const net::Address address = listener_->local_address();
    EXPECT_EQ(connect(fd, address.sockaddr_ptr(), address.sockaddr_size()), 0);
    EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    shutdown(fd, SHUT_WR);
    std::string response;
    for (int turn = 0; turn < 1000; ++turn) {
      loop_->RunOnce(std::chrono::milliseconds(10));
      char block[65536];
      ssize_t n;
      while ((n = recv(fd, block, sizeof(block), MSG_DONTWAIT)) > 0) {
        response.append(block, static_cast<size_t>(n));
      }
      if (n == 0) break;
    }
    close(fd);
    return response;
  }

  FakeSource source_;
  std::unique_ptr<event::Loop> loop_ = event::NewEpollLoop(event::TimeSource::System(), 1);
  http::Worker worker_{*loop_};
  std::shared_ptr<const listener::ListenerConfig> config_;
  std::unique_ptr<listener::ActiveListener> listener_;
};

TEST_F(AdminListenerTest, AnswersOverASocket) {
  const std::string response = Exchange("GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("content-type: text/plain; charset=UTF-8\r\n"));
  EXPECT_THAT(response, HasSubstr("content-length: 5\r\n"));
  EXPECT_THAT(response, Not(HasSubstr("x-request-id")));
  EXPECT_THAT(response, EndsWith("\r\n\r\nLIVE\n"));
}

TEST_F(AdminListenerTest, HeadHasTheLengthAndNoBody) {
  const std::string response = Exchange("HEAD /ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("content-length: 5\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST_F(AdminListenerTest, ManyRequestsOnOneConnection) {
  const std::string response = Exchange(
      "POST /quitquitquit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc"
      "GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(source_.quits, 1);
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(response, EndsWith("</html>\n"));
}

TEST_F(AdminListenerTest, StatisticsComeInChunks) {
  // More than one piece, more than one socket buffer.
  for (int i = 0; i < 2'000; ++i) source_.AddClusterStats(StrCat("cluster-", i));
  const std::string response = Exchange(
      "GET /stats?usedonly HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
      "GET /stats/prometheus HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("transfer-encoding: chunked\r\n"));
  EXPECT_THAT(response, HasSubstr("{envoy_cluster_name=\"cluster-1999\"} 0\n"));
  EXPECT_THAT(response, EndsWith("\r\n0\r\n\r\n"));
}

}  // namespace
}  // namespace fairlead::server::admin
