// An HTTP/1.1 load generator on one thread: a fixed set of connections, each with one request in
// flight, for a number of requests or of seconds. Tells exactly what failed and which connections
// the peer closed. `load --help` lists the flags; the result is one JSON object a line on stdout,
// the last with "final":true. Only 127.0.0.1.

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/response_reader.h"
#include "tests/bench/sockets.h"

namespace fairlead::bench {
namespace {

constexpr char kHelp[] = R"(load --port N [flags]

  --port N             where the proxy listens on 127.0.0.1
  --connections N      kept connections, each with one request in flight (64)
  --requests N         stop after so many requests
  --seconds S          or after so long (30)
  --rate R             at most R requests per second in all (0: as fast as it goes)
  --host H, --path P   '%' in either becomes a random number below --routes
  --routes N
  --header 'N: V'      one more request header; may be repeated
  --post BYTES         POST a body of this size
  --close              a new connection for each request
  --hold               each connection sends one request and stays open until stdin ends;
                       prints {"ready":true} when all have their answer
  --expect 200,429     statuses that are not failures (200)
  --count-header NAME  count responses by the value of this header
  --report-every S     a JSON line with the totals so far, every S seconds
)";

// A request that could not connect is tried again after this, so that a dead port is not hammered.
constexpr double kReconnectSeconds = 0.01;
constexpr int kHoldWindow = 64;  // connections that --hold opens at a time

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Options {
  uint16_t port = 0;
  int connections = 64;
  int64_t requests = INT64_MAX;
  double seconds = 30;
  double rate = 0;
  std::string host = "bench.test";
  std::string path = "/1k";
  uint64_t routes = 0;
  std::string headers;
  size_t post = 0;
  bool close = false;
  bool hold = false;
  std::set<int> expected = {200};
  std::string count_header;
  double report_every = 0;
};

struct Totals {
  int64_t issued = 0;
  int64_t finished = 0;
  int64_t ok = 0;
  int64_t connects = 0;
  // Kept connections that the peer ended: after a response that said so, or without a word.
  int64_t closed_by_peer = 0;
  std::map<std::string, int64_t> failures;
  std::map<std::string, int64_t> statuses;
  std::map<std::string, int64_t> counted;
  std::vector<uint32_t> latencies_us;
};

enum class Phase { kClosed, kConnecting, kSending, kReading, kIdle, kAwaitingClose };

struct Connection {
  explicit Connection(const std::string& count_header) : reader(count_header) {}

  int fd = -1;
  Phase phase = Phase::kClosed;
  bool is_reused = false;  // has carried a request before
  bool waits = false;      // stands in the queue for its next request
  std::string request;
  size_t sent = 0;
  double sent_at = 0;
  ResponseReader reader;
};

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)) {}

  int Run();

 private:
  void Schedule(Connection& connection, double not_before);
  void ReleaseDue(double now);
  void Issue(Connection& connection);
  void Open(Connection& connection);
  void Close(Connection& connection);
  void OnEvent(Connection& connection, uint32_t events);
  void Send(Connection& connection);
  void Receive(Connection& connection, bool to_end);
  void OnClosedByPeer(Connection& connection);
  void Complete(Connection& connection);
  void Fail(Connection& connection, const std::string& why);
  void BuildRequest(std::string& request);
  std::string Expand(const std::string& pattern);
  void OpenHeld(double deadline);
  void Turn(double deadline);
  bool IsDone() const { return totals_.finished >= options_.requests; }
  void Print(double seconds, bool is_final);

  static inline char buffer_[128 << 10];

  const Options options_;
  int epoll_ = -1;
  std::deque<Connection> connections_;
  // Connections without a request in flight, by the time they may send.
  using Waiting = std::pair<double, Connection*>;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  double next_slot_ = 0;
  bool is_stopping_ = false;
  std::string fixed_request_;
  uint64_t random_ = 88172645463325252;
  Totals totals_;
  double started_ = 0;
  double next_report_ = 0;
};

std::string Load::Expand(const std::string& pattern) {
  size_t at = pattern.find('%');
  if (at == std::string::npos || options_.routes == 0) return pattern;
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return pattern.substr(0, at) + std::to_string(random_ % options_.routes) + pattern.substr(at + 1);
}

