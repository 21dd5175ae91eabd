#include "tests/sim/client.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "dataplane/base/strings.h"
#include "dataplane/event/combinators.h"
#include "dataplane/event/sim/sim_socket.h"
#include "tests/sim/http_text.h"

namespace fairlead::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Longer than all timeouts of the proxy together.
constexpr seconds kPatience(60);
constexpr seconds kConnectPatience(10);
// A connection that is waited for, and what the weather adds; less than what a stream's silence is
// allowed beyond the shortest timeout, which would hide one that comes too late.
constexpr milliseconds kTimeoutSlack(1800);

struct Talk {
  Talk(Stage& stage, event::Loop& loop, std::unique_ptr<event::Socket> socket)
      : stage(stage), loop(loop), connection(loop, std::move(socket)) {}

  Stage& stage;
  event::Loop& loop;
  TextConnection connection;
  std::vector<RequestRecord*> requests;
  bool is_pipelined = false;
  bool ends_its_direction = false;
  bool stays_idle = false;
  int last_status = 0;
};

void DrawRequest(Stage& stage, RequestRecord& request) {
  event::Random& random = stage.random();
  static constexpr std::string_view kMethods[] = {"GET", "GET",    "GET",  "POST", "POST",
                                                  "PUT", "DELETE", "HEAD", "PATCH"};
  request.method = kMethods[random.Below(std::size(kMethods))];
  const size_t most = stage.scenario.body_max;
  const auto size = [&] {
    return random.Below(3) == 0 ? random.Below(most + 1) : random.Below(most / 10 + 1);
  };
  if (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    // A POST without a body is what a proxy might take for one that may be sent again.
    if (!stage.Chance(200)) {
      request.body_size = size();
      request.is_chunked = stage.Chance(300);
    }
    request.expects_continue = request.has_body() && stage.Chance(100);
  }
  request.wanted = size();
  request.cluster_prefix = static_cast<int>(random.Below(3));
}

