#ifndef FAIRLEAD_TESTS_BENCH_SOCKETS_H_
#define FAIRLEAD_TESTS_BENCH_SOCKETS_H_

// The few socket calls that the benchmark's programs share: loopback TCP, non-blocking,
// edge-triggered epoll. They exit with a message when the system refuses, as there is nothing to
// fall back on. They know nothing of the proxy's own event loop, so that its faults cannot hide in
// the measure.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace fairlead::bench {

[[noreturn]] inline void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

inline sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A listening socket on 127.0.0.1; `port` 0 takes a free one. Returns the descriptor and sets
// `port`.
inline int Listen(uint16_t& port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = Loopback(port);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) Die("bind");
  if (listen(fd, 4096) != 0) Die("listen");
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) Die("getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

// Starts to connect to 127.0.0.1:port; the first edge on the descriptor tells how it went.
inline int StartConnect(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address = Loopback(port);
  connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  return fd;
}

// Accepts one connection; -1 when none waits.
inline int Accept(int listening) {
  int fd = accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  int on = 1;
  if (fd >= 0) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Reports edges on `fd` with `owner`; a null owner stands for the listening socket.
inline void Watch(int epoll, int fd, void* owner) {
  epoll_event event{};
  event.events =
      owner == nullptr ? uint32_t{EPOLLIN} : uint32_t{EPOLLIN} | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = owner;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
}

}  // namespace fairlead::bench

#endif  // FAIRLEAD_TESTS_BENCH_SOCKETS_H_
