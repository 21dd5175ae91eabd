#include "dataplane/event/epoll_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace fairlead::event {
namespace {

constexpr uint8_t kOperationsPerTurn = 32;
constexpr size_t kPiecesPerCall = 16;

}  // namespace

std::unique_ptr<EpollSocket> EpollSocket::New(EpollLoop& loop, int fd, const net::Address& peer) {
  std::unique_ptr<EpollSocket> socket(new EpollSocket(loop, fd, peer));
  if (loop.Add(fd, *socket->watch_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)) return socket;
  const int error = errno;
  socket.reset();
  errno = error;
  return nullptr;
}

EpollSocket::EpollSocket(EpollLoop& loop, int fd, const net::Address& peer)
    : loop_(loop), fd_(fd), peer_(peer), watch_(std::make_unique<Watch>(this)) {}

EpollSocket::~EpollSocket() {
  FL_DCHECK(read_ == nullptr && write_ == nullptr);
  // Closing takes the descriptor out of epoll; events already fetched still point at the watch.
  close(fd_);
  watch_->owner = nullptr;
  watch_->unlink();
  loop_.Bury(std::move(watch_));
}

void EpollSocket::ShutdownWrite() { shutdown(fd_, SHUT_WR); }

bool EpollSocket::IsQuietNow() const {
  if (!IsQuiet()) return false;
  if (turn_ != static_cast<uint32_t>(loop_.turn())) return true;
  char byte;
  return recv(fd_, &byte, 1, MSG_PEEK) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

net::Address EpollSocket::local_address() const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return net::Address(reinterpret_cast<sockaddr*>(&address), size);
}

bool EpollSocket::TakeTurnShare() {
  const auto turn = static_cast<uint32_t>(loop_.turn());
  if (turn_ != turn) {
    turn_ = turn;
    turn_share_ = kOperationsPerTurn;
  }
  if (turn_share_ == 0) {
    if (!watch_->is_linked()) loop_.Requeue(*watch_);
    return false;
  }
  --turn_share_;
  return true;
}

bool EpollSocket::StartRead(ReadOperation& operation) {
  FL_DCHECK(read_ == nullptr);
  // Whoever reads what is left of a connection that is gone may stop before its end: the next turn
  // looks.
  if (is_gone_ && !watch_->is_linked()) loop_.Requeue(*watch_);
  if (is_readable_ && TakeTurnShare() && TryRead(operation)) return true;
  read_ = &operation;
  return false;
}

bool EpollSocket::TryRead(ReadOperation& operation) {
  net::ReadBuffer& into = *operation.into;
  char* space = into.Reserve(operation.wanted);
  if (space == nullptr) {
    operation.result = -ENOBUFS;
    return true;
  }
  const size_t size = std::min(into.space(), std::max(operation.wanted, into.space()));
  ssize_t n;
  do {
    n = recv(fd_, space, size, 0);
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    into.Commit(static_cast<size_t>(n));
    CountRead(static_cast<size_t>(n));
    if (static_cast<size_t>(n) < size && !is_hung_up_) is_readable_ = false;
    operation.result = n;
    return true;
  }
  if (into.empty()) into.Reset();
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    is_readable_ = false;
    return false;
  }
  operation.result = n == 0 ? 0 : -errno;
  return true;
}

bool EpollSocket::StartWrite(WriteOperation& operation) {
  FL_DCHECK(write_ == nullptr);
  write_ = &operation;
  if (is_writable_ && TakeTurnShare() && !watch_->is_linked()) loop_.Flush(*watch_);
  return false;
}

bool EpollSocket::TryWrite(WriteOperation& operation) {
  while (!operation.pieces.empty()) {
    iovec vector[kPiecesPerCall];
    size_t count = 0;
    size_t total = 0;
    for (const net::Slice& piece : operation.pieces) {
      if (count == kPiecesPerCall) break;
      vector[count++] = {piece.data(), piece.size()};
      total += piece.size();
    }
    msghdr message{};
    message.msg_iov = vector;
    message.msg_iovlen = count;
    const ssize_t n = count == 1 ? send(fd_, vector[0].iov_base, vector[0].iov_len, MSG_NOSIGNAL)
                                 : sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        is_writable_ = false;
        return false;
      }
      operation.result = -errno;
      return true;
    }
    CountWritten(static_cast<size_t>(n));
    size_t left = static_cast<size_t>(n);
    while (!operation.pieces.empty() && left >= operation.pieces.front().size()) {
      left -= operation.pieces.front().size();
      operation.pieces = operation.pieces.subspan(1);
    }
    if (!operation.pieces.empty()) operation.pieces.front().RemovePrefix(left);
    if (static_cast<size_t>(n) < total) {
      is_writable_ = false;
      return false;
    }
  }
  operation.result = 0;
  return true;
}

bool EpollSocket::StartConnected(ConnectOperation& operation) {
  connect_ = &operation;
  is_connecting_ = true;
  return false;
}

void EpollSocket::ResumeReader() {
  if (read_ == nullptr || !is_readable_ || !TakeTurnShare()) return;
  // The watch outlives the socket until the end of the turn; whoever resumes may destroy the
  // socket.
  if (!TryRead(*read_)) return;
  std::exchange(read_, nullptr)->waiter.resume();
}

void EpollSocket::ResumeWriter() {
  if (write_ == nullptr || is_connecting_ || !is_writable_) return;
  if (!TryWrite(*write_)) return;
  std::exchange(write_, nullptr)->waiter.resume();
}

void EpollSocket::TellIfGone() {
  if (is_gone_ && read_ == nullptr && watcher_ != nullptr) watcher_->OnHangup();
}

void EpollSocket::Watch::NoteEvents(uint32_t events) {
  if (owner == nullptr) return;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) owner->is_readable_ = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) owner->is_writable_ = true;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) owner->is_hung_up_ = true;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) owner->is_gone_ = true;
}

void EpollSocket::Watch::OnEvents(uint32_t events) {
  if (owner == nullptr) return;
  if (owner->is_connecting_) {
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) == 0) return;
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(owner->fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    owner->is_connecting_ = false;
    ConnectOperation* connect = std::exchange(owner->connect_, nullptr);
    connect->result = -error;
    connect->waiter.resume();
    return;
  }
  const bool had_reader = owner->read_ != nullptr;
  owner->ResumeReader();
  if (owner == nullptr) return;
  owner->ResumeWriter();
  if (owner == nullptr) return;
  if (owner->is_gone_) return owner->TellIfGone();
  // What was there may have been read since it was noted.
  const bool has_input = (events & (EPOLLIN | EPOLLRDHUP)) != 0 && owner->is_readable_;
  if (has_input && !had_reader && owner->watcher_ != nullptr) owner->watcher_->OnInput();
}

void EpollSocket::Watch::OnTurn() {
  if (owner != nullptr) owner->ResumeReader();
  if (owner != nullptr) owner->ResumeWriter();
  if (owner != nullptr) owner->TellIfGone();
}

}  // namespace fairlead::event
