#include "dataplane/event/epoll_loop.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <string>
#include <thread>

#include "dataplane/event/combinators.h"
#include "dataplane/event/nursery.h"

namespace fairlead::event {
namespace {

// Accepts connections and sends back what it reads.
class EchoServer : public AcceptHandler {
 public:
  explicit EchoServer(Loop& loop) {
    auto listener = loop.Listen(*net::Address::Parse("127.0.0.1", 0), {}, *this);
    listener_ = *std::move(listener);
  }
  void OnAccept(std::unique_ptr<Socket> socket) override {
    nursery_.Spawn(Serve(std::move(socket)));
  }
  net::Address address() const { return listener_->local_address(); }

 private:
  static Task<void> Serve(std::unique_ptr<Socket> socket) {
    net::ReadBuffer in;
    while (co_await socket->Read(in, net::kReadBlock) > 0) {
      std::array<net::Slice, 1> out{in.TakeSlice(in.size())};
      if (co_await socket->Write(out) != 0) co_return;
    }
  }

  std::unique_ptr<ListenSocket> listener_;
  Nursery nursery_;
};

Task<void> Pour(Socket& socket, size_t bytes) {
  const std::string block(60000, 'x');
  while (bytes > 0) {
    const size_t n = std::min(bytes, block.size());
    std::array<net::Slice, 1> out{net::Slice::Static(std::string_view(block).substr(0, n))};
    if (co_await socket.Write(out) != 0) co_return;
    bytes -= n;
  }
  socket.ShutdownWrite();
}

Task<void> SendAndCount(Loop& loop, net::Address to, size_t bytes, size_t& received, bool& done) {
  std::unique_ptr<Socket> socket = loop.Connect(to);
  EXPECT_NE(socket, nullptr);
  EXPECT_EQ(co_await socket->Connected(), 0);
  Fork writer(Pour(*socket, bytes));
  net::ReadBuffer in;
  while (true) {
    const int64_t n = co_await socket->Read(in, net::kReadBlock);
    if (n <= 0) break;
    received += in.size();
    in.Consume(in.size());
  }
  done = true;
}

TEST(EpollLoopTest, BytesGoThereAndBack) {
  auto loop = NewEpollLoop(TimeSource::System(), 1);
  EchoServer server(*loop);
  Nursery nursery;
  size_t received = 0;
  bool done = false;
  nursery.Spawn(SendAndCount(*loop, server.address(), 5'000'000, received, done));
  while (!done) loop->RunOnce(std::chrono::seconds(10));
  EXPECT_EQ(received, 5'000'000u);
}

Task<void> ConnectTo(Loop& loop, net::Address to, int64_t& result) {
  std::unique_ptr<Socket> socket = loop.Connect(to);
  result = socket == nullptr ? -errno : co_await socket->Connected();
}

TEST(EpollLoopTest, RefusedConnectionTellsWhy) {
  auto loop = NewEpollLoop(TimeSource::System(), 1);
  net::Address closed;
  {
    EchoServer server(*loop);
    closed = server.address();
  }
  Nursery nursery;
  int64_t result = 1;
  nursery.Spawn(ConnectTo(*loop, closed, result));
  while (result == 1) loop->RunOnce(std::chrono::seconds(10));
  EXPECT_EQ(result, -ECONNREFUSED);
}

TEST(EpollLoopTest, ListenFailsWithTheAddressInTheError) {
  auto loop = NewEpollLoop(TimeSource::System(), 1);
  EchoServer server(*loop);
  ListenOptions options;
  options.reuse_port = false;
  const auto again = loop->Listen(server.address(), options, server);
  ASSERT_FALSE(again.ok());
  EXPECT_NE(std::string(again.status().message()).find(server.address().ToString()),
            std::string::npos);
}

TEST(EpollLoopTest, PostedWorkRunsOnTheLoopInOrder) {
  auto loop = NewEpollLoop(TimeSource::System(), 1);
  std::vector<int> seen;
  std::thread poster([&] {
    for (int i = 0; i < 100; ++i) loop->Post([&seen, i] { seen.push_back(i); });
    loop->Stop();
  });
  loop->Run();
  poster.join();
  ASSERT_EQ(seen.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[i], i);
}

// Watches a socket that nobody reads.
struct Recorder : SocketWatcher {
  void OnHangup() override { ++hangups; }
  void OnInput() override { ++inputs; }
  int hangups = 0;
  int inputs = 0;
};

struct Keeper : AcceptHandler {
  void OnAccept(std::unique_ptr<Socket> socket) override { kept = std::move(socket); }
  std::unique_ptr<Socket> kept;
};

Task<void> ConnectAndKeep(Loop& loop, net::Address to, std::unique_ptr<Socket>& out, bool& done) {
  out = loop.Connect(to);
  EXPECT_EQ(co_await out->Connected(), 0);
  done = true;
}

// A client that has begun to connect to a listening socket which keeps what it accepts.
struct Pair {
  explicit Pair(const TimeSource& time) : loop(NewEpollLoop(time, 1)) {
    nursery.Spawn(ConnectAndKeep(*loop, listener->local_address(), client, is_connected));
  }
  bool is_complete() const { return is_connected && keeper.kept != nullptr; }

