#ifndef FAIRLEAD_DATAPLANE_EVENT_EPOLL_SOCKET_H_
#define FAIRLEAD_DATAPLANE_EVENT_EPOLL_SOCKET_H_

// A TCP socket of an EpollLoop. See socket.h for the contract. Thread: the loop's.

#include <memory>

#include "dataplane/event/epoll_loop.h"
#include "dataplane/event/socket.h"

namespace fairlead::event {

class EpollSocket final : public Socket {
 public:
  // Takes `fd`, a non-blocking stream socket. Null when epoll refuses it (memory); the descriptor
  // is closed then.
  static std::unique_ptr<EpollSocket> New(EpollLoop& loop, int fd, const net::Address& peer);
  ~EpollSocket() override;

  void ShutdownWrite() override;
  void SetWatcher(SocketWatcher* watcher) override { watcher_ = watcher; }
  bool IsQuiet() const override { return !is_readable_ && !is_hung_up_; }
  const net::Address& peer_address() const override { return peer_; }
  bool IsQuietNow() const override;
  net::Address local_address() const override;

 protected:
  bool StartRead(ReadOperation& operation) override;
  void CancelRead() override { read_ = nullptr; }
  bool StartWrite(WriteOperation& operation) override;
  void CancelWrite() override { write_ = nullptr; }
  bool StartConnected(ConnectOperation& operation) override;
  void CancelConnected() override {
    connect_ = nullptr;
    is_connecting_ = false;
  }

 private:
  class Watch final : public EpollWatch {
   public:
    explicit Watch(EpollSocket* owner) : owner(owner) {}
    void NoteEvents(uint32_t events) override;
    void OnEvents(uint32_t events) override;
    void OnTurn() override;
    // Null once the socket is destroyed.
    EpollSocket* owner;
  };

  EpollSocket(EpollLoop& loop, int fd, const net::Address& peer);
  bool TryRead(ReadOperation& operation);
  bool TryWrite(WriteOperation& operation);
  // False when this turn's share is used up: the operation then waits for the next turn.
  bool TakeTurnShare();
  void ResumeReader();
  void ResumeWriter();
  // For one that reads no more, and so would not learn it.
  void TellIfGone();

  EpollLoop& loop_;
  const int fd_;
  const net::Address peer_;
  std::unique_ptr<Watch> watch_;
  SocketWatcher* watcher_ = nullptr;
  ReadOperation* read_ = nullptr;
  // What is being connected is not written to.
  union {
    WriteOperation* write_ = nullptr;
    ConnectOperation* connect_;
  };
  // An idle connection is little more than this object: it is kept within 96 bytes.
  uint32_t turn_ = 0;
  uint8_t turn_share_ = 0;
  // Whether trying may succeed; false from a short read, or EAGAIN, until epoll says otherwise.
  bool is_readable_ : 1 = false;
  bool is_writable_ : 1 = true;
  // The end of the stream or an error is there to be read: reads go on until they have seen it.
  bool is_hung_up_ : 1 = false;
  // The connection is gone in both directions, though bytes may be left to read.
  bool is_gone_ : 1 = false;
  // Which of the two is meant.
  bool is_connecting_ : 1 = false;
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_EPOLL_SOCKET_H_
