#ifndef FAIRLEAD_TESTS_SIM_LEDGER_H_
#define FAIRLEAD_TESTS_SIM_LEDGER_H_

// The referee: knows every request by its token, is told what clients, upstreams and the access log
// see of it, and writes down what must not be.
//
//     a request is answered at most once, and logged once if it is answered
//     a request that is not idempotent reaches upstreams at most once
//     a request's bytes and a response's bytes are functions of the token, to the last byte
//     a request sent when all workers had a configuration is served by that or a later one
//     a request that timed out has had its route's time, and not much more
//     an upstream that all workers had forgotten when a request was sent does not get it
//
// Thread: one.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/strings.h"
#include "dataplane/event/time_source.h"

namespace fairlead::sim {

struct RequestRecord {
  uint64_t token = 0;
  std::string method = "GET";
  // The request's body, and the response's that the client asks for.
  size_t body_size = 0;
  size_t wanted = 0;
  bool is_chunked = false;
  bool is_http10 = false;
  bool expects_continue = false;
  bool asks_to_close = false;
  int cluster_prefix = 0;

  event::MonotonicTime sent_at{};
  uint64_t version_floor = 0;
  int executions = 0;
  int log_lines = 0;
  int logged_status = 0;
  int status = 0;

  bool is_idempotent() const { return method != "POST" && method != "PATCH"; }
  bool has_body() const { return body_size > 0 || is_chunked; }
};

class Ledger {
 public:
  explicit Ledger(const event::TimeSource& time) : time_(time) {}

  RequestRecord& NewRequest();
  // Null: no such request.
  RequestRecord* Find(uint64_t token);

  void Fail(std::string what);
  const std::vector<std::string>& failures() const { return failures_; }

  // --- What is seen. ---
  void RequestIsSent(RequestRecord& request);
  // An upstream has read a request's head.
  void UpstreamGotHead(int upstream, uint64_t token);
  void ClientGotResponse(RequestRecord& request, int status);
  void Logged(uint64_t token, int status);
  // A request whose head did not come in full.
  void LoggedWithoutHead() { ++logged_without_head_; }
  // A worker has this version of the routes from now on.
  void VersionIsLive(int worker, uint64_t version);
  void VersionIsRefused(uint64_t version) { refused_[version] = true; }
  void ClientSawVersion(const RequestRecord& request, uint64_t version);
  // A worker has, or no longer has, the upstream among its endpoints.
  void UpstreamIsKnown(int worker, int upstream, bool is_known);
  // A request of a calm scenario failed as it may when it crosses the end of an idle connection.
  void NoteUnexplained(uint64_t token) { unexplained_.push_back(token); }
  // When all is over. `crossings`: writes that crossed the end of their connection.
  void CheckEnd(uint64_t crossings);

  uint64_t answered() const { return answered_; }
  uint64_t answered_by_upstreams = 0;
  uint64_t requests() const { return next_token_ - kFirstToken; }

 private:
  static constexpr uint64_t kFirstToken = 1000;

  const event::TimeSource& time_;
  std::map<uint64_t, RequestRecord> requests_;
  uint64_t next_token_ = kFirstToken;
  std::vector<std::string> failures_;
  std::map<int, uint64_t> live_versions_;
  std::map<uint64_t, bool> refused_;
  struct Known {
    std::map<int, bool> by_worker;
    event::MonotonicTime gone_since = event::MonotonicTime::max();
  };
  std::map<int, Known> known_;
  uint64_t answered_ = 0;
  uint64_t logged_without_head_ = 0;
  std::vector<uint64_t> unexplained_;
};

// Byte `at` of the body of a request (or of its response) with this token.
inline char BodyByte(uint64_t token, bool is_response, size_t at) {
  const uint64_t n = token * 31 + at * 7 + (at >> 6) * 5 + (is_response ? 13 : 0);
  return static_cast<char>('a' + n % 26);
}
std::string Body(uint64_t token, bool is_response, size_t size);
// Whether `bytes` are the body's from `at` on.
bool IsBodyAt(uint64_t token, bool is_response, size_t at, std::string_view bytes);

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_LEDGER_H_
