#include "dataplane/observe/log_operator.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/event/loop.h"
#include "dataplane/event/socket.h"
#include "dataplane/observe/response_flags.h"

namespace fairlead::observe {
namespace {

using codec::Framing;
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

LogValue TextUnlessEmpty(std::string_view text) {
  return text.empty() ? LogValue() : LogValue(text);
}

std::string_view WriteNumber(uint64_t number, LogScratch& scratch) {
  const auto [end, error] = std::to_chars(scratch.data(), scratch.data() + scratch.size(), number);
  return {scratch.data(), static_cast<size_t>(end - scratch.data())};
}

LogValue ContentLength(const Framing& framing, LogScratch& scratch) {
  if (framing.kind != Framing::Kind::kLength) return {};
  return WriteNumber(framing.length, scratch);
}

LogValue TransferEncoding(const Framing& framing) {
  if (framing.kind != Framing::Kind::kChunked) return {};
  return std::string_view("chunked");
}

LogValue FromHeaders(const codec::HeaderMap& headers, HeaderId id, std::string_view name) {
  const std::string_view value = id != HeaderId::kOther ? headers.Get(id) : headers.Get(name);
  return value.data() == nullptr ? LogValue() : LogValue(value);
}

// "10.0.0.7:80", "[2001:db8::1]:80", or without the port: as net::Address, but into the scratch.
LogValue AddressText(const net::Address& address, bool has_port, LogScratch& scratch) {
  char* out = scratch.data();
  const bool is_v6 = address.family() == AF_INET6;
  if (is_v6 && has_port) *out++ = '[';
  if (inet_ntop(address.family(), address.ip_bytes().data(), out, INET6_ADDRSTRLEN) == nullptr) {
    return {};
  }
  out += std::strlen(out);
  if (has_port) {
    if (is_v6) *out++ = ']';
    *out++ = ':';
    out = std::to_chars(out, scratch.data() + scratch.size(), address.port()).ptr;
  }
  return std::string_view(scratch.data(), static_cast<size_t>(out - scratch.data()));
}

const net::Address& ClientAddress(const StreamInfo& info) {
  return info.downstream_client == net::Address() ? info.downstream_remote : info.downstream_client;
}

// Asked for by few formats, and not free: so not before.
net::Address LocalAddress(const StreamInfo& info) {
  if (info.downstream_local == net::Address() && info.connection != nullptr) {
    return info.connection->local_address();
  }
  return info.downstream_local;
}

event::WallTime WallTimeOf(const StreamInfo& info) {
  if (info.start_wall == event::WallTime() && info.loop != nullptr) {
    return info.loop->WallNow() - (info.loop->now() - info.start);
  }
  return info.start_wall;
}

LogValue Milliseconds(event::MonotonicTime from, event::MonotonicTime until) {
  if (until == event::MonotonicTime() || until < from) return {};
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(until - from).count());
}

std::string_view QueryOf(std::string_view path) {
  path = path.substr(0, path.find('#'));
  const size_t mark = path.find('?');
  return mark == std::string_view::npos ? std::string_view() : path.substr(mark + 1);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The first parameter of that name, decoded.
LogValue FindQueryParameter(std::string_view query, std::string_view name, LogScratch& scratch) {
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    size_t size = 0;
    for (size_t i = 0; i < value.size() && size < scratch.size(); ++i) {
      char c = value[i];
      if (c == '%' && i + 2 < value.size() && HexDigit(value[i + 1]) >= 0 &&
          HexDigit(value[i + 2]) >= 0) {
        c = static_cast<char>(HexDigit(value[i + 1]) * 16 + HexDigit(value[i + 2]));
        i += 2;
      }
      scratch[size++] = c;
    }
    return TextUnlessEmpty(std::string_view(scratch.data(), size));
  }
  return {};
}

std::string_view ProtocolName(codec::Version version) {
  switch (version) {
    case codec::Version::kHttp10:
      return "HTTP/1.0";
    case codec::Version::kHttp11:
      return "HTTP/1.1";
    case codec::Version::kHttp2:
      return "HTTP/2";
  }
  return {};
}

// Spaces would break lines that are split at them.
LogValue WithoutSpaces(std::string_view text, LogScratch& scratch) {
  if (text.find(' ') == std::string_view::npos) return TextUnlessEmpty(text);
  const size_t size = std::min(text.size(), scratch.size());
  for (size_t i = 0; i < size; ++i) scratch[i] = text[i] == ' ' ? '_' : text[i];
  return std::string_view(scratch.data(), size);
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

}  // namespace

// The operators there are.
struct LogOperatorTable {
  using Op = LogOperator;
  enum class Takes : uint8_t {
    kNothing,
    kFields,
    kTime,
    kLocalTime,
    kSpacesOption,
    kQueryName,
    kVariable,
    kPath
  };
  struct Row {
    std::string_view name;
    Takes takes;
    Op::Read read;
  };

