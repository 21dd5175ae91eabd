#include "dataplane/event/sim/sim_socket.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "dataplane/base/check.h"

namespace fairlead::event::sim {
namespace {

constexpr uint8_t kOperationsPerTurn = 32;

}  // namespace

SimSocket::SimSocket(SimLoop& loop, std::shared_ptr<Link> link, int side)
    : loop_(loop), link_(std::move(link)), side_(side) {
  watch_->socket = this;
  ++loop_.network().open_sockets;
  link_->Attach(side_, *this);
}

SimSocket::~SimSocket() {
  FL_CHECK(read_ == nullptr && write_ == nullptr && connect_ == nullptr);
  watch_->socket = nullptr;
  --loop_.network().open_sockets;
  loop_.network().Note(loop_.name(), is_aborting_ ? "aborts" : "closes", link_->id(), 0);
  if (is_aborting_) {
    link_->Abort(side_);
  } else {
    link_->Close(side_);
  }
}

void SimSocket::ShutdownWrite() {
  loop_.network().Note(loop_.name(), "shuts down", link_->id(), 0);
  link_->ShutdownWrite(side_);
}

bool SimSocket::IsQuiet() const {
  if (loop_.is_tested() && loop_.network().plant() == Plant::kDeadLooksQuiet) return true;
  return !is_readable_ && !is_hung_up_;
}

bool SimSocket::IsQuietNow() const {
  if (loop_.is_tested() && loop_.network().plant() == Plant::kDeadLooksQuiet) return true;
  return IsQuiet() && !link_->HasInput(side_);
}

bool SimSocket::TakeTurnShare() {
  if (turn_ != loop_.turn()) {
    turn_ = loop_.turn();
    turn_share_ = kOperationsPerTurn;
  }
  if (turn_share_ == 0) {
    loop_.Requeue(watch_);
    return false;
  }
  --turn_share_;
  return true;
}

bool SimSocket::IsToldToWait(uint32_t event) {
  Network& network = loop_.network();
  if (!network.Chance(network.weather().again)) return false;
  network.After(network.Latency(), [link = link_, watch = watch_, event] {
    if (watch->socket != nullptr) watch->socket->Raise(event);
  });
  return true;
}

bool SimSocket::StartRead(ReadOperation& operation) {
  FL_CHECK(read_ == nullptr);
  // As EpollSocket: whoever reads what is left of a connection that is gone may stop before its
  // end.
  if (is_gone_) loop_.Requeue(watch_);
  if (is_readable_ && TakeTurnShare() && TryRead(operation)) return true;
  read_ = &operation;
  return false;
}

bool SimSocket::TryRead(ReadOperation& operation) {
  Network& network = loop_.network();
  if (IsToldToWait(kIn)) {
    is_readable_ = false;
    return false;
  }
  net::ReadBuffer& into = *operation.into;
  char* space = into.Reserve(operation.wanted);
  if (space == nullptr) {
    network.Note(loop_.name(), "has no buffer to read into", link_->id(), 0);
    operation.result = -ENOBUFS;
    return true;
  }
  size_t size = std::min(into.space(), std::max(operation.wanted, into.space()));
  if (network.Chance(network.weather().partial)) size = 1 + network.random().Below(size);
  const int64_t n = loop_.FailNow(Call::kRead) ? -ECONNRESET : link_->Receive(side_, space, size);
  network.Note(loop_.name(), "reads", link_->id(), n);
  if (n > 0) {
    into.Commit(static_cast<size_t>(n));
    CountRead(static_cast<size_t>(n));
    if (!link_->has_unread(side_) && !is_hung_up_) is_readable_ = false;
    operation.result = n;
    return true;
  }
  if (into.empty()) into.Reset();
  if (n == -EAGAIN) {
    is_readable_ = false;
    return false;
  }
  operation.result = n;
  return true;
}

bool SimSocket::StartWrite(WriteOperation& operation) {
  FL_CHECK(write_ == nullptr);
  if (is_writable_ && TakeTurnShare() && TryWrite(operation)) return true;
  write_ = &operation;
  return false;
}

int64_t SimSocket::Send(std::string_view bytes) {
  Network& network = loop_.network();
  if (loop_.FailNow(Call::kWrite)) return -EPIPE;
  const bool is_cut = network.Chance(network.weather().partial);
  if (!is_cut || bytes.size() < 2) return link_->Send(side_, bytes);
  const std::string_view part = bytes.substr(0, 1 + network.random().Below(bytes.size() - 1));
  if (!loop_.is_tested() || network.plant() != Plant::kLostLastByte || part.size() < 2) {
    return link_->Send(side_, part);
  }
  const int64_t n = link_->Send(side_, part.substr(0, part.size() - 1));
  return n == static_cast<int64_t>(part.size()) - 1 ? n + 1 : n;
}

bool SimSocket::TryWrite(WriteOperation& operation) {
  if (!operation.pieces.empty() && IsToldToWait(kOut)) {
    is_writable_ = false;
    return false;
  }
  while (!operation.pieces.empty()) {
    net::Slice& piece = operation.pieces.front();
    const int64_t n = piece.empty() ? 0 : Send(piece.view());
    loop_.network().Note(loop_.name(), "writes", link_->id(), n);
    if (n == -EAGAIN) {
      is_writable_ = false;
      return false;
    }
    if (n < 0) {
      operation.result = n;
      return true;
    }
    CountWritten(static_cast<size_t>(n));
    if (static_cast<size_t>(n) == piece.size()) {
      operation.pieces = operation.pieces.subspan(1);
      continue;
    }
    // Cut short, by the weather or for want of space: either way the kernel says when to go on.
    piece.RemovePrefix(static_cast<size_t>(n));
    is_writable_ = false;
    loop_.network().After(loop_.network().Latency(), [watch = watch_] {
      if (watch->socket != nullptr) watch->socket->Raise(kOut);
    });
    return false;
  }
  operation.result = 0;
  return true;
}

bool SimSocket::StartConnected(ConnectOperation& operation) {
  connect_ = &operation;
  return false;
}

void SimSocket::ResumeReader() {
  if (read_ == nullptr || !is_readable_) return;
  if (!TryRead(*read_)) return;
  std::exchange(read_, nullptr)->waiter.resume();
}

void SimSocket::ResumeWriter() {
  if (write_ == nullptr || !is_writable_) return;
  if (!TryWrite(*write_)) return;
  std::exchange(write_, nullptr)->waiter.resume();
}

void SimSocket::TellIfGone() {
  if (is_gone_ && read_ == nullptr && watcher_ != nullptr) watcher_->OnHangup();
}

void SimSocket::OnEvents(const std::shared_ptr<SimWatch>& watch, uint32_t events) {
  SimSocket& self = *watch->socket;
  if ((events & (kIn | kEnd | kGone)) != 0) self.is_readable_ = true;
  if ((events & (kOut | kGone)) != 0) self.is_writable_ = true;
  if ((events & (kEnd | kGone)) != 0) self.is_hung_up_ = true;
  if ((events & kGone) != 0) self.is_gone_ = true;
  if (self.connect_ != nullptr) {
    if ((events & (kOut | kGone)) == 0) return;
    ConnectOperation* connect = std::exchange(self.connect_, nullptr);
    connect->result = self.link_->connect_result();
    connect->waiter.resume();
    return;
  }
  // A write that was told to wait crosses the end, too.
  if (self.side_ == 0 && (events & kEnd) != 0 && self.write_ != nullptr) {
    ++self.loop_.network().crossings;
  }
  const bool had_reader = self.read_ != nullptr;
  self.ResumeReader();
  if (watch->socket == nullptr) return;
  self.ResumeWriter();
  if (watch->socket == nullptr) return;
  if (self.is_gone_) return self.TellIfGone();
  if ((events & (kIn | kEnd)) != 0 && !had_reader && self.watcher_ != nullptr) {
    self.watcher_->OnInput();
  }
}

void SimSocket::OnTurn(const std::shared_ptr<SimWatch>& watch) {
  SimSocket& self = *watch->socket;
  self.ResumeReader();
  if (watch->socket != nullptr) self.ResumeWriter();
  if (watch->socket != nullptr) self.TellIfGone();
}

}  // namespace fairlead::event::sim
