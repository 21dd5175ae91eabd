#include "tests/sim/upstream.h"

#include <chrono>
#include <utility>

#include "dataplane/base/strings.h"
#include "dataplane/event/combinators.h"
#include "dataplane/event/sim/sim_socket.h"

namespace fairlead::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

enum class SimUpstream::Fault : uint8_t {
  kDiesBeforeResponse,
  kDiesWithinHead,
  kDiesWithinBody,
  kResetsWithinBody,
  kStalls,
  kStallsWithinBody,
  kNonsense,
  kSaysTooMuch,
  kAnswersEarly,
  kAnswersEarlyAndCloses,
  kClosesUnannounced,
  kManyInterims,
  kCount,
};

SimUpstream::SimUpstream(Stage& stage, int cluster, int index, int number)
    : stage_(stage),
      cluster_(cluster),
      index_(index),
      number_(number),
      loop_(stage.network.MakeLoop(StrCat("upstream-", number), address())) {
  Listen();
}

SimUpstream::~SimUpstream() { nursery_.CancelAll(); }

void SimUpstream::Listen() {
  if (listener_ == nullptr) listener_ = *loop_->Listen(address(), {}, *this);
}

void SimUpstream::OnAccept(std::unique_ptr<event::Socket> socket) {
  nursery_.Spawn(Serve(*this, std::move(socket)));
}

event::Task<void> SimUpstream::Serve(SimUpstream& self, std::unique_ptr<event::Socket> socket) {
  TextConnection connection(*self.loop_, std::move(socket));
  Stage& stage = self.stage_;
  for (bool is_first = true;; is_first = false) {
    if (!is_first && stage.scenario.upstreams_close_idle && stage.Chance(500)) {
      connection.SetPatience(milliseconds(20 + stage.random().Below(400)), [] { return false; });
    }
    Head head;
    if (!co_await connection.ReadHead(head)) {
      const bool is_broken_off = !connection.unread().empty() && stage.scenario.is_calm;
      if (is_broken_off && !connection.is_out_of_patience()) {
        stage.ledger.Fail(StrCat("upstream ", self.number_, ": a request's head broke off"));
      }
      co_return;
    }
    connection.SetPatience({}, nullptr);
    if (!co_await self.Answer(connection, head)) co_return;
  }
}

void SimUpstream::CheckRequest(const Head& head, const RequestRecord& request) {
  const std::string expected =
      StrCat(request.method, " /p", request.cluster_prefix, "/", request.token, " HTTP/1.1");
  if (head.start != expected) {
    stage_.ledger.Fail(
        StrCat("upstream ", number_, " got '", head.start, "', not '", expected, "'"));
  }
}

event::Task<bool> SimUpstream::Answer(TextConnection& connection, const Head& head) {
  const uint64_t token = head.Number("x-token");
  stage_.ledger.UpstreamGotHead(number_, token);
  const RequestRecord* request = stage_.ledger.Find(token);
  if (request == nullptr) co_return false;
  CheckRequest(head, *request);
  if (stage_.Chance(stage_.scenario.upstream_faults)) {
    co_return co_await Misbehave(connection, head, *request);
  }
  if (!co_await TakeBody(connection, head, *request)) co_return false;
  if (stage_.Chance(100)) {
    co_await event::Sleep(loop_->timers(), milliseconds(stage_.random().Below(100)));
  }
  const bool goes_on = co_await Respond(connection, *request);
  co_return goes_on&& head.Get("connection") != "close";
}

event::Task<bool> SimUpstream::TakeBody(TextConnection& connection, const Head& head,
                                        const RequestRecord& request) {
  size_t size = 0;
  const BodyEnd end = co_await connection.ReadBody(
      BodyFraming::Of(head, BodyFraming::Kind::kNone), [&](std::string_view bytes) {
        if (!IsBodyAt(request.token, false, size, bytes)) {
          stage_.ledger.Fail(StrCat("request ", request.token, ": wrong bytes in its body"));
        }
        size += bytes.size();
      });
  if (end == BodyEnd::kWhole && size != request.body_size) {
    stage_.ledger.Fail(StrCat("request ", request.token, ": its body has ", size, " bytes of ",
                              request.body_size));
  }
  if (end == BodyEnd::kMalformed || (end == BodyEnd::kBrokenOff && stage_.scenario.is_calm)) {
    stage_.ledger.Fail(StrCat("request ", request.token, ": its body is malformed or broke off"));
  }
  co_return end == BodyEnd::kWhole;
}