void Load::BuildRequest(std::string& request) {
  if (!fixed_request_.empty()) {
    request = fixed_request_;
    return;
  }
  request = options_.post > 0 ? "POST " : "GET ";
  request += Expand(options_.path) + " HTTP/1.1\r\nhost: " + Expand(options_.host) +
             "\r\nuser-agent: load\r\naccept: */*\r\n" + options_.headers;
  if (options_.close) request += "connection: close\r\n";
  if (options_.post > 0) request += "content-length: " + std::to_string(options_.post) + "\r\n";
  request += "\r\n";
  request.append(options_.post, 'x');
}

void Load::Schedule(Connection& connection, double not_before) {
  if (options_.rate > 0) {
    next_slot_ = std::max(next_slot_, not_before) + 1 / options_.rate;
    not_before = next_slot_;
  }
  connection.waits = true;
  waiting_.emplace(not_before, &connection);
}

void Load::ReleaseDue(double now) {
  while (!waiting_.empty() && waiting_.top().first <= now) {
    Connection& connection = *waiting_.top().second;
    waiting_.pop();
    connection.waits = false;
    Issue(connection);
  }
}

void Load::Issue(Connection& connection) {
  if (is_stopping_ || totals_.issued >= options_.requests) return;
  totals_.issued++;
  BuildRequest(connection.request);
  connection.sent = 0;
  connection.reader.Start();
  connection.sent_at = Now();
  if (connection.fd < 0) return Open(connection);
  connection.is_reused = true;
  connection.phase = Phase::kSending;
  Send(connection);
}

void Load::Open(Connection& connection) {
  connection.fd = StartConnect(options_.port);
  connection.phase = Phase::kConnecting;
  connection.is_reused = false;
  totals_.connects++;
  Watch(epoll_, connection.fd, &connection);
}

void Load::Close(Connection& connection) {
  close(connection.fd);
  connection.fd = -1;
  connection.phase = Phase::kClosed;
}

void Load::OnEvent(Connection& connection, uint32_t events) {
  if (connection.phase == Phase::kConnecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Fail(connection, std::string("connect: ") + std::strerror(error));
    connection.phase = Phase::kSending;
  }
  if (connection.phase == Phase::kSending && (events & EPOLLOUT) != 0) Send(connection);
  if (connection.fd >= 0 && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    Receive(connection, (events & EPOLLRDHUP) != 0);
  }
}

void Load::Send(Connection& connection) {
  while (connection.sent < connection.request.size()) {
    ssize_t sent = send(connection.fd, connection.request.data() + connection.sent,
                        connection.request.size() - connection.sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) {
      if (connection.is_reused) totals_.closed_by_peer++;
      return Fail(connection, "connection closed before the request was written");
    }
    connection.sent += static_cast<size_t>(sent);
  }
  connection.phase = Phase::kReading;
}

