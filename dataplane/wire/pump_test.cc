#include "dataplane/wire/pump.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/event/combinators.h"
#include "dataplane/event/timer.h"
#include "dataplane/wire/replay_body.h"

namespace fairlead::wire {
namespace {

using codec::BodyPiece;
using codec::Framing;

// Takes so many bytes in all, then fails, or lets writers wait.
class FakeSocket final : public event::Socket {
 public:
  FakeSocket(size_t room, int64_t error) : room_(room), error_(error) {}

  void ShutdownWrite() override {}
  void SetWatcher(event::SocketWatcher*) override {}
  bool IsQuiet() const override { return true; }
  bool IsQuietNow() const override { return true; }
  const net::Address& peer_address() const override { return address_; }
  net::Address local_address() const override { return address_; }

  std::string written;

 private:
  bool StartRead(event::ReadOperation&) override { return false; }
  void CancelRead() override {}
  bool StartWrite(event::WriteOperation& operation) override {
    while (!operation.pieces.empty()) {
      net::Slice& piece = operation.pieces.front();
      const size_t n = std::min(piece.size(), room_);
      written.append(piece.data(), n);
      room_ -= n;
      if (n < piece.size()) {
        piece.RemovePrefix(n);
        operation.result = error_;
        return error_ != 0;
      }
      operation.pieces = operation.pieces.subspan(1);
    }
    operation.result = 0;
    return true;
  }
  void CancelWrite() override {}
  bool StartConnected(event::ConnectOperation&) override { return false; }
  void CancelConnected() override {}

  size_t room_;
  const int64_t error_;
  net::Address address_;
};

// Has its pieces one by one, and then an end or nothing.
class ListBody final : public codec::BodyReader {
 public:
  ListBody(std::vector<std::string> pieces, bool has_end)
      : pieces_(std::move(pieces)), has_end_(has_end) {}

  bool TryRead(BodyPiece& piece) override {
    if (next_ == pieces_.size() && !has_end_) return false;
    const bool is_end = next_ == pieces_.size();
    piece.kind = is_end ? BodyPiece::Kind::kEnd : BodyPiece::Kind::kData;
    piece.data = is_end ? net::Slice() : net::Slice::Copy(pieces_[next_++]);
    return true;
  }
  event::Task<BodyPiece> Read() override { co_return BodyPiece{BodyPiece::Kind::kFailed, {}}; }

 private:
  const std::vector<std::string> pieces_;
  const bool has_end_;
  size_t next_ = 0;
};

class PumpTest : public ::testing::Test {
 protected:
  // Nullopt: it was given up while it waited.
  std::optional<PumpResult> Send(FakeSocket& socket, codec::BodyReader& body, Framing framing) {
    std::optional<PumpResult> result;
    progress = {};
    {
      event::Fork sending(Run(*this, socket, body, framing, result));
    }
    return result;
  }

  event::TimerWheel timers{event::MonotonicTime()};
  event::Watchdog watchdog{timers, [](void*, event::Alarm) {}, nullptr};
  PumpProgress progress;

 private:
  static event::Task<void> Run(PumpTest& test, FakeSocket& socket, codec::BodyReader& body,
                               Framing framing, std::optional<PumpResult>& result) {
    result = co_await SendMessage(net::Slice::Copy("HEAD "), body, framing, false, socket,
                                  test.watchdog, test.progress);
  }
};

constexpr Framing kSix{Framing::Kind::kLength, 6};
constexpr Framing kChunked{Framing::Kind::kChunked, 0};

TEST_F(PumpTest, WhatNobodyTookCanBeSentAgain) {
  for (const int64_t error : {int64_t{-ECONNRESET}, int64_t{0}}) {
    FakeSocket dying(0, error);
    ListBody body({"abc", "def"}, /*has_end=*/true);
    const auto result = Send(dying, body, kChunked);
    EXPECT_EQ(result.has_value(), error != 0);
    ASSERT_TRUE(progress.is_unsent);
    EXPECT_TRUE(progress.unsent.has_end);
    ReplayBody replay;
    replay.Set(std::move(progress.unsent), body);
    FakeSocket good(1000, 0);
    EXPECT_EQ(Send(good, replay, kChunked), PumpResult::kSent);
    EXPECT_EQ(good.written, "HEAD 3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
    EXPECT_EQ(progress.body_bytes, 6u);
    EXPECT_FALSE(progress.is_unsent);
  }
}

TEST_F(PumpTest, WhatWasTakenInPartCannot) {
  for (const size_t room : {size_t{1}, size_t{5}, size_t{6}, size_t{9}}) {
    FakeSocket dying(room, -ECONNRESET);
    ListBody body({"abc", "def"}, /*has_end=*/true);
    EXPECT_EQ(Send(dying, body, kSix), PumpResult::kWriteFailed);
    EXPECT_FALSE(progress.is_unsent) << room;
  }
}

TEST_F(PumpTest, ABodyOfWhichMoreIsToComeGoesOnBehindItsPieces) {
  FakeSocket dying(0, 0);
  ListBody start({"abc"}, /*has_end=*/false);
  EXPECT_FALSE(Send(dying, start, kSix).has_value());
  ASSERT_TRUE(progress.is_unsent);
  EXPECT_FALSE(progress.unsent.has_end);
  ListBody rest({"def"}, /*has_end=*/true);
  ReplayBody replay;
  replay.Set(std::move(progress.unsent), rest);
  FakeSocket dying_too(0, -EPIPE);
  EXPECT_EQ(Send(dying_too, replay, kSix), PumpResult::kWriteFailed);
  ASSERT_TRUE(progress.is_unsent);
  replay.Set(std::move(progress.unsent), replay);
  FakeSocket good(1000, 0);
  EXPECT_EQ(Send(good, replay, kSix), PumpResult::kSent);
  EXPECT_EQ(good.written, "HEAD abcdef");
}

TEST_F(PumpTest, ALaterWriteIsNotTheFirst) {
  FakeSocket socket(8, -ECONNRESET);
  ListBody body(std::vector<std::string>(40, "x"), /*has_end=*/true);
  EXPECT_EQ(Send(socket, body, {Framing::Kind::kLength, 40}), PumpResult::kWriteFailed);
  EXPECT_FALSE(progress.is_unsent);
  EXPECT_GT(progress.wire_bytes, 8u);
}

}  // namespace
}  // namespace fairlead::wire
