#include "tests/sim/ledger.h"

#include <algorithm>
#include <utility>

namespace fairlead::sim {
namespace {

constexpr size_t kFailuresMax = 20;

}  // namespace

RequestRecord& Ledger::NewRequest() {
  RequestRecord& request = requests_[next_token_];
  request.token = next_token_++;
  return request;
}

RequestRecord* Ledger::Find(uint64_t token) {
  const auto found = requests_.find(token);
  return found == requests_.end() ? nullptr : &found->second;
}

void Ledger::Fail(std::string what) {
  if (failures_.size() >= kFailuresMax) return;
  failures_.push_back(
      StrCat("at ", time_.Monotonic().time_since_epoch().count() / 1000, " us: ", what));
}

void Ledger::RequestIsSent(RequestRecord& request) {
  request.sent_at = time_.Monotonic();
  request.version_floor = UINT64_MAX;
  for (const auto& [worker, version] : live_versions_) {
    request.version_floor = std::min(request.version_floor, version);
  }
  if (live_versions_.empty()) request.version_floor = 0;
}

void Ledger::UpstreamGotHead(int upstream, uint64_t token) {
  RequestRecord* request = Find(token);
  if (request == nullptr) {
    return Fail(StrCat("upstream ", upstream, " got a request that nobody sent: ", token));
  }
  if (++request->executions > 1 && !request->is_idempotent()) {
    Fail(StrCat(request->method, " ", token, " reached upstreams ", request->executions, " times"));
  }
  const Known& known = known_[upstream];
  if (request->sent_at > known.gone_since) {
    Fail(StrCat("request ", token, " reached upstream ", upstream,
                ", which every worker had been told to forget"));
  }
}

void Ledger::ClientGotResponse(RequestRecord& request, int status) {
  ++answered_;
  if (request.status != 0) Fail(StrCat("request ", request.token, " was answered twice"));
  request.status = status;
}

void Ledger::Logged(uint64_t token, int status) {
  RequestRecord* request = Find(token);
  if (request == nullptr) return Fail(StrCat("a request nobody sent was logged: ", token));
  ++request->log_lines;
  request->logged_status = status;
}

void Ledger::VersionIsLive(int worker, uint64_t version) {
  uint64_t& live = live_versions_[worker];
  if (version < live) {
    Fail(StrCat("worker ", worker, " went back from version ", live, " to ", version));
  }
  live = version;
}

void Ledger::ClientSawVersion(const RequestRecord& request, uint64_t version) {
  if (version < request.version_floor) {
    Fail(StrCat("request ", request.token, " was served by version ", version,
                " though every worker had version ", request.version_floor));
  }
  if (refused_.count(version) > 0) {
    Fail(StrCat("request ", request.token, " was served by the refused version ", version));
  }
}

void Ledger::UpstreamIsKnown(int worker, int upstream, bool is_known) {
  Known& known = known_[upstream];
  known.by_worker[worker] = is_known;
  const bool is_anywhere = std::any_of(known.by_worker.begin(), known.by_worker.end(),
                                       [](const auto& entry) { return entry.second; });
  if (is_anywhere) {
    known.gone_since = event::MonotonicTime::max();
  } else if (known.gone_since == event::MonotonicTime::max()) {
    known.gone_since = time_.Monotonic();
  }
}

void Ledger::CheckEnd(uint64_t crossings) {
  if (unexplained_.size() > crossings) {
    Fail(StrCat("request ", unexplained_.front(), " failed on a dead connection that was reused"));
  }
  for (const auto& [token, request] : requests_) {
    if (request.log_lines > 1) {
      Fail(StrCat("request ", token, " was logged ", request.log_lines, " times"));
    }
    if (request.status == 0) continue;
    // The log does not know whose head it was that did not come in full.
    const bool may_lack_head = request.status == 408 && logged_without_head_ > 0;
    if (request.log_lines == 0 && may_lack_head) {
      --logged_without_head_;
      continue;
    }
    if (request.log_lines != 1) Fail(StrCat("request ", token, " was answered and not logged"));
    if (request.log_lines == 1 && request.logged_status != request.status) {
      Fail(StrCat("request ", token, " was answered ", request.status, " and logged ",
                  request.logged_status));
    }
  }
}

std::string Body(uint64_t token, bool is_response, size_t size) {
  std::string body(size, '\0');
  for (size_t at = 0; at < size; ++at) body[at] = BodyByte(token, is_response, at);
  return body;
}

bool IsBodyAt(uint64_t token, bool is_response, size_t at, std::string_view bytes) {
  for (const char byte : bytes) {
    if (byte != BodyByte(token, is_response, at++)) return false;
  }
  return true;
}

}  // namespace fairlead::sim
