#include "dataplane/filters/stream.h"

namespace fairlead::filters {

void Stream::Reply(const LocalReply& reply) {
  response.Clear();
  response.status = reply.status;
  is_local_reply = true;
  info.response_flags |= reply.response_flag;
  info.response_code_details = reply.details;
  response.framing = {codec::Framing::Kind::kLength, reply.body.size()};
  response_body = nullptr;
  if (reply.body.empty()) return;
  response.headers.Add(codec::HeaderId::kContentType, "text/plain");
  local_body.Set(net::Slice::Copy(reply.body));
  response_body = &local_body;
}

void Stream::Clear() {
  request.Clear();
  request_body = nullptr;
  route = nullptr;
  response.Clear();
  response_body = nullptr;
  is_local_reply = false;
  local_body.Set(net::Slice());
  info = observe::StreamInfo();
}

}  // namespace fairlead::filters