  std::unique_ptr<Loop> loop;
  Keeper keeper;
  std::unique_ptr<ListenSocket> listener =
      *loop->Listen(*net::Address::Parse("127.0.0.1", 0), {}, keeper);
  std::unique_ptr<Socket> client;
  bool is_connected = false;
  Nursery nursery;
};

TEST(EpollLoopTest, WatcherHearsOfThePeersEnd) {
  Pair pair(TimeSource::System());
  while (!pair.is_complete()) pair.loop->RunOnce(std::chrono::seconds(10));
  Recorder recorder;
  pair.client->SetWatcher(&recorder);
  EXPECT_TRUE(pair.client->IsQuiet());
  pair.keeper.kept.reset();
  while (recorder.inputs + recorder.hangups == 0) pair.loop->RunOnce(std::chrono::seconds(10));
  EXPECT_FALSE(pair.client->IsQuiet());
}

// No descriptor can be had for as long as one of these lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{3, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(EpollLoopTest, AcceptingPausesWhileTheKernelCannot) {
  ManualTime time;
  Pair pair(time);
  {
    const NoDescriptors none;
    while (!pair.is_connected) pair.loop->RunOnce(std::chrono::milliseconds(1));
    for (int i = 0; i < 3; ++i) pair.loop->RunOnce(std::chrono::milliseconds(1));
  }
  for (int i = 0; i < 3; ++i) pair.loop->RunOnce(std::chrono::milliseconds(1));
  EXPECT_EQ(pair.keeper.kept, nullptr);
  time.Advance(std::chrono::milliseconds(101));
  for (int i = 0; i < 3; ++i) pair.loop->RunOnce(std::chrono::milliseconds(1));
  EXPECT_NE(pair.keeper.kept, nullptr);
}

Task<void> ReadInTime(Loop& loop, Socket& socket, std::optional<int64_t>& result, bool& done) {
  net::ReadBuffer in;
  result = co_await WithTimeout(loop.timers(), std::chrono::seconds(5),
                                socket.Read(in, net::kReadBlock));
  done = true;
}

TEST(EpollLoopTest, WhatHasArrivedBeatsATimerAfterAStall) {
  ManualTime time;
  Pair pair(time);
  while (!pair.is_complete()) pair.loop->RunOnce(std::chrono::milliseconds(1));
  std::optional<int64_t> result;
  bool is_read = false;
  pair.nursery.Spawn(ReadInTime(*pair.loop, *pair.keeper.kept, result, is_read));
  std::array<net::Slice, 1> out{net::Slice::Static("x")};
  auto write = pair.client->Write(out);
  ASSERT_FALSE(write.await_ready());
  write.await_suspend(std::noop_coroutine());
  pair.loop->RunOnce(std::chrono::milliseconds(0));
  ASSERT_EQ(write.await_resume(), 0);
  ASSERT_FALSE(is_read);
  time.Advance(std::chrono::seconds(10));
  while (!is_read) pair.loop->RunOnce(std::chrono::milliseconds(1));
  EXPECT_EQ(result, 1);
}

}  // namespace
}  // namespace fairlead::event