std::string SimUpstream::ResponseHead(const RequestRecord& request,
                                      std::string_view framing) const {
  return StrCat("HTTP/1.1 200 OK\r\nx-token: ", request.token, "\r\nx-upstream: ", number_,
                "\r\nx-upstream-cluster: c", cluster_, "\r\n", framing, "\r\n");
}

event::Task<bool> SimUpstream::Respond(TextConnection& connection, const RequestRecord& request) {
  std::string body = Body(request.token, true, request.wanted);
  const bool is_head = request.method == "HEAD";
  if (stage_.Chance(100)) {
    if (!co_await connection.Write("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n")) co_return false;
  }
  std::string bytes;
  bool goes_on = true;
  switch (stage_.random().Below(8)) {
    case 0:
    case 1:
      bytes = ResponseHead(request, "Transfer-Encoding: chunked\r\n");
      body = Chunked(body, request.token);
      break;
    case 2:
      bytes = ResponseHead(request, "Connection: close\r\n");
      goes_on = false;
      break;
    case 3:
      bytes = ResponseHead(request,
                           StrCat("Content-Length: ", body.size(), "\r\nConnection: close\r\n"));
      goes_on = false;
      break;
    default:
      bytes = ResponseHead(request, StrCat("Content-Length: ", body.size(), "\r\n"));
  }
  if (is_head) body.clear();
  if (stage_.Chance(100)) {
    if (!co_await connection.Write(std::move(bytes))) co_return false;
    bytes.clear();
    co_await event::Sleep(loop_->timers(), milliseconds(stage_.random().Below(50)));
  }
  bytes += body;
  co_return co_await connection.Write(std::move(bytes)) && goes_on;
}

event::Task<bool> SimUpstream::Misbehave(TextConnection& connection, const Head& head,
                                         const RequestRecord& request) {
  const auto fault =
      static_cast<Fault>(stage_.random().Below(static_cast<uint64_t>(Fault::kCount)));
  const std::string length = StrCat("Content-Length: ", request.wanted, "\r\n");
  const std::string body =
      request.method == "HEAD" ? "" : Body(request.token, true, request.wanted);
  const std::string response = ResponseHead(request, length) + body;
  const bool is_early = fault == Fault::kAnswersEarly || fault == Fault::kAnswersEarlyAndCloses;
  const bool takes_body = !request.has_body() || (!is_early && !stage_.Chance(300));
  if (takes_body && !co_await TakeBody(connection, head, request)) co_return false;
  switch (fault) {
    case Fault::kDiesBeforeResponse:
      co_return false;
    case Fault::kDiesWithinHead:
      co_await connection.Write(response.substr(0, stage_.random().Below(20)));
      co_return false;
    case Fault::kResetsWithinBody:
      static_cast<event::sim::SimSocket&>(connection.socket()).AbortOnClose();
      [[fallthrough]];
    case Fault::kDiesWithinBody:
      co_await connection.Write(
          response.substr(0, response.size() - stage_.random().Below(body.size() + 1)));
      co_return false;
    case Fault::kStallsWithinBody:
      co_await connection.Write(response.substr(0, response.size() - body.size() / 2));
      [[fallthrough]];
    case Fault::kStalls:
      // Longer than clients have patience.
      co_await event::Sleep(loop_->timers(), seconds(200));
      co_return false;
    case Fault::kNonsense:
      co_await connection.Write("I am not a web server\r\n\r\n");
      co_return false;
    case Fault::kSaysTooMuch:
      co_await connection.Write(StrCat(response, "and another thing\r\n\r\n"));
      co_return takes_body;
    case Fault::kAnswersEarly:
      if (!co_await connection.Write(response)) co_return false;
      co_return takes_body || co_await TakeBody(connection, head, request);
    case Fault::kAnswersEarlyAndCloses:
    case Fault::kClosesUnannounced:
      co_await connection.Write(response);
      co_return false;
    default:
      break;
  }
  for (uint64_t i = stage_.random().Below(60); i > 0; --i) {
    if (!co_await connection.Write("HTTP/1.1 103 Early Hints\r\n\r\n")) co_return false;
  }
  co_return co_await connection.Write(response) && takes_body;
}

}  // namespace fairlead::sim
