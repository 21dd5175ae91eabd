#include "dataplane/http/local_reply.h"

#include <variant>

#include "dataplane/route/header_edits.h"

namespace fairlead::http {
namespace {

using codec::HeaderId;
using filters::Stream;

const LocalReplyMapper* FindMapper(const LocalReplies& replies, const Stream& stream) {
  const observe::LogEntry entry = stream.log_entry();
  for (const LocalReplyMapper& mapper : replies.mappers) {
    if (mapper.filter->Holds(entry)) return &mapper;
  }
  return nullptr;
}

void WriteBody(const BodyFormat& format, Stream& stream) {
  std::string body;
  if (const auto* text = std::get_if<observe::LogFormat>(&format.format)) {
    text->AppendPlain(stream.log_entry(), body);
  } else {
    std::get<observe::JsonFormat>(format.format).Append(stream.log_entry(), body);
  }
  stream.SetLocalBody(body, format.content_type);
}

}  // namespace

void MapLocalReply(const LocalReplies& replies, Stream& stream) {
  // Conditions and formats look at the status.
  stream.info.response_code = stream.response.status;
  const LocalReplyMapper* mapper = FindMapper(replies, stream);
  if (mapper != nullptr) {
    if (mapper->edits != nullptr) {
      route::ApplyEdits(*mapper->edits, stream.log_entry(), stream.response.headers);
    }
    if (mapper->status != 0) {
      stream.response.status = mapper->status;
      stream.info.response_code = mapper->status;
    }
    if (mapper->body.has_value()) stream.SetLocalBody(*mapper->body, "text/plain");
  }
  stream.info.local_reply_body = stream.local_reply.view();
  if (mapper != nullptr && mapper->format.has_value()) {
    WriteBody(*mapper->format, stream);
  } else if (replies.format.has_value()) {
    WriteBody(*replies.format, stream);
  }
}

}  // namespace fairlead::http
