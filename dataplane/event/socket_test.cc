#include "dataplane/event/socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "dataplane/event/combinators.h"
#include "dataplane/event/epoll_loop.h"
#include "dataplane/event/nursery.h"

namespace fairlead::event {
namespace {

constexpr size_t kMany = 1'000'000;

struct Recorder final : SocketWatcher {
  void OnHangup() override { ++hangups; }
  void OnInput() override { ++inputs; }
  int hangups = 0;
  int inputs = 0;
};

// A socket of the loop, and its peer as a plain descriptor in the hands of the test.
class SocketTest : public ::testing::Test, private AcceptHandler {
 protected:
  SocketTest() {
    auto listener = *loop->Listen(*net::Address::Parse("127.0.0.1", 0), {}, *this);
    const net::Address address = listener->local_address();
    peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(peer, address.sockaddr_ptr(), address.sockaddr_size()), 0);
    while (ours == nullptr) Turn();
    // The first event tells only that the socket is writable.
    Turn();
  }
  ~SocketTest() override {
    nursery.CancelAll();
    if (peer >= 0) close(peer);
  }

  void Turn() { loop->RunOnce(std::chrono::milliseconds(1)); }
  void Send(std::string_view bytes) {
    EXPECT_EQ(send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // A write that is withdrawn before it leaves.
  void Use() {
    std::array<net::Slice, 1> pieces{net::Slice::Static("x")};
    auto write = ours->Write(pieces);
    ASSERT_FALSE(write.await_ready());
    write.await_suspend(std::noop_coroutine());
  }
  void ResetPeer() {
    const linger now{1, 0};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(std::exchange(peer, -1));
  }
  // Reads until `wanted` bytes are there; then nobody reads any more.
  static Task<void> ReadSome(Socket& socket, net::ReadBuffer& in, size_t wanted, size_t& got) {
    while (got < wanted) {
      const int64_t n = co_await socket.Read(in, 4096);
      if (n <= 0) co_return;
      got += static_cast<size_t>(n);
      in.Reset();
    }
  }

  std::unique_ptr<Loop> loop = NewEpollLoop(TimeSource::System(), 1);
  std::unique_ptr<Socket> ours;
  Nursery nursery;
  int peer = -1;

 private:
  void OnAccept(std::unique_ptr<Socket> socket) override { ours = std::move(socket); }
};

TEST_F(SocketTest, ResetThatComesWithTheLastBytesThatAreReadIsTold) {
  Recorder recorder;
  ours->SetWatcher(&recorder);
  net::ReadBuffer in;
  size_t got = 0;
  nursery.Spawn(ReadSome(*ours, in, 3, got));
  Send("abc");
  ResetPeer();
  for (int i = 0; i < 5; ++i) Turn();
  EXPECT_EQ(got, 3u);
  EXPECT_EQ(recorder.hangups, 1);
}

TEST_F(SocketTest, ResetThatWasSeenBeforeTheBytesWereReadIsToldAfterwards) {
  Send("abc");
  ResetPeer();
  for (int i = 0; i < 5; ++i) Turn();
  Recorder recorder;
  ours->SetWatcher(&recorder);
  net::ReadBuffer in;
  size_t got = 0;
  // Completes at once: no event of this socket follows.
  nursery.Spawn(ReadSome(*ours, in, 3, got));
  EXPECT_EQ(got, 3u);
  EXPECT_EQ(recorder.hangups, 0);
  Turn();
  EXPECT_EQ(recorder.hangups, 1);
}

TEST_F(SocketTest, ReaderThatGoesOnFindsTheResetItself) {
  Recorder recorder;
  ours->SetWatcher(&recorder);
  net::ReadBuffer in;
  size_t got = 0;
  nursery.Spawn(ReadSome(*ours, in, kMany, got));
  Send("abc");
  ResetPeer();
  for (int i = 0; i < 5; ++i) Turn();
  EXPECT_EQ(got, 3u);
  EXPECT_EQ(nursery.size(), 0u);
}

// Destroys what it watches, as the owner of an idle connection does.
struct Destroyer final : SocketWatcher {
  explicit Destroyer(std::unique_ptr<Socket>& socket) : socket(socket) {}
  void OnHangup() override { socket.reset(); }
  void OnInput() override { socket.reset(); }
  std::unique_ptr<Socket>& socket;
};

TEST_F(SocketTest, WatcherMayDestroyTheSocket) {
  Destroyer destroyer(ours);
  ours->SetWatcher(&destroyer);
  Send("abc");
  ResetPeer();
  for (int i = 0; i < 5 && ours != nullptr; ++i) Turn();
  EXPECT_EQ(ours, nullptr);
}

TEST_F(SocketTest, KernelIsAskedForWhatTheLoopHasNotSeen) {
  Use();
  EXPECT_TRUE(ours->IsQuietNow());
  Send("a");
  EXPECT_TRUE(ours->IsQuiet());
  EXPECT_FALSE(ours->IsQuietNow());
  Turn();
  EXPECT_FALSE(ours->IsQuiet());
}

TEST_F(SocketTest, KernelIsNotAskedForWhatTheLoopKnows) {
  Use();
  Turn();
  Send("a");
  EXPECT_TRUE(ours->IsQuietNow());
}

TEST_F(SocketTest, WritesLeaveAtTheEndOfTheTurn) {
  int64_t result = -1;
  nursery.Spawn([](Socket& socket, int64_t& result) -> Task<void> {
    std::array<net::Slice, 1> pieces{net::Slice::Static("abc")};
    result = co_await socket.Write(pieces);
  }(*ours, result));
  char byte;
  EXPECT_LT(recv(peer, &byte, 1, MSG_DONTWAIT), 0);
  Turn();
  EXPECT_EQ(result, 0);
  EXPECT_EQ(recv(peer, &byte, 1, MSG_DONTWAIT), 1);
}

TEST_F(SocketTest, KernelKnowsOfAnEndBeforeTheLoopDoes) {
  Use();
  shutdown(peer, SHUT_WR);
  EXPECT_TRUE(ours->IsQuiet());
  EXPECT_FALSE(ours->IsQuietNow());
}

Task<void> Pour(Socket& socket, size_t bytes, size_t& left) {
  const std::string block(60'000, 'x');
  left = bytes;
  while (left > 0) {
    const size_t n = std::min(left, block.size());
    std::array<net::Slice, 1> out{net::Slice::Static(std::string_view(block).substr(0, n))};
    if (co_await socket.Write(out) != 0) co_return;
    left -= n;
  }
}

TEST_F(SocketTest, BusySocketIsServedInTurnsAndLosesNothing) {
  size_t left = 0;
  nursery.Spawn(Pour(*ours, 20 * kMany, left));
  std::string buffer(1 << 16, 0);
  size_t got = 0;
  for (int turn = 0; turn < 100'000 && got < 20 * kMany; ++turn) {
    Turn();
    const ssize_t n = recv(peer, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) got += static_cast<size_t>(n);
  }
  EXPECT_EQ(got, 20 * kMany);
  EXPECT_EQ(left, 0u);
}

TEST_F(SocketTest, OperationsCanBeWithdrawnWhileTheyWait) {
  net::ReadBuffer in;
  size_t got = 0;
  size_t left = 0;
  {
    Fork reader(ReadSome(*ours, in, kMany, got));
    Fork writer(Pour(*ours, 50 * kMany, left));
    for (int i = 0; i < 5; ++i) Turn();
    EXPECT_FALSE(reader.is_done());
    EXPECT_FALSE(writer.is_done());
    Send("abc");
  }
  for (int i = 0; i < 5; ++i) Turn();
  Fork again(ReadSome(*ours, in, 3, got));
  for (int i = 0; i < 5; ++i) Turn();
  EXPECT_EQ(got, 3u);
  EXPECT_TRUE(again.is_done());
}

}  // namespace
}  // namespace fairlead::event
