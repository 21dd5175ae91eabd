#include "dataplane/observe/log_operator.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
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

LogValue Milliseconds(const StreamInfo& info, event::MonotonicTime until) {
  if (until == event::MonotonicTime() || until < info.start) return {};
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(until - info.start).count());
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
  enum class Takes : uint8_t { kNothing, kFields, kTime, kSpacesOption };
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
    return op.time_.Write(entry.info.start_wall, scratch);
  }
  static LogValue CodeDetails(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    const std::string_view details = entry.info.response_code_details;
    return op.keeps_spaces_ ? TextUnlessEmpty(details) : WithoutSpaces(details, scratch);
  }
  static LogValue Protocol(const Op&, const LogEntry& entry, LogScratch&) {
    if (entry.request.method_text.empty()) return {};
    return ProtocolName(entry.request.version);
  }
  static LogValue HostNameOf(const Op& op, const LogEntry&, LogScratch&) {
    return TextUnlessEmpty(op.constant_);
  }

  enum class Side : uint8_t { kClient, kPeer, kLocal, kUpstream };
  enum class Part : uint8_t { kAll, kIp, kPort };
  template <Side side, Part part>
  static LogValue Address(const Op&, const LogEntry& entry, LogScratch& scratch) {
    const StreamInfo& info = entry.info;
    if (side == Side::kUpstream && info.upstream_host == nullptr) return {};
    const net::Address& address = side == Side::kClient  ? ClientAddress(info)
                                  : side == Side::kPeer  ? info.downstream_remote
                                  : side == Side::kLocal ? info.downstream_local
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
    return Milliseconds(entry.info, entry.info.*member);
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
      {"PROTOCOL", Takes::kNothing, &Protocol},
      {"RESPONSE_CODE", Takes::kNothing, &Number<&StreamInfo::response_code>},
      {"RESPONSE_CODE_DETAILS", Takes::kSpacesOption, &CodeDetails},
      {"RESPONSE_FLAGS", Takes::kNothing, &Flags<FlagNames::kShort>},
      {"RESPONSE_FLAGS_LONG", Takes::kNothing, &Flags<FlagNames::kLong>},
      {"BYTES_RECEIVED", Takes::kNothing, &Number<&StreamInfo::bytes_received>},
      {"BYTES_SENT", Takes::kNothing, &Number<&StreamInfo::bytes_sent>},
      {"DURATION", Takes::kNothing, &Since<&StreamInfo::response_complete>},
      {"REQUEST_DURATION", Takes::kNothing, &Since<&StreamInfo::request_complete>},
      {"RESPONSE_DURATION", Takes::kNothing, &Since<&StreamInfo::upstream_first_byte>},
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
      {"HOSTNAME", Takes::kNothing, &HostNameOf},
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
    if (row->takes != Takes::kFields) return InvalidArgument(label, " takes no length");
    op.length_max_ = *length_max;
  }
  const bool has_parameters = parameters.has_value() && !parameters->empty();
  switch (row->takes) {
    case Takes::kNothing:
      if (parameters.has_value()) return InvalidArgument(label, " takes no parameters");
      break;
    case Takes::kFields:
      if (!has_parameters) return InvalidArgument(label, " needs a header's name in parentheses");
      FL_RETURN_IF_ERROR(Annotate(op.CompileFields(*parameters), label));
      break;
    case Takes::kTime: {
      if (!has_parameters) break;
      auto time = TimeFormat::Compile(*parameters);
      if (!time.ok()) return Annotate(time.status(), label);
      op.time_ = *std::move(time);
      break;
    }
    case Takes::kSpacesOption:
      if (!parameters.has_value()) break;
      if (*parameters != "ALLOW_WHITESPACES") {
        return InvalidArgument(label, ": '", *parameters,
                               "' is not an option; allowed is ALLOW_WHITESPACES");
      }
      op.keeps_spaces_ = true;
      break;
  }
  if (row->name == "HOSTNAME") op.constant_ = HostName();
  return op;
}

LogValue LogOperator::Evaluate(const LogEntry& entry, LogScratch& scratch) const {
  return read_(*this, entry, scratch);
}

}  // namespace fairlead::observe
