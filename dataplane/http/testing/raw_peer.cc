#include "dataplane/http/testing/raw_peer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace fairlead::http::testing {
namespace {

constexpr int kTurnsMax = 5000;
constexpr int kQuietTurns = 20;

bool IsReadable(int fd) {
  pollfd poll_fd{fd, POLLIN, 0};
  return poll(&poll_fd, 1, 0) > 0;
}

}  // namespace

RawPeer& RawPeer::operator=(RawPeer&& other) noexcept {
  std::swap(pump_, other.pump_);
  std::swap(fd_, other.fd_);
  std::swap(received_, other.received_);
  return *this;
}

RawPeer RawPeer::Connect(const Pump& pump, const net::Address& address) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, address.sockaddr_ptr(), address.sockaddr_size()), 0);
  return RawPeer(pump, fd);
}

void RawPeer::Send(std::string_view bytes) {
  for (int turn = 0; !bytes.empty() && turn < kTurnsMax; ++turn) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
    if (n < 0 && errno != EAGAIN) return;
    (*pump_)();
  }
}

bool RawPeer::Receive() {
  (*pump_)();
  char buffer[65536];
  const ssize_t n = recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
  if (n > 0) received_.append(buffer, static_cast<size_t>(n));
  return n > 0 || (n < 0 && errno == EAGAIN);
}

std::string RawPeer::ReadUntil(std::string_view mark) {
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    if (const size_t at = received_.find(mark); at != std::string::npos) {
      return ReadBytes(at + mark.size());
    }
    if (!Receive()) break;
  }
  ADD_FAILURE() << "'" << mark << "' did not come; what came: '" << received_ << "'";
  return std::exchange(received_, "");
}

std::string RawPeer::ReadBytes(size_t size) {
  for (int turn = 0; turn < kTurnsMax && received_.size() < size; ++turn) {
    if (!Receive()) break;
  }
  EXPECT_GE(received_.size(), size) << "what came: '" << received_ << "'";
  std::string taken = received_.substr(0, size);
  received_.erase(0, taken.size());
  return taken;
}

std::string RawPeer::ReadToEnd() {
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    if (!Receive()) return std::exchange(received_, "");
  }
  ADD_FAILURE() << "the connection was not closed; what came: '" << received_ << "'";
  return std::exchange(received_, "");
}

bool RawPeer::IsQuiet() {
  for (int turn = 0; turn < kQuietTurns; ++turn) {
    if (!Receive() || !received_.empty()) return false;
  }
  return true;
}

void RawPeer::ShutdownWrite() { shutdown(fd_, SHUT_WR); }

void RawPeer::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void RawPeer::Reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Close();
}

RawListener::RawListener(const Pump& pump)
    : pump_(pump), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const net::Address any = *net::Address::Parse("127.0.0.1", 0);
  EXPECT_EQ(bind(fd_, any.sockaddr_ptr(), any.sockaddr_size()), 0);
  EXPECT_EQ(listen(fd_, 128), 0);
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
  address_ = net::Address(reinterpret_cast<sockaddr*>(&bound), size);
}

RawListener::~RawListener() { Close(); }

void RawListener::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

RawPeer RawListener::Accept() {
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    pump_();
    if (!IsReadable(fd_)) continue;
    return RawPeer(pump_, accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
  }
  ADD_FAILURE() << "no connection came";
  return RawPeer(pump_, -1);
}

bool RawListener::IsQuiet() {
  for (int turn = 0; turn < kQuietTurns; ++turn) {
    pump_();
    if (IsReadable(fd_)) return false;
  }
  return true;
}

}  // namespace fairlead::http::testing
