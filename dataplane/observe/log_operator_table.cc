#include "dataplane/observe/log_operator_table.h"

#include "dataplane/event/loop.h"
#include "dataplane/event/uuid.h"
#include "dataplane/observe/metadata.h"
#include "dataplane/observe/response_flags.h"

namespace fairlead::observe {
namespace {

using codec::Framing;
using codec::HeaderId;
using codec::HeaderMap;

LogValue ContentLength(const Framing& framing, LogScratch& scratch) {
  if (framing.kind != Framing::Kind::kLength) return {};
  return WriteNumber(framing.length, scratch);
}

LogValue TransferEncoding(const Framing& framing) {
  if (framing.kind != Framing::Kind::kChunked) return {};
  return std::string_view("chunked");
}

LogValue FromHeaders(const HeaderMap& headers, HeaderId id, std::string_view name) {
  const std::string_view value = id != HeaderId::kOther ? headers.Get(id) : headers.Get(name);
  return value.data() == nullptr ? LogValue() : LogValue(value);
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

std::string_view TypeName(LogType type) {
  switch (type) {
    case LogType::kDownstreamStart:
      return "DownstreamStart";
    case LogType::kDownstreamPeriodic:
      return "DownstreamPeriodic";
    case LogType::kDownstreamEnd:
      return "DownstreamEnd";
  }
  return {};
}

const net::Address& ClientAddress(const StreamInfo& info) {
  return info.downstream_client == net::Address() ? info.downstream_remote : info.downstream_client;
}

// As Envoy counts a head's names and values: a length is a field there, a coding is not.
uint64_t FramingBytes(const Framing& framing, LogScratch& scratch) {
  constexpr std::string_view kLength = "content-length";
  if (framing.kind != Framing::Kind::kLength) return 0;
  return kLength.size() + WriteNumber(framing.length, scratch).size();
}

void AppendListed(std::string_view text, std::string& list) {
  if (!list.empty()) list += ',';
  list += text;
}

}  // namespace

// How operators come by their values.
struct LogOperatorTable::Readers {
  using Op = LogOperator;
  using Source = Op::Field::Source;

  // --- Heads. ---

