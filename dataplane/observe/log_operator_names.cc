// The parameters of operators that are names: points in time, resources, header fields.

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/observe/log_operator_table.h"

namespace fairlead::observe {
namespace {

using codec::HeaderId;

// RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        kOthers.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace

LogOperator::TimePoint LogOperatorTable::FindTimePoint(std::string_view name) {
  struct Point {
    std::string_view name;
    LogOperator::TimePoint member;
  };
  static constexpr Point kPoints[] = {
      {"DS_RX_BEG", &StreamInfo::start},
      {"DS_RX_END", &StreamInfo::request_complete},
      {"US_CX_BEG", &StreamInfo::connect_begin},
      {"US_CX_END", &StreamInfo::connect_end},
      {"US_TX_BEG", &StreamInfo::upstream_send_begin},
      {"US_TX_END", &StreamInfo::upstream_send_end},
      {"US_RX_BEG", &StreamInfo::upstream_first_byte},
      {"US_RX_BODY_BEG", &StreamInfo::upstream_body_begin},
      {"US_RX_END", &StreamInfo::upstream_read_end},
      {"DS_TX_BEG", &StreamInfo::response_begin},
      {"DS_TX_END", &StreamInfo::response_complete},
  };
  for (const Point& point : kPoints) {
    if (point.name == name) return point.member;
  }
  return nullptr;
}

LogOperator::Resource LogOperatorTable::FindResource(std::string_view name) {
  using Resource = LogOperator::Resource;
  if (name == "ROUTE") return Resource::kRoute;
  if (name == "VIRTUAL_HOST") return Resource::kVirtualHost;
  if (name == "CLUSTER") return Resource::kCluster;
  if (name == "UPSTREAM_HOST") return Resource::kHost;
  if (name == "LISTENER") return Resource::kListener;
  if (name == "LISTENER_FILTER_CHAIN") return Resource::kFilterChain;
  return Resource::kNone;
}

absl::StatusOr<LogOperator::Field> LogOperatorTable::CompileField(std::string_view name) {
  using Source = LogOperator::Field::Source;
  struct Known {
    std::string_view name;
    Source source;
  };
  constexpr Known kKnown[] = {
      {":method", Source::kMethod},
      {":path", Source::kPath},
      {":authority", Source::kAuthority},
      {"host", Source::kAuthority},
      {":scheme", Source::kScheme},
      {":status", Source::kStatus},
      {"content-length", Source::kContentLength},
      {"transfer-encoding", Source::kTransferEncoding},
  };
  LogOperator::Field field;
  field.name = absl::AsciiStrToLower(ToAbsl(name));
  for (const Known& known : kKnown) {
    if (field.name != known.name) continue;
    field.source = known.source;
    return field;
  }
  if (!IsToken(field.name)) return InvalidArgument("'", name, "' is not a header name");
  field.id = codec::LookupHeaderId(field.name);
  return field;
}

}  // namespace fairlead::observe
