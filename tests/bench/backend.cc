// The benchmark's upstream: HTTP/1.1 on one thread with as little work as will do, so that the core
// it shares with the load generator carries load and not a web server.
//
//   backend [--port N] [--name NAME]
//
// Listens on 127.0.0.1 (port 0: any) and prints {"port":N}. The last segment of a request's path is
// the size of the answer's body: /0, /1k, /svc/64k. Request bodies must have a Content-Length and
// are thrown away. With --name every answer carries x-backend: NAME.

#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/sockets.h"

namespace fairlead::bench {
namespace {

constexpr size_t kBodyMax = 16 << 20;
constexpr size_t kHeadMax = 64 << 10;

struct Request {
  size_t head_bytes = 0;
  size_t body_bytes = 0;
  size_t wanted_bytes = 0;
  bool close = false;
};

bool StartsWithName(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         strncasecmp(line.data(), name.data(), name.size()) == 0;
}

size_t SizeFromTarget(std::string_view request_line) {
  size_t end = request_line.rfind(' ');
  if (end == std::string_view::npos) return 0;
  std::string_view target = request_line.substr(0, end);
  size_t slash = target.rfind('/');
  if (slash == std::string_view::npos) return 0;
  size_t size = 0;
  for (char c : target.substr(slash + 1)) {
    if (c == 'k') return std::min(size << 10, kBodyMax);
    if (c < '0' || c > '9' || size > kBodyMax) break;
    size = size * 10 + static_cast<size_t>(c - '0');
  }
  return std::min(size, kBodyMax);
}

// Reads the head at the front of `bytes`; false while it is incomplete.
bool ParseRequest(std::string_view bytes, Request& request) {
  size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  request = Request{.head_bytes = end + 4};
  std::string_view head = bytes.substr(0, end + 2);
  size_t line_end = head.find("\r\n");
  request.wanted_bytes = SizeFromTarget(head.substr(0, line_end));
  for (size_t at = line_end + 2; at < head.size();) {
    line_end = head.find("\r\n", at);
    std::string_view line = head.substr(at, line_end - at);
    if (!line.empty() && (line[0] | 0x20) == 'c') {
      if (StartsWithName(line, "content-length")) {
        request.body_bytes = std::strtoull(line.data() + 15, nullptr, 10);
      } else if (StartsWithName(line, "connection")) {
        request.close = line.find("close") != std::string_view::npos;
      }
    }
    at = line_end + 2;
  }
  return true;
}

class Responses {
 public:
  explicit Responses(std::string name) : name_(std::move(name)) {}

  const std::string& ForSize(size_t size) {
    std::string& response = cache_[size];
    if (response.empty()) {
      response = "HTTP/1.1 200 OK\r\nserver: backend\r\n";
      if (!name_.empty()) response += "x-backend: " + name_ + "\r\n";
      response += "content-type: text/plain\r\ncontent-length: " + std::to_string(size) +
                  "\r\n\r\n" + std::string(size, 'b');
    }
    return response;
  }

 private:
  const std::string name_;
  std::map<size_t, std::string> cache_;
};

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  ~Connection() { close(fd_); }

  // Handles an edge; false when the connection is over.
  bool OnEvent(uint32_t events, Responses& responses) {
    if ((events & EPOLLOUT) != 0 && !unsent_.empty() && !Send({})) return false;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return true;
    bool to_end = (events & EPOLLRDHUP) != 0;
    while (true) {
      ssize_t got = recv(fd_, buffer_, sizeof buffer_, 0);
      if (got < 0) return errno == EAGAIN;
      if (got == 0) return false;
      if (!OnBytes({buffer_, static_cast<size_t>(got)}, responses)) return false;
      if (static_cast<size_t>(got) < sizeof buffer_ && !to_end) return true;
    }
  }

 private:
  bool OnBytes(std::string_view bytes, Responses& responses) {
    std::string joined;
    if (!partial_head_.empty()) {
      joined = std::move(partial_head_);
      partial_head_.clear();
      joined.append(bytes);
      bytes = joined;
    }
    while (!bytes.empty() || (in_body_ && body_left_ == 0)) {
      if (!in_body_) {
        if (!ParseRequest(bytes, request_)) {
          partial_head_.assign(bytes);
          return bytes.size() <= kHeadMax;
        }
        bytes.remove_prefix(request_.head_bytes);
        body_left_ = request_.body_bytes;
        in_body_ = true;
      }
      size_t taken = std::min(bytes.size(), body_left_);
      bytes.remove_prefix(taken);
      body_left_ -= taken;
      if (body_left_ > 0) return true;
      in_body_ = false;
      if (!Send(responses.ForSize(request_.wanted_bytes))) return false;
      if (request_.close) close_when_sent_ = true;
      if (close_when_sent_) return !unsent_.empty();
    }
    return true;
  }

  bool Send(std::string_view bytes) {
    if (!unsent_.empty()) {
      unsent_.append(bytes);
      bytes = unsent_;
    }
    ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    size_t done = sent < 0 ? 0 : static_cast<size_t>(sent);
    if (unsent_.empty()) {
      unsent_.assign(bytes.substr(done));
    } else {
      unsent_.erase(0, done);
    }
    return !(close_when_sent_ && unsent_.empty());
  }

  static inline char buffer_[256 << 10];

  const int fd_;
  std::string partial_head_;
  Request request_;
  bool in_body_ = false;
  size_t body_left_ = 0;
  bool close_when_sent_ = false;
  std::string unsent_;
};

int Serve(uint16_t port, const std::string& name) {
  std::signal(SIGPIPE, SIG_IGN);
  int listening = Listen(port);
  std::printf("{\"port\":%u}\n", port);
  std::fflush(stdout);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  Watch(epoll, listening, nullptr);
  Responses responses(name);
  epoll_event events[512];
  while (true) {
    int count = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == nullptr) {
        for (int fd; (fd = Accept(listening)) >= 0;) Watch(epoll, fd, new Connection(fd));
        continue;
      }
      auto* connection = static_cast<Connection*>(events[i].data.ptr);
      if (!connection->OnEvent(events[i].events, responses)) delete connection;
    }
  }
}

}  // namespace
}  // namespace fairlead::bench

int main(int argc, char** argv) {
  uint16_t port = 0;
  std::string name;
  for (int i = 1; i < argc; i += 2) {
    std::string_view flag = argv[i];
    if (i + 1 < argc && flag == "--port") {
      port = static_cast<uint16_t>(std::atoi(argv[i + 1]));
    } else if (i + 1 < argc && flag == "--name") {
      name = argv[i + 1];
    } else {
      std::fprintf(stderr, "usage: backend [--port N] [--name NAME]\n");
      return 2;
    }
  }
  return fairlead::bench::Serve(port, name);
}