void DrawTalk(Talk& talk) {
  Stage& stage = talk.stage;
  const uint64_t count =
      1 + stage.random().Below(static_cast<uint64_t>(stage.scenario.requests_max));
  for (uint64_t i = 0; i < count; ++i) {
    talk.requests.push_back(&stage.ledger.NewRequest());
    DrawRequest(stage, *talk.requests.back());
  }
  RequestRecord& last = *talk.requests.back();
  last.asks_to_close = stage.Chance(200);
  last.is_http10 = !last.is_chunked && !last.expects_continue && stage.Chance(50);
  talk.is_pipelined = stage.Chance(200);
  // A proxy may take the end of a client's direction for its leaving; ours does not.
  talk.ends_its_direction = stage.Chance(100);
  talk.stays_idle = stage.Chance(200);
  if (stage.Chance(100)) {
    talk.connection.ReadSlowly(std::chrono::microseconds(stage.random().Below(2'000)));
  }
}

std::string HeadOf(const RequestRecord& request) {
  std::string head = StrCat(request.method, " /p", request.cluster_prefix, "/", request.token, " ",
                            request.is_http10 ? "HTTP/1.0" : "HTTP/1.1", "\r\nHost: test\r\n",
                            "x-token: ", request.token, "\r\nx-want: ", request.wanted, "\r\n");
  if (request.is_chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (request.has_body()) {
    StrAppend(&head, "Content-Length: ", request.body_size, "\r\n");
  }
  if (request.expects_continue) head += "Expect: 100-continue\r\n";
  if (request.asks_to_close) head += "Connection: close\r\n";
  return head + "\r\n";
}

event::Task<void> SendOne(Talk& talk, RequestRecord& request) {
  Stage& stage = talk.stage;
  std::string bytes = HeadOf(request);
  std::string body = Body(request.token, false, request.body_size);
  if (request.is_chunked) body = Chunked(body, request.token);
  stage.ledger.RequestIsSent(request);
  if (request.expects_continue || stage.Chance(100)) {
    // Cut somewhere, and the rest later.
    const size_t cut = request.expects_continue ? bytes.size() : stage.random().Below(bytes.size());
    bytes += body;
    if (!co_await talk.connection.Write(bytes.substr(0, cut))) co_return;
    co_await event::Sleep(talk.loop.timers(), milliseconds(stage.random().Below(50)));
    if (!co_await talk.connection.Write(bytes.substr(cut))) co_return;
  } else {
    bytes += body;
    if (!co_await talk.connection.Write(std::move(bytes))) co_return;
  }
  const bool is_last = &request == talk.requests.back();
  if (is_last && talk.ends_its_direction) talk.connection.socket().ShutdownWrite();
}

event::Task<void> SendAll(Talk& talk) {
  for (RequestRecord* request : talk.requests) co_await SendOne(talk, *request);
}

// The connection has ended and owes an answer.
void NoteEnd(Talk& talk, const RequestRecord& request, std::string_view when) {
  Ledger& ledger = talk.stage.ledger;
  if (talk.connection.is_out_of_patience()) {
    return ledger.Fail(StrCat("request ", request.token, " hangs ", when));
  }
  if (talk.stage.scenario.is_calm) {
    ledger.Fail(StrCat("request ", request.token, ": the connection ended ", when));
  }
}

// A request that is answered for its upstream has had the time that its route gives it; and not
// much more, when nothing but the upstream can have kept it.
void CheckTimeout(Talk& talk, const RequestRecord& request, const Head& head) {
  if (head.status() != 504 || head.Get("x-timeout").empty()) return;
  const auto limit = seconds(head.Number("x-timeout"));
  const auto took = talk.loop.now() - request.sent_at;
  if (took < limit) {
    talk.stage.ledger.Fail(StrCat("request ", request.token, " timed out after ",
                                  took / milliseconds(1), " ms of ", limit / milliseconds(1)));
  }
  const bool may_wait = talk.is_pipelined || request.has_body() || talk.stage.clock_jumps > 0;
  if (!may_wait && took > limit + kTimeoutSlack) {
    talk.stage.ledger.Fail(StrCat("request ", request.token, " timed out only after ",
                                  took / milliseconds(1), " ms, not ", limit / milliseconds(1)));
  }
}

void CheckHead(Talk& talk, const RequestRecord& request, const Head& head) {
  Ledger& ledger = talk.stage.ledger;
  const int status = head.status();
  talk.stage.network.Note("client", "is answered", request.token, status);
  const bool is_upstreams = !head.Get("x-upstream").empty();
  if (is_upstreams && head.Number("x-token") != request.token) {
    ledger.Fail(
        StrCat("request ", request.token, " got the response of request ", head.Get("x-token")));
  }
  if (!head.Get("x-version").empty()) ledger.ClientSawVersion(request, head.Number("x-version"));
  if (is_upstreams && head.Get("x-version").empty()) {
    ledger.Fail(StrCat("request ", request.token, ": the response has no version"));
  }
  if (is_upstreams && head.Get("x-cluster") != head.Get("x-upstream-cluster")) {
    ledger.Fail(StrCat("request ", request.token, " was for ", head.Get("x-cluster"),
                       " and reached ", head.Get("x-upstream-cluster")));
  }
  if (is_upstreams) ++ledger.answered_by_upstreams;
  CheckTimeout(talk, request, head);
  if (is_upstreams ? status != 200 : status != 408 && (status < 502 || status > 504)) {
    ledger.Fail(StrCat("request ", request.token, " got: ", head.start));
  }
  if (!talk.stage.scenario.is_calm || is_upstreams) return;
  // A request that must not be sent twice may cross the end of an idle connection.
  if (status == 503 && !(request.is_idempotent() && !request.has_body())) {
    return ledger.NoteUnexplained(request.token);
  }
  ledger.Fail(StrCat("request ", request.token, " got: ", head.start));
}

enum class Next : uint8_t {
  kAnother,  // the connection is good for another request
  kEnd,      // this was the last response, as the proxy has said
  kNothing,  // the connection broke off
};

event::Task<Next> ReadResponse(Talk& talk, RequestRecord& request) {
  Ledger& ledger = talk.stage.ledger;
  Head head;
  do {
    if (!co_await talk.connection.ReadHead(head)) {
      NoteEnd(talk, request, "before its response");
      co_return Next::kNothing;
    }
    if (head.status() == 100 && !request.expects_continue) {
      ledger.Fail(StrCat("request ", request.token, " was told to go on and had not asked"));
    }
  } while (head.status() < 200);
  CheckHead(talk, request, head);
  const bool is_upstreams = !head.Get("x-upstream").empty();
  BodyFraming framing;
  if (request.method != "HEAD") {
    framing = BodyFraming::Of(head, BodyFraming::Kind::kUntilEnd);
  }
  size_t size = 0;
  const BodyEnd end = co_await talk.connection.ReadBody(framing, [&](std::string_view bytes) {
    if (is_upstreams && !IsBodyAt(request.token, true, size, bytes)) {
      ledger.Fail(StrCat("request ", request.token, ": wrong bytes in the response's body"));
    }
    size += bytes.size();
  });
  if (end == BodyEnd::kMalformed) {
    ledger.Fail(StrCat("request ", request.token, ": the response's chunks are malformed"));
  }
  if (end != BodyEnd::kWhole) {
    NoteEnd(talk, request, "within its response");
    co_return Next::kNothing;
  }
  const size_t wanted = request.method == "HEAD" ? 0 : request.wanted;
  const bool may_be_short =
      framing.kind == BodyFraming::Kind::kUntilEnd && !talk.stage.scenario.is_calm;
  if (is_upstreams && size != wanted && !may_be_short) {
    ledger.Fail(
        StrCat("request ", request.token, ": the response has ", size, " bytes of ", wanted));
  }
  talk.last_status = head.status();
  ledger.ClientGotResponse(request, head.status());
  const bool is_last =
      head.Get("connection") == "close" || framing.kind == BodyFraming::Kind::kUntilEnd;
  co_return is_last ? Next::kEnd : Next::kAnother;
}

// Nothing may follow the last response.
event::Task<void> AwaitEnd(Talk& talk) {
  if (co_await talk.connection.ReadToEnd()) {
    if (talk.connection.is_out_of_patience()) {
      talk.stage.ledger.Fail("a connection that is over is not closed");
    }
    co_return;
  }
  // The proxy cannot know that a head that did not come in full asks for no body.
  if (talk.last_status == 408) co_return;
  talk.stage.ledger.Fail(
      StrCat("bytes after the last response: '", talk.connection.unread().substr(0, 60), "'"));
}

event::Task<void> Run(Talk& talk) {
  if (talk.is_pipelined) {
    event::Fork writer(SendAll(talk));
    for (RequestRecord* request : talk.requests) {
      const Next next = co_await ReadResponse(talk, *request);
      if (next == Next::kNothing) co_return;
      if (next == Next::kEnd) co_return co_await AwaitEnd(talk);
    }
    co_return;
  }
  for (RequestRecord* request : talk.requests) {
    event::Fork writer(SendOne(talk, *request));
    const Next next = co_await ReadResponse(talk, *request);
    if (next == Next::kNothing) co_return;
    if (next == Next::kEnd) co_return co_await AwaitEnd(talk);
    co_await writer.Join();
    if (talk.stage.Chance(200)) {
      co_await event::Sleep(talk.loop.timers(), milliseconds(talk.stage.random().Below(700)));
    }
  }
  if (talk.ends_its_direction || talk.stays_idle) co_await AwaitEnd(talk);
}

}  // namespace

event::Task<void> Converse(Stage& stage, event::Loop& loop) {
  co_await event::Sleep(loop.timers(), milliseconds(stage.random().Below(1500)));
  std::unique_ptr<event::Socket> socket = loop.Connect(ProxyAddress());
  const std::optional<int64_t> connected =
      co_await event::WithTimeout(loop.timers(), kConnectPatience, socket->Connected());
  if (connected != 0) {
    if (stage.scenario.is_calm) stage.ledger.Fail("a client could not connect");
    co_return;
  }
  Talk talk(stage, loop, std::move(socket));
  DrawTalk(talk);
  uint64_t jumps = stage.clock_jumps;
  talk.connection.SetPatience(kPatience, [&stage, &jumps] {
    return std::exchange(jumps, stage.clock_jumps) != stage.clock_jumps;
  });
  if (!stage.Chance(stage.scenario.client_faults)) co_return co_await Run(talk);
  const auto limit = milliseconds(stage.random().Below(300));
  if ((co_await event::WithTimeout(loop.timers(), limit, Run(talk))).has_value()) co_return;
  if (stage.Chance(500))
    static_cast<event::sim::SimSocket&>(talk.connection.socket()).AbortOnClose();
}

}  // namespace fairlead::sim
