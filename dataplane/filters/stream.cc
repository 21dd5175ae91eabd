#include "dataplane/filters/stream.h"

#include "dataplane/route/header_edits.h"
#include "dataplane/route/weighted_choice.h"

namespace fairlead::filters {

void Stream::PickTarget() {
  if (route == nullptr) return;
  const auto* forward = std::get_if<route::Forward>(&route->action);
  if (forward == nullptr) return;
  const bool is_one = forward->clusters.size() == 1;
  target = &route::PickCluster(
      *forward, is_one ? 0 : route::WeightNumber(*forward, request, loop.random().Next()));
}

void Stream::Reply(const LocalReply& reply) {
  response.Clear();
  response.status = reply.status;
  is_local_reply = true;
  info.response_flags |= reply.response_flag;
  info.response_code_details = reply.details;
  if (route != nullptr && std::holds_alternative<route::Forward>(route->action)) {
    ApplyResponseEdits();
  }
  SetLocalBody(reply.body, "text/plain");
}

void Stream::SetLocalBody(std::string_view body, std::string_view content_type) {
  // Without a buffer for it the answer is one without a body.
  local_reply = body.empty() ? net::Slice() : net::Slice::Copy(body);
  response.framing = {codec::Framing::Kind::kLength, local_reply.size()};
  if (local_reply.empty()) {
    local_body.Set(net::Slice());
    response_body = nullptr;
    response.headers.Remove(codec::HeaderId::kContentType);
    return;
  }
  local_body.Set(local_reply);
  response_body = &local_body;
  response.headers.Set(codec::HeaderId::kContentType, content_type);
}

void Stream::ApplyResponseEdits() {
  if (target != nullptr && !target->response_edits.empty()) {
    route::ApplyEdits(target->response_edits, log_entry(), response.headers);
  }
  if (!route->response_edits.empty()) {
    route::ApplyEdits(route->response_edits, log_entry(), response.headers);
  }
}

void Stream::SetDeadline(event::MonotonicTime deadline, event::Alarm alarm) {
  if (deadline < end) return watchdog->SetDeadline(deadline, alarm);
  watchdog->SetDeadline(end, event::Alarm::kStreamEnd);
}

void Stream::ClearDeadline() {
  if (end == event::MonotonicTime::max()) return watchdog->ClearDeadline();
  watchdog->SetDeadline(end, event::Alarm::kStreamEnd);
}

void Stream::Clear() {
  end = event::MonotonicTime::max();
  request.Clear();
  request_body = nullptr;
  route = nullptr;
  target = nullptr;
  calls = {};
  response.Clear();
  response_body = nullptr;
  is_local_reply = false;
  local_body.Set(net::Slice());
  local_reply = net::Slice();
  made_body.reset();
  info = observe::StreamInfo();
}

}  // namespace fairlead::filters