  static LogValue ReadField(const Op::Field& field, const codec::RequestHead& head,
                            LogScratch& scratch) {
    using Source = Op::Field::Source;
    switch (field.source) {
      case Source::kHeader:
        return FromHeaders(head.headers, field.id, field.name);
      case Source::kMethod:
        return TextUnlessEmpty(head.method_text);
      case Source::kPath:
        return TextUnlessEmpty(head.path);
      case Source::kAuthority:
        return TextUnlessEmpty(head.authority);
      case Source::kScheme:
        return TextUnlessEmpty(head.scheme);
      case Source::kContentLength:
        return ContentLength(head.framing, scratch);
      case Source::kTransferEncoding:
        return TransferEncoding(head.framing);
      case Source::kStatus:
        return {};
    }
    return {};
  }

  static LogValue ReadField(const Op::Field& field, const codec::ResponseHead& head,
                            LogScratch& scratch) {
    using Source = Op::Field::Source;
    switch (field.source) {
      case Source::kHeader:
        return FromHeaders(head.headers, field.id, field.name);
      case Source::kStatus:
        return head.status == 0 ? LogValue() : LogValue(WriteNumber(head.status, scratch));
      case Source::kContentLength:
        if (head.has_unframed_length) return WriteNumber(head.unframed_length, scratch);
        return ContentLength(head.framing, scratch);
      case Source::kTransferEncoding:
        return TransferEncoding(head.framing);
      default:
        return {};
    }
  }

  template <typename Head>
  static LogValue ReadHead(const Op& op, const Head& head, LogScratch& scratch) {
    LogValue value = ReadField(op.field_, head, scratch);
    if (value.kind == LogValue::Kind::kMissing && op.alternative_.has_value()) {
      value = ReadField(*op.alternative_, head, scratch);
    }
    value.text = value.text.substr(0, op.length_max_);
    return value;
  }

  static LogValue StartTime(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    return op.time_.Write(WallTimeOf(entry.info), scratch);
  }
  static LogValue EmitTime(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    if (entry.info.loop == nullptr) return {};
    return op.time_.Write(entry.info.loop->WallNow(), scratch);
  }
  static LogValue Duration(const Op&, const LogEntry& entry, LogScratch&) {
    const StreamInfo& info = entry.info;
    const bool is_over = info.response_complete != event::MonotonicTime();
    if (!is_over && info.loop != nullptr) return Milliseconds(info.start, info.loop->now());
    return Milliseconds(info.start, info.response_complete);
  }
  static LogValue ResponseTxDuration(const Op&, const LogEntry& entry, LogScratch&) {
    const StreamInfo& info = entry.info;
    if (info.upstream_first_byte == event::MonotonicTime()) return {};
    return Milliseconds(info.upstream_first_byte, info.response_complete);
  }
  static LogValue UpstreamProtocol(const Op&, const LogEntry& entry, LogScratch&) {
    if (!entry.info.is_upstream_connected) return {};
    return std::string_view("HTTP/1.1");
  }
  static LogValue Query(const Op&, const LogEntry& entry, LogScratch&) {
    return TextUnlessEmpty(QueryOf(entry.request.path));
  }
  static LogValue QueryParameter(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    LogValue value = FindQueryParameter(QueryOf(entry.request.path), op.constant_, scratch);
    value.text = value.text.substr(0, op.length_max_);
    return value;
  }
  static LogValue Path(const Op& op, const LogEntry& entry, LogScratch&) {
    const codec::RequestHead& head = entry.request;
    std::string_view path = head.path;
    if (op.which_path_ != Op::WhichPath::kCurrent) {
      const std::string_view original = head.headers.Get(HeaderId::kXEnvoyOriginalPath);
      if (original.data() != nullptr || op.which_path_ == Op::WhichPath::kOriginal) {
        path = original;
      }
    }
    if (op.drops_query_) path = path.substr(0, path.find('?'));
    return TextUnlessEmpty(path.substr(0, op.length_max_));
  }
  static LogValue CodeDetails(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    const std::string_view details = entry.info.response_code_details;
    return op.keeps_spaces_ ? TextUnlessEmpty(details) : WithoutSpaces(details, scratch);
  }
  static LogValue Protocol(const Op&, const LogEntry& entry, LogScratch&) {
    if (entry.request.method_text.empty()) return {};
    return ProtocolName(entry.request.version);
  }
  static LogValue Constant(const Op& op, const LogEntry&, LogScratch&) {
    return TextUnlessEmpty(op.constant_);
  }