void Load::Receive(Connection& connection, bool to_end) {
  while (connection.fd >= 0) {
    ssize_t got = recv(connection.fd, buffer_, sizeof buffer_, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return OnClosedByPeer(connection);
    if (connection.phase == Phase::kAwaitingClose) continue;
    if (connection.phase == Phase::kIdle) return Fail(connection, "bytes without a request");
    connection.reader.Feed({buffer_, static_cast<size_t>(got)});
    if (connection.reader.state() == ReadState::kBroken) {
      return Fail(connection, "not one HTTP response");
    }
    if (connection.reader.state() == ReadState::kComplete) Complete(connection);
    if (static_cast<size_t>(got) < sizeof buffer_ && !to_end) return;
  }
}

void Load::OnClosedByPeer(Connection& connection) {
  if (connection.phase == Phase::kAwaitingClose) {
    Close(connection);
    return Schedule(connection, 0);
  }
  if (connection.phase == Phase::kIdle) {  // its next request opens another
    totals_.closed_by_peer++;
    return Close(connection);
  }
  if (connection.phase == Phase::kReading && !connection.reader.is_empty()) {
    connection.reader.FeedEnd();
    if (connection.reader.state() == ReadState::kComplete) {
      Complete(connection);
      return OnClosedByPeer(connection);
    }
    return Fail(connection, "connection closed within a response");
  }
  if (connection.is_reused) totals_.closed_by_peer++;
  Fail(connection, connection.is_reused ? "kept connection closed" : "new connection closed");
}

void Load::Complete(Connection& connection) {
  const ResponseReader& reader = connection.reader;
  totals_.finished++;
  double micros = (Now() - connection.sent_at) * 1e6;
  totals_.latencies_us.push_back(static_cast<uint32_t>(std::min(micros, 4e9)));
  totals_.statuses[std::to_string(reader.status())]++;
  if (!options_.count_header.empty()) totals_.counted[reader.counted_value()]++;
  if (options_.expected.count(reader.status()) > 0) {
    totals_.ok++;
  } else {
    totals_.failures["status " + std::to_string(reader.status())]++;
  }
  if (options_.close || reader.closes()) {
    if (!options_.close) totals_.closed_by_peer++;
    connection.phase = Phase::kAwaitingClose;
    return;
  }
  connection.phase = Phase::kIdle;
  if (options_.hold) return;
  if (options_.rate > 0) return Schedule(connection, Now());
  Issue(connection);
}

void Load::Fail(Connection& connection, const std::string& why) {
  if (connection.phase != Phase::kIdle) totals_.finished++;
  totals_.failures[why]++;
  bool was_connecting = connection.phase == Phase::kConnecting;
  bool waits = connection.waits;
  Close(connection);
  if (!waits && !options_.hold)
    Schedule(connection, was_connecting ? Now() + kReconnectSeconds : 0);
}

void Load::Turn(double deadline) {
  double now = Now();
  double wake = std::min(deadline, now + 0.1);
  if (!waiting_.empty()) wake = std::min(wake, waiting_.top().first);
  int timeout_ms = wake <= now ? 0 : static_cast<int>((wake - now) * 1000) + 1;
  epoll_event events[512];
  int count = epoll_wait(epoll_, events, 512, timeout_ms);
  for (int i = 0; i < count; i++) {
    auto& connection = *static_cast<Connection*>(events[i].data.ptr);
    if (connection.fd >= 0) OnEvent(connection, events[i].events);
  }
  ReleaseDue(Now());
}

void Load::OpenHeld(double deadline) {
  int64_t total = options_.connections;
  while (totals_.finished < total && Now() < deadline) {
    while (totals_.issued < total && totals_.issued - totals_.finished < kHoldWindow) {
      Issue(connections_[static_cast<size_t>(totals_.issued)]);
    }
    Turn(deadline);
  }
  std::printf("{\"ready\":true}\n");
  std::fflush(stdout);
  pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
  poll(&input, 1, static_cast<int>(std::max(0.0, deadline - Now()) * 1000));
}

int Load::Run() {
  std::signal(SIGPIPE, SIG_IGN);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  bool is_varied = (options_.path + options_.host).find('%') != std::string::npos;
  if (!is_varied) BuildRequest(fixed_request_);
  for (int i = 0; i < options_.connections; i++) connections_.emplace_back(options_.count_header);
  started_ = Now();
  double deadline = started_ + options_.seconds;
  next_report_ = started_ + options_.report_every;
  if (options_.hold) {
    OpenHeld(deadline);
  } else {
    for (Connection& connection : connections_) Schedule(connection, started_);
    ReleaseDue(started_);
    while (!IsDone() && Now() < deadline) {
      Turn(deadline);
      if (options_.report_every > 0 && Now() >= next_report_) {
        next_report_ += options_.report_every;
        Print(Now() - started_, false);
      }
    }
  }
  double seconds = Now() - started_;
  is_stopping_ = true;  // what is in flight may still end well; nothing new starts
  while (totals_.finished < totals_.issued && Now() < deadline + 5) Turn(deadline + 5);
  Print(seconds, true);
  return 0;
}

std::string JsonCounts(const std::map<std::string, int64_t>& counts) {
  std::string out = "{";
  for (const auto& [name, count] : counts) {
    if (out.size() > 1) out += ",";
    out += "\"";
    for (char c : name) {
      if (c == '"' || c == '\\') out += '\\';
      out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
    out += "\":" + std::to_string(count);
  }
  return out + "}";
}

void Load::Print(double seconds, bool is_final) {
  int64_t failed = 0;
  for (const auto& [why, count] : totals_.failures) failed += count;
  std::string line = "{\"seconds\":" + std::to_string(seconds);
  auto add = [&line](const char* name, const std::string& value) {
    line += std::string(",\"") + name + "\":" + value;
  };
  add("requests", std::to_string(totals_.finished));
  add("ok", std::to_string(totals_.ok));
  add("failed", std::to_string(failed));
  add("unfinished", std::to_string(totals_.issued - totals_.finished));
  add("connects", std::to_string(totals_.connects));
  add("closed_by_peer", std::to_string(totals_.closed_by_peer));
  add("statuses", JsonCounts(totals_.statuses));
  add("counted", JsonCounts(totals_.counted));
  add("failures", JsonCounts(totals_.failures));
  if (is_final) {
    std::vector<uint32_t>& all = totals_.latencies_us;
    std::sort(all.begin(), all.end());
    auto quantile = [&all](double q) {
      if (all.empty()) return std::string("0");
      size_t at = static_cast<size_t>(q * static_cast<double>(all.size()));
      return std::to_string(all[std::min(at, all.size() - 1)]);
    };
    add("rps", std::to_string(static_cast<double>(totals_.finished) / std::max(seconds, 1e-9)));
    add("p50_us", quantile(0.5));
    add("p99_us", quantile(0.99));
    add("p999_us", quantile(0.999));
    add("max_us", quantile(1));
    add("final", "true");
  }
  std::printf("%s}\n", line.c_str());
  std::fflush(stdout);
}

std::set<int> ParseStatuses(const char* text) {
  std::set<int> out;
  for (char* at = const_cast<char*>(text); *at != 0;) {
    out.insert(static_cast<int>(std::strtol(at, &at, 10)));
    if (*at == 0) break;
    at++;
  }
  return out;
}

// False on a flag that is not known or lacks its value.
bool ParseOptions(int argc, char** argv, Options& o) {
  using Setter = std::function<void(const char*)>;
  const std::map<std::string_view, Setter> with_value = {
      {"--port", [&](const char* v) { o.port = static_cast<uint16_t>(std::atoi(v)); }},
      {"--connections", [&](const char* v) { o.connections = std::atoi(v); }},
      {"--requests", [&](const char* v) { o.requests = std::atoll(v); }},
      {"--seconds", [&](const char* v) { o.seconds = std::atof(v); }},
      {"--rate", [&](const char* v) { o.rate = std::atof(v); }},
      {"--host", [&](const char* v) { o.host = v; }},
      {"--path", [&](const char* v) { o.path = v; }},
      {"--routes", [&](const char* v) { o.routes = std::strtoull(v, nullptr, 10); }},
      {"--header", [&](const char* v) { o.headers += std::string(v) + "\r\n"; }},
      {"--post", [&](const char* v) { o.post = std::strtoull(v, nullptr, 10); }},
      {"--expect", [&](const char* v) { o.expected = ParseStatuses(v); }},
      {"--count-header", [&](const char* v) { o.count_header = v; }},
      {"--report-every", [&](const char* v) { o.report_every = std::atof(v); }},
  };
  for (int i = 1; i < argc; i++) {
    std::string_view flag = argv[i];
    auto found = with_value.find(flag);
    if (found != with_value.end() && i + 1 < argc) {
      found->second(argv[++i]);
    } else if (flag == "--close") {
      o.close = true;
    } else if (flag == "--hold") {
      o.hold = true;
    } else {
      return false;
    }
  }
  return o.port != 0 && o.connections > 0;
}

}  // namespace
}  // namespace fairlead::bench

int main(int argc, char** argv) {
  fairlead::bench::Options options;
  if (!fairlead::bench::ParseOptions(argc, argv, options)) {
    std::fputs(fairlead::bench::kHelp, stderr);
    return 2;
  }
  return fairlead::bench::Load(options).Run();
}
