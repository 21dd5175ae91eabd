#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "dataplane/event/combinators.h"
#include "dataplane/event/nursery.h"
#include "dataplane/event/sim/network.h"
#include "dataplane/event/sim/sim_socket.h"

namespace fairlead::event::sim {
namespace {

Weather Storm() {
  Weather weather;
  weather.partial = 400;
  weather.again = 300;
  weather.split = 400;
  weather.late = 200;
  weather.stall = 200;
  weather.window = 5000;
  return weather;
}

struct Recorder final : SocketWatcher {
  void OnHangup() override { ++hangups; }
  void OnInput() override { ++inputs; }
  int hangups = 0;
  int inputs = 0;
};

// A host that listens, and one that connects.
class SimTest : public ::testing::Test, private AcceptHandler {
 protected:
  explicit SimTest(const Weather& weather = Weather(), uint64_t seed = 1)
      : network(seed, weather),
        server(network.MakeLoop("server", *net::Address::Parse("10.0.0.1", 0))),
        client(network.MakeLoop("client", *net::Address::Parse("10.0.0.2", 0))),
        listener(*server->Listen(address, {}, *this)) {}
  ~SimTest() override { nursery.CancelAll(); }

  void Settle() { network.RunUntil(network.Monotonic() + std::chrono::seconds(1)); }
  void Connect() {
    theirs = client->Connect(address);
    nursery.Spawn(Await(*theirs, connected));
    Settle();
    ASSERT_NE(ours, nullptr);
    ASSERT_EQ(connected, 0);
  }
  static Task<void> Await(Socket& socket, int64_t& result) { result = co_await socket.Connected(); }
  static Task<void> Write(Socket& socket, std::string bytes, int64_t& result) {
    std::array<net::Slice, 2> pieces{net::Slice::Copy(bytes.substr(0, bytes.size() / 2)),
                                     net::Slice::Copy(bytes.substr(bytes.size() / 2))};
    result = co_await socket.Write(pieces);
  }
  // Reads until `wanted` bytes are there, the end, or an error, which is the last result.
  static Task<void> Read(Socket& socket, size_t wanted, std::string& got, int64_t& result) {
    net::ReadBuffer in;
    while (got.size() < wanted) {
      result = co_await socket.Read(in, 4096);
      if (result <= 0) co_return;
      got += in.view();
      in.Reset();
    }
  }

  const net::Address address = *net::Address::Parse("10.0.0.1", 80);
  Network network;
  std::unique_ptr<Loop> server;
  std::unique_ptr<Loop> client;
  std::unique_ptr<ListenSocket> listener;
  std::unique_ptr<Socket> ours;
  std::unique_ptr<Socket> theirs;
  int64_t connected = 1;
  int64_t result = 1;
  std::string got;
  Nursery nursery;

