#ifndef FAIRLEAD_DATAPLANE_EVENT_SOCKET_H_
#define FAIRLEAD_DATAPLANE_EVENT_SOCKET_H_

// A connected stream of bytes, in terms of completions: the seam behind which epoll and the
// simulation stand.
//
//     int64_t n = co_await socket.Read(in, net::kReadBlock);   // > 0 bytes, 0 end of stream,
//                                                              // < 0 -errno; -ENOBUFS: no memory
//     int64_t e = co_await socket.Write(pieces);               // 0 all is written, < 0 -errno
//
// A read completes at once when bytes are there, and else suspends the awaiting coroutine, as a
// write does: to the end of the loop's turn, and on while the kernel takes no more. One read and
// one write may be under way at a time. An awaiter that is destroyed withdraws its operation; a
// socket must outlive the awaiters of its operations. Memory to read into is taken from the pool
// only when bytes are there, so that a waiting connection holds none.
//
// Thread: worker. Closed by its destructor.

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <span>

#include "dataplane/net/address.h"
#include "dataplane/net/buffer.h"

namespace fairlead::event {

struct ReadOperation {
  net::ReadBuffer* into = nullptr;
  size_t wanted = 0;
  std::coroutine_handle<> waiter;
  int64_t result = 0;
};

struct WriteOperation {
  // Moved forward as bytes leave; must live as long as the operation.
  std::span<net::Slice> pieces;
  std::coroutine_handle<> waiter;
  int64_t result = 0;
};

struct ConnectOperation {
  std::coroutine_handle<> waiter;
  // 0 or -errno.
  int64_t result = 0;
};

// Told what happens to a socket while nobody reads from it. The callee may destroy the socket.
class SocketWatcher {
 public:
  virtual ~SocketWatcher() = default;
  // The connection is gone in both directions (reset, or closed by the peer and by us).
  virtual void OnHangup() = 0;
  // Bytes or the end of the stream have arrived and no read is under way.
  virtual void OnInput() = 0;
};

// Where bytes are counted as they pass: one for many sockets of a loop. Written on the loop's
// thread, read on any.
class SocketMeter {
 public:
  void Read(size_t n) { Add(read_, n); }
  void Written(size_t n) { Add(written_, n); }
  uint64_t read() const { return read_.load(std::memory_order_relaxed); }
  uint64_t written() const { return written_.load(std::memory_order_relaxed); }

 private:
  static void Add(std::atomic<uint64_t>& to, size_t n) {
    to.store(to.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::atomic<uint64_t> read_{0};
  std::atomic<uint64_t> written_{0};
};

class Socket {
 public:
  class ReadAwaiter;
  class WriteAwaiter;
  class ConnectAwaiter;

  virtual ~Socket() = default;

  // Null: nobody counts. The meter must outlive reading and writing.
  void SetMeter(SocketMeter* meter) { meter_ = meter; }

  ReadAwaiter Read(net::ReadBuffer& into, size_t wanted);
  WriteAwaiter Write(std::span<net::Slice> pieces);
  // For a socket that Loop::Connect made: waits until it is connected.
  ConnectAwaiter Connected();

  // Sends the end of the stream; reading goes on.
  virtual void ShutdownWrite() = 0;
  // Null: nobody. The watcher must outlive its registration.
  virtual void SetWatcher(SocketWatcher* watcher) = 0;
  // False when input, the end of the stream or an error is known to be waiting: an idle connection
  // on which this is false must not be used again.
  virtual bool IsQuiet() const = 0;
  // The same, for a socket that was used since the loop last looked: asks the kernel what has
  // arrived since, which costs a system call.
  virtual bool IsQuietNow() const = 0;
  virtual const net::Address& peer_address() const = 0;
  virtual net::Address local_address() const = 0;

 protected:
  // Each Start returns true when the operation is complete and its result is set; else the
  // operation is kept, and its waiter resumed once it is. Cancel forgets an operation that is under
  // way.
  virtual bool StartRead(ReadOperation& operation) = 0;
  virtual void CancelRead() = 0;
  virtual bool StartWrite(WriteOperation& operation) = 0;
  virtual void CancelWrite() = 0;
  virtual bool StartConnected(ConnectOperation& operation) = 0;
  virtual void CancelConnected() = 0;

  // For those who read and write.
  void CountRead(size_t n) {
    if (meter_ != nullptr) meter_->Read(n);
  }
  void CountWritten(size_t n) {
    if (meter_ != nullptr) meter_->Written(n);
  }

 private:
  SocketMeter* meter_ = nullptr;
};

// The three awaiters differ only in the pair of functions they call.
class Socket::ReadAwaiter {
 public:
  ReadAwaiter(Socket& socket, net::ReadBuffer& into, size_t wanted) : socket_(&socket) {
    operation_.into = &into;
    operation_.wanted = wanted;
  }
  ReadAwaiter(ReadAwaiter&&) = default;
  ~ReadAwaiter() {
    if (is_pending_) socket_->CancelRead();
  }
  bool await_ready() { return socket_->StartRead(operation_); }
  void await_suspend(std::coroutine_handle<> waiter) {
    operation_.waiter = waiter;
    is_pending_ = true;
  }
  int64_t await_resume() {
    is_pending_ = false;
    return operation_.result;
  }

 private:
  Socket* socket_;
  ReadOperation operation_;
  bool is_pending_ = false;
};

class Socket::WriteAwaiter {
 public:
  WriteAwaiter(Socket& socket, std::span<net::Slice> pieces) : socket_(&socket) {
    operation_.pieces = pieces;
  }
  WriteAwaiter(WriteAwaiter&&) = default;
  ~WriteAwaiter() {
    if (is_pending_) socket_->CancelWrite();
  }
  bool await_ready() { return socket_->StartWrite(operation_); }
  void await_suspend(std::coroutine_handle<> waiter) {
    operation_.waiter = waiter;
    is_pending_ = true;
  }
  int64_t await_resume() {
    is_pending_ = false;
    return operation_.result;
  }
  // Those that have not left in full.
  size_t pieces_left() const { return operation_.pieces.size(); }

 private:
  Socket* socket_;
  WriteOperation operation_;
  bool is_pending_ = false;
};

class Socket::ConnectAwaiter {
 public:
  explicit ConnectAwaiter(Socket& socket) : socket_(&socket) {}
  ConnectAwaiter(ConnectAwaiter&&) = default;
  ~ConnectAwaiter() {
    if (is_pending_) socket_->CancelConnected();
  }
  bool await_ready() { return socket_->StartConnected(operation_); }
  void await_suspend(std::coroutine_handle<> waiter) {
    operation_.waiter = waiter;
    is_pending_ = true;
  }
  int64_t await_resume() {
    is_pending_ = false;
    return operation_.result;
  }

 private:
  Socket* socket_;
  ConnectOperation operation_;
  bool is_pending_ = false;
};

inline Socket::ReadAwaiter Socket::Read(net::ReadBuffer& into, size_t wanted) {
  return ReadAwaiter(*this, into, wanted);
}
inline Socket::WriteAwaiter Socket::Write(std::span<net::Slice> pieces) {
  return WriteAwaiter(*this, pieces);
}
inline Socket::ConnectAwaiter Socket::Connected() { return ConnectAwaiter(*this); }

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_SOCKET_H_
