// The floor: forwards bytes between TCP connections and knows no HTTP. One thread, one upstream
// connection for each client connection; a small request costs one recv and one send each way.
// What a proxy on sockets and epoll pays beyond this is what HTTP costs it.
//
//   forward LISTEN_PORT UPSTREAM_PORT

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/sockets.h"

namespace fairlead::bench {
namespace {

class Pair;

// One of the two sockets of a pair.
struct End {
  Pair* pair = nullptr;
  End* other = nullptr;
  int fd = -1;
  std::string unsent;  // what this socket did not take yet
  bool close_when_sent = false;
};

class Pair {
 public:
  Pair(int client_fd, int upstream_fd) {
    client_.pair = upstream_.pair = this;
    client_.other = &upstream_;
    upstream_.other = &client_;
    client_.fd = client_fd;
    upstream_.fd = upstream_fd;
  }
  Pair(const Pair&) = delete;

  End& client() { return client_; }
  End& upstream() { return upstream_; }
  bool is_over() const { return is_over_; }

  void OnEvent(End& end, uint32_t events) {
    if (!is_over_ && (events & EPOLLOUT) != 0 && !end.unsent.empty()) Flush(end);
    if (!is_over_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
      Pull(end, (events & EPOLLRDHUP) != 0);
    }
  }

 private:
  // With edges a short read ends the turn, unless the far end has closed as well.
  void Pull(End& from, bool to_end) {
    while (!is_over_) {
      ssize_t got = recv(from.fd, buffer_, sizeof buffer_, 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        if (got < 0 || from.other->unsent.empty()) return Close();
        from.other->close_when_sent = true;
        return;
      }
      Push(*from.other, {buffer_, static_cast<size_t>(got)});
      if (static_cast<size_t>(got) < sizeof buffer_ && !to_end) return;
    }
  }

  void Push(End& to, std::string_view bytes) {
    if (to.unsent.empty()) {
      ssize_t sent = send(to.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return Close();
      if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    }
    to.unsent.append(bytes);
  }

  void Flush(End& end) {
    ssize_t sent = send(end.fd, end.unsent.data(), end.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return Close();
    if (sent > 0) end.unsent.erase(0, static_cast<size_t>(sent));
    if (end.unsent.empty() && end.close_when_sent) Close();
  }

  void Close() {
    if (is_over_) return;
    is_over_ = true;
    close(client_.fd);
    close(upstream_.fd);
  }

  static inline char buffer_[128 << 10];

  End client_;
  End upstream_;
  bool is_over_ = false;
};

int Forward(uint16_t listen_port, uint16_t upstream_port) {
  std::signal(SIGPIPE, SIG_IGN);
  int listening = Listen(listen_port);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  Watch(epoll, listening, nullptr);
  epoll_event events[512];
  std::vector<std::unique_ptr<Pair>> over;  // freed after the turn: an event may still name them
  while (true) {
    int count = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < count; i++) {
      auto* end = static_cast<End*>(events[i].data.ptr);
      if (end == nullptr) {
        for (int fd; (fd = Accept(listening)) >= 0;) {
          auto* pair = new Pair(fd, StartConnect(upstream_port));
          Watch(epoll, pair->client().fd, &pair->client());
          Watch(epoll, pair->upstream().fd, &pair->upstream());
        }
        continue;
      }
      Pair* pair = end->pair;
      if (pair->is_over()) continue;
      pair->OnEvent(*end, events[i].events);
      if (pair->is_over()) over.emplace_back(pair);
    }
    over.clear();
  }
}

}  // namespace
}  // namespace fairlead::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: forward LISTEN_PORT UPSTREAM_PORT\n");
    return 2;
  }
  return fairlead::bench::Forward(static_cast<uint16_t>(std::atoi(argv[1])),
                                  static_cast<uint16_t>(std::atoi(argv[2])));
}