  enum class Side : uint8_t { kClient, kPeer, kLocal, kUpstream, kUpstreamPeer };
  enum class Part : uint8_t { kAll, kIp, kPort };
  template <Side side, Part part>
  static LogValue Address(const Op&, const LogEntry& entry, LogScratch& scratch) {
    const StreamInfo& info = entry.info;
    if (side >= Side::kUpstream && info.upstream_host == nullptr) return {};
    // Envoy has no remote address before there is a connection to it.
    if (side == Side::kUpstreamPeer && !info.is_upstream_connected) return {};
    const net::Address address = side == Side::kClient  ? ClientAddress(info)
                                 : side == Side::kPeer  ? info.downstream_remote
                                 : side == Side::kLocal ? LocalAddress(info)
                                                        : *info.upstream_host;
    if (part == Part::kPort) return uint64_t{address.port()};
    return AddressText(address, part == Part::kAll, scratch);
  }

  template <auto StreamInfo::* member>
  static LogValue Number(const Op&, const LogEntry& entry, LogScratch&) {
    return static_cast<uint64_t>(entry.info.*member);
  }
  template <std::string_view StreamInfo::* member>
  static LogValue Text(const Op&, const LogEntry& entry, LogScratch&) {
    return TextUnlessEmpty(entry.info.*member);
  }
  template <event::MonotonicTime StreamInfo::* member>
  static LogValue Since(const Op&, const LogEntry& entry, LogScratch&) {
    return Milliseconds(entry.info.start, entry.info.*member);
  }
  template <FlagNames names>
  static LogValue Flags(const Op&, const LogEntry& entry, LogScratch& scratch) {
    return WriteResponseFlags(entry.info.response_flags, names, scratch);
  }

