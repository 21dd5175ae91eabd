#include "dataplane/http/compile_local_reply.h"

#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/route/compile_edits.h"
#include "dataplane/route/header_condition.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead::http {
namespace {

using envoy::config::core::v3::SubstitutionFormatString;
using envoy::extensions::filters::network::http_connection_manager::v3::LocalReplyConfig;
using envoy::extensions::filters::network::http_connection_manager::v3::ResponseMapper;

absl::StatusOr<BodyFormat> CompileBodyFormat(const SubstitutionFormatString& proto) {
  BodyFormat format;
  FL_ASSIGN_OR_RETURN(format.format, observe::CompileLogFormat(proto));
  format.content_type = !proto.content_type().empty() ? proto.content_type()
                        : proto.has_json_format()     ? "application/json"
                                                      : "text/plain";
  return format;
}

absl::StatusOr<LocalReplyMapper> CompileMapper(const ResponseMapper& proto) {
  LocalReplyMapper mapper;
  auto filter =
      observe::CompileLogFilter(proto.filter(), {.compile_header = &route::CompileHeaderCondition});
  if (!filter.ok()) return Annotate(filter.status(), "filter");
  mapper.filter = *std::move(filter);
  if (proto.has_status_code()) {
    mapper.status = static_cast<uint16_t>(proto.status_code().value());
  }
  if (proto.has_body()) {
    auto body = observe::ReadText(proto.body());
    if (!body.ok()) return Annotate(body.status(), "body");
    mapper.body = *std::move(body);
  }
  FL_ASSIGN_OR_RETURN(mapper.edits, route::CompileEdits(proto.headers_to_add(), {}, "headers"));
  if (proto.has_body_format_override()) {
    auto format = CompileBodyFormat(proto.body_format_override());
    if (!format.ok()) return Annotate(format.status(), "body_format_override");
    mapper.format = *std::move(format);
  }
  return mapper;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LocalReplies>> CompileLocalReplies(
    const LocalReplyConfig& proto) {
  auto replies = std::make_shared<LocalReplies>();
  for (int i = 0; i < proto.mappers_size(); ++i) {
    auto mapper = CompileMapper(proto.mappers(i));
    if (!mapper.ok()) return Annotate(mapper.status(), StrCat("mappers[", i, "]"));
    replies->mappers.push_back(*std::move(mapper));
  }
  if (proto.has_body_format()) {
    auto format = CompileBodyFormat(proto.body_format());
    if (!format.ok()) return Annotate(format.status(), "body_format");
    replies->format = *std::move(format);
  }
  return replies;
}

}  // namespace fairlead::http