  static LogValue ReadField(const Op::Field& field, const codec::RequestHead& head,
                            LogScratch& scratch) {
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

  static LogValue ReadField(const Op::Field& field, const HeaderMap& trailers, LogScratch&) {
    return FromHeaders(trailers, field.id, field.name);
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
  static LogValue Request(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    return ReadHead(op, entry.request, scratch);
  }
  static LogValue Response(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    return ReadHead(op, entry.response, scratch);
  }
  static LogValue Trailer(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    if (entry.trailers == nullptr) return {};
    return ReadHead(op, *entry.trailers, scratch);
  }

  static LogValue RequestBytes(const Op&, const LogEntry& entry, LogScratch& scratch) {
    constexpr std::string_view kNames = ":method:path:authority:scheme";
    const codec::RequestHead& head = entry.request;
    if (head.method_text.empty()) return uint64_t{0};
    return kNames.size() + head.method_text.size() + head.path.size() + head.authority.size() +
           head.scheme.size() + FramingBytes(head.framing, scratch) + FieldBytes(head.headers);
  }
  static LogValue ResponseBytes(const Op&, const LogEntry& entry, LogScratch& scratch) {
    constexpr std::string_view kStatus = ":status200";
    const codec::ResponseHead& head = entry.response;
    if (head.status == 0) return uint64_t{0};
    Framing framing = head.framing;
    if (head.has_unframed_length) framing = {Framing::Kind::kLength, head.unframed_length};
    return kStatus.size() + FramingBytes(framing, scratch) + FieldBytes(head.headers);
  }
  static LogValue TrailerBytes(const Op&, const LogEntry& entry, LogScratch&) {
    return entry.trailers == nullptr ? uint64_t{0} : FieldBytes(*entry.trailers);
  }

  static LogValue Query(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    std::string_view query = QueryOf(entry.request.path);
    if (op.is_decoded_) query = Decoded(query, scratch.text);
    return TextUnlessEmpty(query.substr(0, op.length_max_));
  }
  static LogValue QueryOne(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    LogValue value = QueryParameter(QueryOf(entry.request.path), op.constant_, scratch);
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
  static LogValue Protocol(const Op&, const LogEntry& entry, LogScratch&) {
    if (entry.request.method_text.empty()) return {};
    return ProtocolName(entry.request.version);
  }
  static LogValue ServerName(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    return ReadField(op.field_, entry.request, scratch);
  }
  static LogValue StreamId(const Op&, const LogEntry& entry, LogScratch&) {
    return FromHeaders(entry.request.headers, HeaderId::kXRequestId, {});
  }

  // --- Times. ---

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
  static LogValue CommonDuration(const Op& op, const LogEntry& entry, LogScratch&) {
    const event::MonotonicTime from = entry.info.*op.from_;
    const event::MonotonicTime until = entry.info.*op.until_;
    if (from == event::MonotonicTime() || until == event::MonotonicTime() || until < from) {
      return {};
    }
    return static_cast<uint64_t>((until - from).count() / op.nanoseconds_per_unit_);
  }
  template <event::MonotonicTime StreamInfo::* member>
  static LogValue Since(const Op&, const LogEntry& entry, LogScratch&) {
    return Milliseconds(entry.info.start, entry.info.*member);
  }
  template <event::MonotonicTime StreamInfo::* from, event::MonotonicTime StreamInfo::* until>
  static LogValue Between(const Op&, const LogEntry& entry, LogScratch&) {
    if (entry.info.*from == event::MonotonicTime()) return {};
    return Milliseconds(entry.info.*from, entry.info.*until);
  }

  // --- Both ends. ---

  enum class Side : uint8_t { kClient, kPeer, kLocal, kUpstream, kUpstreamPeer, kUpstreamLocal };
  enum class Part : uint8_t { kAll, kIp, kPort };
  template <Side side, Part part>
  static LogValue Address(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    const StreamInfo& info = entry.info;
    if (side >= Side::kUpstream && info.upstream_host == nullptr) return {};
    // Envoy has no remote address before there is a connection to it.
    if (side > Side::kUpstream && !info.is_upstream_connected) return {};
    const net::Address address = side == Side::kClient          ? ClientAddress(info)
                                 : side == Side::kPeer          ? info.downstream_remote
                                 : side == Side::kLocal         ? LocalAddress(info)
                                 : side == Side::kUpstreamLocal ? info.upstream_local
                                                                : *info.upstream_host;
    if (part == Part::kPort) return uint64_t{address.port()};
    if (op.mask_bits_.has_value()) return NetworkText(address, *op.mask_bits_, scratch);
    return AddressText(address, part == Part::kAll, scratch);
  }
  template <Part part>
  static LogValue HostName(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    const std::string_view name = entry.info.upstream_hostname;
    if (name.empty()) return Address<Side::kUpstream, part>(op, entry, scratch);
    return part == Part::kIp ? WithoutPort(name) : name;
  }
  // All hosts that were tried, one after the other.
  template <bool by_name, Part part>
  static LogValue Attempts(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    scratch.text.clear();
    for (const EarlierAttempt& attempt : entry.info.earlier_attempts) {
      if (by_name && !attempt.hostname.empty()) {
        const std::string_view name = attempt.hostname;
        AppendListed(part == Part::kIp ? WithoutPort(name) : name, scratch.text);
      } else {
        AppendListed(AddressText(attempt.host, part == Part::kAll, scratch).text, scratch.text);
      }
    }
    // As in Envoy, a host is one that was tried once there is a connection to it.
    if (entry.info.is_upstream_connected) {
      const LogValue last = by_name ? HostName<part>(op, entry, scratch)
                                    : Address<Side::kUpstream, part>(op, entry, scratch);
      AppendListed(last.text, scratch.text);
    }
    return TextUnlessEmpty(scratch.text);
  }
  static LogValue ConnectionsTried(const Op&, const LogEntry& entry, LogScratch& scratch) {
    scratch.text.clear();
    for (const EarlierAttempt& attempt : entry.info.earlier_attempts) {
      if (attempt.connection_id == 0) continue;
      AppendListed(WriteNumber(attempt.connection_id, scratch), scratch.text);
    }
    if (entry.info.upstream_connection_id != 0) {
      AppendListed(WriteNumber(entry.info.upstream_connection_id, scratch), scratch.text);
    }
    return TextUnlessEmpty(scratch.text);
  }
  static LogValue UpstreamProtocol(const Op&, const LogEntry& entry, LogScratch&) {
    if (!entry.info.is_upstream_connected) return {};
    return std::string_view("HTTP/1.1");
  }
  static LogValue RequestFieldBytes(const Op&, const LogEntry& entry, LogScratch&) {
    const net::Slice& block = entry.request.block;
    return ReceivedFieldBytes({block.data(), block.size()});
  }
  template <bool with_trailers>
  static LogValue ResponseFieldBytes(const Op&, const LogEntry& entry, LogScratch&) {
    const net::Slice& block = entry.response.block;
    return ReceivedFieldBytes({block.data(), block.size()}) +
           (with_trailers ? TrailerFieldBytes(entry.trailers, /*is_sent=*/false) : 0);
  }
  static LogValue SentToClient(const Op&, const LogEntry& entry, LogScratch&) {
    return entry.info.to_client.fields + TrailerFieldBytes(entry.trailers, /*is_sent=*/true);
  }
  template <WireBytes StreamInfo::* message, uint64_t WireBytes::* part>
  static LogValue Wire(const Op&, const LogEntry& entry, LogScratch&) {
    return entry.info.*message.*part;
  }

  // --- The rest. ---

  template <auto StreamInfo::* member>
  static LogValue Number(const Op&, const LogEntry& entry, LogScratch&) {
    return static_cast<uint64_t>(entry.info.*member);
  }
  template <std::string_view StreamInfo::* member>
  static LogValue Text(const Op&, const LogEntry& entry, LogScratch&) {
    return TextUnlessEmpty(entry.info.*member);
  }
  static LogValue ClusterStatName(const Op&, const LogEntry& entry, LogScratch&) {
    const StreamInfo& info = entry.info;
    if (info.upstream == nullptr) return TextUnlessEmpty(info.upstream_cluster);
    return TextUnlessEmpty(info.upstream->ClusterStatName());
  }
  template <FlagNames names>
  static LogValue Flags(const Op&, const LogEntry& entry, LogScratch& scratch) {
    return WriteResponseFlags(entry.info.response_flags, names, scratch);
  }
  static LogValue CodeDetails(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    const std::string_view details = entry.info.response_code_details;
    return op.keeps_spaces_ ? TextUnlessEmpty(details) : WithoutSpaces(details, scratch);
  }
  static LogValue TransportFailure(const Op&, const LogEntry& entry, LogScratch& scratch) {
    return WithoutSpaces(entry.info.transport_failure, scratch);
  }
  static LogValue ReplyBody(const Op&, const LogEntry& entry, LogScratch&) {
    // As Envoy: empty, never missing.
    return entry.info.local_reply_body;
  }
  static LogValue Type(const Op&, const LogEntry& entry, LogScratch&) {
    return TypeName(entry.type);
  }
  static LogValue Constant(const Op& op, const LogEntry&, LogScratch&) {
    return TextUnlessEmpty(op.constant_);
  }
  static LogValue Zero(const Op&, const LogEntry&, LogScratch&) { return uint64_t{0}; }
  // What exists in Envoy and never has a value where nothing sets it.
  static LogValue Missing(const Op&, const LogEntry&, LogScratch&) { return {}; }
  static LogValue Empty(const Op&, const LogEntry&, LogScratch&) { return std::string_view(""); }
  static LogValue EmptyOfPeer(const Op&, const LogEntry& entry, LogScratch&) {
    return entry.info.is_upstream_connected ? LogValue(std::string_view("")) : LogValue();
  }
  static LogValue UniqueId(const Op&, const LogEntry& entry, LogScratch& scratch) {
    if (entry.random == nullptr) return {};
    return event::WriteUuid(*entry.random,
                            std::span<char, event::kUuidSize>(scratch.data(), event::kUuidSize));
  }

  static const Metadata* MetadataOf(Op::Resource resource, const StreamInfo& info) {
    switch (resource) {
      case Op::Resource::kRoute:
        return info.route_metadata;
      case Op::Resource::kVirtualHost:
        return info.virtual_host_metadata;
      case Op::Resource::kListener:
        return info.listener_metadata;
      case Op::Resource::kFilterChain:
        return info.filter_chain_metadata;
      case Op::Resource::kCluster:
        return info.upstream == nullptr ? nullptr : info.upstream->ClusterMetadata();
      case Op::Resource::kHost:
        return info.upstream == nullptr ? nullptr : info.upstream->HostMetadata();
      case Op::Resource::kNone:
        return nullptr;
    }
    return nullptr;
  }
  static LogValue ReadMetadata(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    const Metadata* metadata = MetadataOf(op.resource_, entry.info);
    if (metadata == nullptr) return {};
    return MetadataValue(metadata->Find(op.path_), op.length_max_, scratch);
  }

  static LogValue Coalesce(const Op& op, const LogEntry& entry, LogScratch& scratch) {
    for (const Op& choice : op.choices_) {
      LogValue value = choice.Evaluate(entry, scratch);
      if (value.kind == LogValue::Kind::kMissing) continue;
      if (value.kind == LogValue::Kind::kNumber) {
        if (op.length_max_ == std::string::npos) return value;
        value = WriteNumber(value.number, scratch);
      }
      if (value.text.empty()) continue;
      value.text = value.text.substr(0, op.length_max_);
      return value;
    }
    return {};
  }

  static const Row kRows[];
};

const LogOperatorTable::Row LogOperatorTable::Readers::kRows[] = {
    {"START_TIME", Takes::kTime, &StartTime},
    {"START_TIME_LOCAL", Takes::kLocalTime, &StartTime},
    {"EMIT_TIME", Takes::kTime, &EmitTime},
    {"EMIT_TIME_LOCAL", Takes::kLocalTime, &EmitTime},
    {"REQ", Takes::kFields, &Request},
    {"REQUEST_HEADER", Takes::kFields, &Request},
    {"RESP", Takes::kFields, &Response},
    {"RESPONSE_HEADER", Takes::kFields, &Response},
    {"TRAILER", Takes::kFields, &Trailer},
    {"RESPONSE_TRAILER", Takes::kFields, &Trailer},
    {"PATH", Takes::kPath, &Path},
    {"QUERY_PARAM", Takes::kQueryName, &QueryOne},
    {"QUERY_PARAMS", Takes::kQueryForm, &Query},
    {"ENVIRONMENT", Takes::kVariable, &Constant},
    {"HOSTNAME", Takes::kNothing, &Constant},
    {"LOCAL_REPLY_BODY", Takes::kNothing, &ReplyBody},
    {"ACCESS_LOG_TYPE", Takes::kNothing, &Type},
    {"STREAM_ID", Takes::kNothing, &StreamId},
    {"UNIQUE_ID", Takes::kNothing, &UniqueId},
    {"COALESCE", Takes::kChoices, &Coalesce},
    // The exchange.
    {"PROTOCOL", Takes::kNothing, &Protocol},
    {"RESPONSE_CODE", Takes::kNothing, &Number<&StreamInfo::response_code>},
    {"RESPONSE_CODE_DETAILS", Takes::kSpacesOption, &CodeDetails},
    {"RESPONSE_FLAGS", Takes::kNothing, &Flags<FlagNames::kShort>},
    {"RESPONSE_FLAGS_LONG", Takes::kNothing, &Flags<FlagNames::kLong>},
    {"ROUTE_NAME", Takes::kNothing, &Text<&StreamInfo::route_name>},
    {"VIRTUAL_CLUSTER_NAME", Takes::kNothing, &Text<&StreamInfo::virtual_cluster>},
    {"LISTENER_NAME", Takes::kNothing, &Text<&StreamInfo::listener>},
    {"FILTER_CHAIN_NAME", Takes::kNothing, &Text<&StreamInfo::filter_chain>},
    {"REQUESTED_SERVER_NAME", Takes::kServerName, &ServerName},
    {"METADATA", Takes::kMetadata, &ReadMetadata},
    {"CLUSTER_METADATA", Takes::kMetadataPath, &ReadMetadata, LogOperator::Resource::kCluster},
    {"UPSTREAM_METADATA", Takes::kMetadataPath, &ReadMetadata, LogOperator::Resource::kHost},
    // Times.
    {"DURATION", Takes::kNothing, &Duration},
    {"COMMON_DURATION", Takes::kDuration, &CommonDuration},
    {"REQUEST_DURATION", Takes::kNothing, &Since<&StreamInfo::request_complete>},
    {"REQUEST_TX_DURATION", Takes::kNothing, &Since<&StreamInfo::upstream_send_end>},
    {"RESPONSE_DURATION", Takes::kNothing, &Since<&StreamInfo::upstream_first_byte>},
    {"RESPONSE_TX_DURATION", Takes::kNothing,
     &Between<&StreamInfo::upstream_first_byte, &StreamInfo::response_complete>},
    {"UPSTREAM_CONNECTION_POOL_READY_DURATION", Takes::kNothing,
     &Between<&StreamInfo::upstream_asked, &StreamInfo::upstream_ready>},
    // Sizes.
    {"BYTES_RECEIVED", Takes::kNothing, &Number<&StreamInfo::bytes_received>},
    {"BYTES_SENT", Takes::kNothing, &Number<&StreamInfo::bytes_sent>},
    {"REQUEST_HEADERS_BYTES", Takes::kNothing, &RequestBytes},
    {"RESPONSE_HEADERS_BYTES", Takes::kNothing, &ResponseBytes},
    {"RESPONSE_TRAILERS_BYTES", Takes::kNothing, &TrailerBytes},
    {"DOWNSTREAM_WIRE_BYTES_RECEIVED", Takes::kNothing,
     &Wire<&StreamInfo::from_client, &WireBytes::all>},
    {"DOWNSTREAM_WIRE_BYTES_SENT", Takes::kNothing, &Wire<&StreamInfo::to_client, &WireBytes::all>},
    {"DOWNSTREAM_HEADER_BYTES_RECEIVED", Takes::kNothing, &RequestFieldBytes},
    {"DOWNSTREAM_HEADER_BYTES_SENT", Takes::kNothing, &SentToClient},
    {"DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED", Takes::kNothing, &RequestFieldBytes},
    {"DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT", Takes::kNothing, &SentToClient},
    {"UPSTREAM_WIRE_BYTES_RECEIVED", Takes::kNothing,
     &Wire<&StreamInfo::from_upstream, &WireBytes::all>},
    {"UPSTREAM_WIRE_BYTES_SENT", Takes::kNothing, &Wire<&StreamInfo::to_upstream, &WireBytes::all>},
    {"UPSTREAM_HEADER_BYTES_RECEIVED", Takes::kNothing, &ResponseFieldBytes<true>},
    {"UPSTREAM_HEADER_BYTES_SENT", Takes::kNothing,
     &Wire<&StreamInfo::to_upstream, &WireBytes::fields>},
    {"UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED", Takes::kNothing, &ResponseFieldBytes<false>},
    {"UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT", Takes::kNothing,
     &Wire<&StreamInfo::to_upstream, &WireBytes::fields>},
    // The client's side.
    {"CONNECTION_ID", Takes::kNothing, &Number<&StreamInfo::connection_id>},
    {"DOWNSTREAM_REMOTE_ADDRESS", Takes::kNothing, &Address<Side::kClient, Part::kAll>},
    {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Takes::kMask, &Address<Side::kClient, Part::kIp>},
    {"DOWNSTREAM_REMOTE_PORT", Takes::kNothing, &Address<Side::kClient, Part::kPort>},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", Takes::kNothing, &Address<Side::kPeer, Part::kAll>},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", Takes::kMask,
     &Address<Side::kPeer, Part::kIp>},
    {"DOWNSTREAM_DIRECT_REMOTE_PORT", Takes::kNothing, &Address<Side::kPeer, Part::kPort>},
    {"DOWNSTREAM_LOCAL_ADDRESS", Takes::kNothing, &Address<Side::kLocal, Part::kAll>},
    {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", Takes::kMask, &Address<Side::kLocal, Part::kIp>},
    {"DOWNSTREAM_LOCAL_PORT", Takes::kNothing, &Address<Side::kLocal, Part::kPort>},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS", Takes::kNothing, &Address<Side::kLocal, Part::kAll>},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", Takes::kMask,
     &Address<Side::kLocal, Part::kIp>},
    {"DOWNSTREAM_DIRECT_LOCAL_PORT", Takes::kNothing, &Address<Side::kLocal, Part::kPort>},
    // The upstream's side.
    {"UPSTREAM_TRANSPORT_FAILURE_REASON", Takes::kNothing, &TransportFailure},
    {"UPSTREAM_PROTOCOL", Takes::kNothing, &UpstreamProtocol},
    {"UPSTREAM_CONNECTION_ID", Takes::kNothing, &Number<&StreamInfo::upstream_connection_id>},
    {"UPSTREAM_CONNECTION_IDS_ATTEMPTED", Takes::kNothing, &ConnectionsTried},
    {"UPSTREAM_REQUEST_ATTEMPT_COUNT", Takes::kNothing, &Number<&StreamInfo::upstream_attempts>},
    {"UPSTREAM_CLUSTER", Takes::kNothing, &ClusterStatName},
    {"UPSTREAM_CLUSTER_RAW", Takes::kNothing, &Text<&StreamInfo::upstream_cluster>},
    {"UPSTREAM_HOST", Takes::kNothing, &Address<Side::kUpstream, Part::kAll>},
    {"UPSTREAM_HOST_NAME", Takes::kNothing, &HostName<Part::kAll>},
    {"UPSTREAM_HOST_NAME_WITHOUT_PORT", Takes::kNothing, &HostName<Part::kIp>},
    {"UPSTREAM_HOSTS_ATTEMPTED", Takes::kNothing, &Attempts<false, Part::kAll>},
    {"UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT", Takes::kNothing, &Attempts<false, Part::kIp>},
    {"UPSTREAM_HOST_NAMES_ATTEMPTED", Takes::kNothing, &Attempts<true, Part::kAll>},
    {"UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT", Takes::kNothing, &Attempts<true, Part::kIp>},
    {"UPSTREAM_REMOTE_ADDRESS", Takes::kNothing, &Address<Side::kUpstreamPeer, Part::kAll>},
    {"UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Takes::kMask,
     &Address<Side::kUpstreamPeer, Part::kIp>},
    {"UPSTREAM_REMOTE_PORT", Takes::kNothing, &Address<Side::kUpstreamPeer, Part::kPort>},
    {"UPSTREAM_LOCAL_ADDRESS", Takes::kNothing, &Address<Side::kUpstreamLocal, Part::kAll>},
    {"UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", Takes::kMask,
     &Address<Side::kUpstreamLocal, Part::kIp>},
    {"UPSTREAM_LOCAL_PORT", Takes::kNothing, &Address<Side::kUpstreamLocal, Part::kPort>},
    // Nothing sets these: as in Envoy with the same configuration, they never have a value.
    {"CONNECTION_TERMINATION_DETAILS", Takes::kNothing, &Missing},
    {"DOWNSTREAM_TRANSPORT_FAILURE_REASON", Takes::kNothing, &Missing},
    {"CUSTOM_FLAGS", Takes::kNothing, &Empty},
    {"DYNAMIC_METADATA", Takes::kMetadataPath, &ReadMetadata},
    {"FILTER_STATE", Takes::kKey, &Missing},
    {"UPSTREAM_FILTER_STATE", Takes::kKey, &Missing},
    {"TRACE_ID", Takes::kNothing, &Missing},
    {"SPAN_ID", Takes::kNothing, &Missing},
    {"ROUNDTRIP_DURATION", Takes::kNothing, &Missing},
    {"BYTES_RETRANSMITTED", Takes::kNothing, &Zero},
    {"PACKETS_RETRANSMITTED", Takes::kNothing, &Zero},
    {"DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID", Takes::kNothing, &Empty},
    {"DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID", Takes::kNothing, &Empty},
    {"UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID", Takes::kNothing, &EmptyOfPeer},
};

const LogOperatorTable::Row* LogOperatorTable::Find(std::string_view name) {
  for (const Row& row : Readers::kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string_view LogOperatorTable::Refusal(std::string_view name) {
  const auto has = [name](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  };
  if (name.starts_with("GRPC_STATUS")) return "it comes with gRPC";
  if (name.starts_with("TLS_") || has("_TLS_") || has("_PEER_") || has("_SAN") ||
      name == "DOWNSTREAM_LOCAL_SUBJECT" || name == "DOWNSTREAM_HANDSHAKE_DURATION" ||
      name == "UPSTREAM_SERVER_NAME") {
    return "it comes with TLS";
  }
  if (has("_CLOSE_TYPE") || has("_CLOSE_REASON")) return "it is of connections, not of requests";
  if (name == "CEL" || name == "TYPED_CEL" || name == "REQ_WITHOUT_QUERY" || name == "SECRET" ||
      name == "FILE_CONTENT") {
    return "it is an extension's (SubstitutionFormatString.formatters)";
  }
  return {};
}

}  // namespace fairlead::observe