 private:
  void OnAccept(std::unique_ptr<Socket> socket) override { ours = std::move(socket); }
};

struct StormTest : SimTest {
  StormTest() : SimTest(Storm()) {}
};

TEST_F(StormTest, BytesComeInOrderHoweverTheyAreCut) {
  Connect();
  std::string sent;
  for (int i = 0; i < 20'000; ++i) sent += std::to_string(i);
  int64_t written = 1;
  nursery.Spawn(Write(*theirs, sent, written));
  nursery.Spawn(Read(*ours, sent.size(), got, result));
  network.RunUntil(network.Monotonic() + std::chrono::seconds(100));
  EXPECT_EQ(written, 0);
  EXPECT_EQ(got, sent);
}

TEST_F(SimTest, ConnectionThatNobodyTakesIsRefused) {
  listener.reset();
  theirs = client->Connect(address);
  nursery.Spawn(Await(*theirs, connected));
  Settle();
  EXPECT_EQ(connected, -ECONNREFUSED);
}

TEST_F(SimTest, WriterWaitsForASlowReader) {
  network.weather().window = 1000;
  Connect();
  nursery.Spawn(Write(*theirs, std::string(5000, 'x'), connected = 1));
  Settle();
  EXPECT_EQ(connected, 1);
  nursery.Spawn(Read(*ours, 5000, got, result));
  Settle();
  EXPECT_EQ(connected, 0);
  EXPECT_EQ(got.size(), 5000u);
}

TEST_F(SimTest, EndOfOneDirectionLeavesTheOther) {
  Connect();
  theirs->ShutdownWrite();
  nursery.Spawn(Read(*ours, 1, got, result));
  Settle();
  EXPECT_EQ(result, 0);
  nursery.Spawn(Write(*ours, "answer", result));
  std::string answer;
  int64_t read = 1;
  nursery.Spawn(Read(*theirs, 6, answer, read));
  Settle();
  EXPECT_EQ(answer, "answer");
}

TEST_F(SimTest, ResetThatComesWithTheLastBytesThatAreReadIsTold) {
  Connect();
  Recorder recorder;
  ours->SetWatcher(&recorder);
  nursery.Spawn(Read(*ours, 3, got, result));
  nursery.Spawn(Write(*theirs, "abc", connected));
  Settle();
  static_cast<SimSocket&>(*theirs).AbortOnClose();
  theirs.reset();
  Settle();
  EXPECT_EQ(got, "abc");
  EXPECT_EQ(recorder.hangups, 1);
}

TEST_F(SimTest, ClosingOverUnreadBytesResets) {
  Connect();
  nursery.Spawn(Write(*theirs, "abc", result));
  Settle();
  ours.reset();
  nursery.Spawn(Read(*theirs, 1, got, result));
  Settle();
  EXPECT_EQ(result, -ECONNRESET);
}

TEST_F(SimTest, IdleConnectionIsQuietUntilSomethingArrives) {
  Connect();
  Recorder recorder;
  ours->SetWatcher(&recorder);
  EXPECT_TRUE(ours->IsQuietNow());
  nursery.Spawn(Write(*theirs, "ab", result));
  Settle();
  EXPECT_FALSE(ours->IsQuiet());
  EXPECT_FALSE(ours->IsQuietNow());
  EXPECT_GE(recorder.inputs, 1);
  EXPECT_EQ(recorder.hangups, 0);
}

TEST_F(SimTest, OperationsCanBeWithdrawnWhileTheyWait) {
  Connect();
  {
    Fork reader(Read(*ours, 3, got, result));
  }
  nursery.Spawn(Write(*theirs, "abc", result));
  Settle();
  nursery.Spawn(Read(*ours, 3, got, result));
  Settle();
  EXPECT_EQ(got, "abc");
}

TEST_F(SimTest, CallThatIsToFailFailsOnce) {
  std::unique_ptr<Loop> tested =
      network.MakeLoop("tested", *net::Address::Parse("10.0.0.3", 0), true);
  network.FailCall(2);
  EXPECT_NE(tested->Connect(address), nullptr);
  EXPECT_EQ(tested->Connect(address), nullptr);
  EXPECT_NE(tested->Connect(address), nullptr);
}

TEST_F(SimTest, TimersFireInTimeAndAfterAJumpOfTheClock) {
  int fired = 0;
  Timer timer([](void* count) { ++*static_cast<int*>(count); }, &fired);
  timer.Arm(client->timers(), std::chrono::milliseconds(500));
  network.RunUntil(network.Monotonic() + std::chrono::milliseconds(499));
  EXPECT_EQ(fired, 0);
  network.JumpWall(-std::chrono::hours(1));
  network.JumpForward(std::chrono::hours(1));
  Settle();
  EXPECT_EQ(fired, 1);
}

std::string TraceOf(uint64_t seed) {
  struct Run : SimTest {
    explicit Run(uint64_t seed) : SimTest(Storm(), seed) { network.KeepTrace(&trace); }
    // What the network closes at its end is no longer written down.
    ~Run() override { network.KeepTrace(nullptr); }
    void TestBody() override {
      Connect();
      nursery.Spawn(Write(*theirs, std::string(30'000, 'x'), result));
      nursery.Spawn(Read(*ours, 30'000, got, result));
      Settle();
    }
    std::string trace;
  };
  Run run(seed);
  run.TestBody();
  return run.trace;
}

TEST(SimTraceTest, OneSeedMakesOneTrace) {
  const std::string trace = TraceOf(7);
  EXPECT_GT(std::count(trace.begin(), trace.end(), '\n'), 30);
  EXPECT_EQ(trace, TraceOf(7));
  EXPECT_NE(trace, TraceOf(8));
}

}  // namespace
}  // namespace fairlead::event::sim