  static constexpr Row kRows[] = {
      {"START_TIME", Takes::kTime, &StartTime},
      {"REQ", Takes::kFields,
       [](const Op& op, const LogEntry& entry, LogScratch& scratch) {
         return ReadHead(op, entry.request, scratch);
       }},
      {"RESP", Takes::kFields,
       [](const Op& op, const LogEntry& entry, LogScratch& scratch) {
         return ReadHead(op, entry.response, scratch);
       }},
      {"REQUEST_HEADER", Takes::kFields,
       [](const Op& op, const LogEntry& entry, LogScratch& scratch) {
         return ReadHead(op, entry.request, scratch);
       }},
      {"RESPONSE_HEADER", Takes::kFields,
       [](const Op& op, const LogEntry& entry, LogScratch& scratch) {
         return ReadHead(op, entry.response, scratch);
       }},
      {"START_TIME_LOCAL", Takes::kLocalTime, &StartTime},
      {"EMIT_TIME", Takes::kTime, &EmitTime},
      {"EMIT_TIME_LOCAL", Takes::kLocalTime, &EmitTime},
      {"PATH", Takes::kPath, &Path},
      {"QUERY_PARAM", Takes::kQueryName, &QueryParameter},
      {"QUERY_PARAMS", Takes::kNothing, &Query},
      {"ENVIRONMENT", Takes::kVariable, &Constant},
      {"LOCAL_REPLY_BODY", Takes::kNothing,
       [](const Op&, const LogEntry& entry, LogScratch&) {
         // As Envoy: empty, never missing.
         return LogValue(entry.info.local_reply_body);
       }},
      {"PROTOCOL", Takes::kNothing, &Protocol},
      {"UPSTREAM_PROTOCOL", Takes::kNothing, &UpstreamProtocol},
      {"RESPONSE_CODE", Takes::kNothing, &Number<&StreamInfo::response_code>},
      {"RESPONSE_CODE_DETAILS", Takes::kSpacesOption, &CodeDetails},
      {"RESPONSE_FLAGS", Takes::kNothing, &Flags<FlagNames::kShort>},
      {"RESPONSE_FLAGS_LONG", Takes::kNothing, &Flags<FlagNames::kLong>},
      {"BYTES_RECEIVED", Takes::kNothing, &Number<&StreamInfo::bytes_received>},
      {"BYTES_SENT", Takes::kNothing, &Number<&StreamInfo::bytes_sent>},
      {"DURATION", Takes::kNothing, &Duration},
      {"REQUEST_DURATION", Takes::kNothing, &Since<&StreamInfo::request_complete>},
      {"RESPONSE_DURATION", Takes::kNothing, &Since<&StreamInfo::upstream_first_byte>},
      {"RESPONSE_TX_DURATION", Takes::kNothing, &ResponseTxDuration},
      {"UPSTREAM_REMOTE_ADDRESS", Takes::kNothing, &Address<Side::kUpstreamPeer, Part::kAll>},
      {"UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Takes::kNothing,
       &Address<Side::kUpstreamPeer, Part::kIp>},
      {"UPSTREAM_REMOTE_PORT", Takes::kNothing, &Address<Side::kUpstreamPeer, Part::kPort>},
      {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS", Takes::kNothing, &Address<Side::kLocal, Part::kAll>},
      {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", Takes::kNothing,
       &Address<Side::kLocal, Part::kIp>},
      {"DOWNSTREAM_DIRECT_LOCAL_PORT", Takes::kNothing, &Address<Side::kLocal, Part::kPort>},
      {"UPSTREAM_HOST", Takes::kNothing, &Address<Side::kUpstream, Part::kAll>},
      {"UPSTREAM_CLUSTER", Takes::kNothing, &Text<&StreamInfo::upstream_cluster>},
      {"UPSTREAM_REQUEST_ATTEMPT_COUNT", Takes::kNothing, &Number<&StreamInfo::upstream_attempts>},
      {"ROUTE_NAME", Takes::kNothing, &Text<&StreamInfo::route_name>},
      {"DOWNSTREAM_REMOTE_ADDRESS", Takes::kNothing, &Address<Side::kClient, Part::kAll>},
      {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Takes::kNothing,
       &Address<Side::kClient, Part::kIp>},
      {"DOWNSTREAM_REMOTE_PORT", Takes::kNothing, &Address<Side::kClient, Part::kPort>},
      {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", Takes::kNothing, &Address<Side::kPeer, Part::kAll>},
      {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", Takes::kNothing,
       &Address<Side::kPeer, Part::kIp>},
      {"DOWNSTREAM_DIRECT_REMOTE_PORT", Takes::kNothing, &Address<Side::kPeer, Part::kPort>},
      {"DOWNSTREAM_LOCAL_ADDRESS", Takes::kNothing, &Address<Side::kLocal, Part::kAll>},
      {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", Takes::kNothing, &Address<Side::kLocal, Part::kIp>},
      {"DOWNSTREAM_LOCAL_PORT", Takes::kNothing, &Address<Side::kLocal, Part::kPort>},
      {"HOSTNAME", Takes::kNothing, &Constant},
  };

  static const Row* Find(std::string_view name) {
    for (const Row& row : kRows) {
      if (row.name == name) return &row;
    }
    return nullptr;
  }

  static absl::StatusOr<Op::Field> CompileField(std::string_view name) {
    using Source = Op::Field::Source;
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
    Op::Field field;
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
};

absl::Status LogOperator::CompileFields(std::string_view parameters) {
  const size_t mark = parameters.find('?');
  FL_ASSIGN_OR_RETURN(field_, LogOperatorTable::CompileField(parameters.substr(0, mark)));
  if (mark == std::string_view::npos) return absl::OkStatus();
  const std::string_view rest = parameters.substr(mark + 1);
  if (rest.find('?') != std::string_view::npos) {
    return InvalidArgument("'", parameters, "' names more than one alternative");
  }
  FL_ASSIGN_OR_RETURN(alternative_, LogOperatorTable::CompileField(rest));
  return absl::OkStatus();
}

absl::Status LogOperator::CompilePath(std::string_view parameters) {
  const size_t colon = parameters.find(':');
  const std::string_view query = parameters.substr(0, colon);
  if (query != "WQ" && query != "NQ" && !query.empty()) {
    return InvalidArgument("'", query, "' is no option; allowed are WQ and NQ");
  }
  drops_query_ = query == "NQ";
  const std::string_view which =
      colon == std::string_view::npos ? "ORIG_OR_PATH" : parameters.substr(colon + 1);
  if (which == "ORIG") {
    which_path_ = WhichPath::kOriginal;
  } else if (which == "PATH") {
    which_path_ = WhichPath::kCurrent;
  } else if (which != "ORIG_OR_PATH" && !which.empty()) {
    return InvalidArgument("'", which, "' is no option; allowed are ORIG, PATH and ORIG_OR_PATH");
  }
  return absl::OkStatus();
}

absl::Status LogOperator::CompileParameters(uint8_t takes,
                                            std::optional<std::string_view> parameters) {
  using Takes = LogOperatorTable::Takes;
  const std::string_view text = parameters.value_or("");
  switch (static_cast<Takes>(takes)) {
    case Takes::kNothing:
      return parameters.has_value() ? InvalidArgument("takes no parameters") : absl::OkStatus();
    case Takes::kFields:
      if (text.empty()) return InvalidArgument("needs a header's name in parentheses");
      return CompileFields(text);
    case Takes::kLocalTime:
    case Takes::kTime:
      if (!text.empty()) {
        FL_ASSIGN_OR_RETURN(time_, TimeFormat::Compile(text));
      } else if (static_cast<Takes>(takes) == Takes::kLocalTime) {
        FL_ASSIGN_OR_RETURN(time_, TimeFormat::Compile("%Y-%m-%dT%H:%M:%S.%3f%z"));
      }
      if (static_cast<Takes>(takes) == Takes::kLocalTime) time_.UseLocalTime();
      return absl::OkStatus();
    case Takes::kSpacesOption:
      if (parameters.has_value() && text != "ALLOW_WHITESPACES") {
        return InvalidArgument("'", text, "' is not an option; allowed is ALLOW_WHITESPACES");
      }
      keeps_spaces_ = parameters.has_value();
      return absl::OkStatus();
    case Takes::kQueryName:
      if (text.empty()) return InvalidArgument("needs a parameter's name in parentheses");
      constant_ = text;
      return absl::OkStatus();
    case Takes::kVariable: {
      if (text.empty()) return InvalidArgument("needs a variable's name in parentheses");
      const char* value = std::getenv(std::string(text).c_str());
      // As Envoy: also where values that are missing are left out.
      constant_ = value != nullptr ? value : "-";
      return absl::OkStatus();
    }
    case Takes::kPath:
      return CompilePath(text);
  }
  return absl::OkStatus();
}

absl::StatusOr<LogOperator> LogOperator::Compile(std::string_view name,
                                                 std::optional<std::string_view> parameters,
                                                 std::optional<size_t> length_max) {
  using Takes = LogOperatorTable::Takes;
  const LogOperatorTable::Row* row = LogOperatorTable::Find(name);
  if (row == nullptr) return InvalidArgument("unknown operator %", name, "%");
  const std::string label = StrCat("operator %", name, "%");
  LogOperator op;
  op.read_ = row->read;
  if (length_max.has_value()) {
    const bool may_have_one = row->takes == Takes::kFields || row->takes == Takes::kQueryName ||
                              row->takes == Takes::kPath || row->takes == Takes::kVariable;
    if (!may_have_one) return InvalidArgument(label, " takes no length");
    op.length_max_ = *length_max;
  }
  FL_RETURN_IF_ERROR(
      Annotate(op.CompileParameters(static_cast<uint8_t>(row->takes), parameters), label));
  if (row->name == "HOSTNAME") op.constant_ = HostName();
  if (row->takes == Takes::kVariable) op.constant_ = op.constant_.substr(0, op.length_max_);
  return op;
}

LogValue LogOperator::Evaluate(const LogEntry& entry, LogScratch& scratch) const {
  return read_(*this, entry, scratch);
}

}  // namespace fairlead::observe
