#include "dataplane/codec/http1/writer.h"

#include <charconv>
#include <cstring>
#include <string_view>

#include "dataplane/base/check.h"

namespace fairlead::codec::http1 {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
// Room for what is not counted field by field: fixed texts, numbers, framing and connection fields.
constexpr size_t kFixedMax = 192;

static_assert(static_cast<size_t>(HeaderId::kCount) <= 64, "IdSet needs another word");

// A set of known fields.
class IdSet {
 public:
  constexpr IdSet(std::initializer_list<HeaderId> ids) {
    for (const HeaderId id : ids) bits_ |= uint64_t{1} << static_cast<unsigned>(id);
  }
  constexpr bool Has(HeaderId id) const { return (bits_ >> static_cast<unsigned>(id) & 1) != 0; }

 private:
  uint64_t bits_ = 0;
};

constexpr IdSet kNotInResponses = {
    HeaderId::kContentLength,   HeaderId::kTransferEncoding,
    HeaderId::kConnection,      HeaderId::kKeepAlive,
    HeaderId::kProxyConnection, HeaderId::kUpgrade,
    HeaderId::kHttp2Settings,   HeaderId::kTe,
};
constexpr IdSet kNotInRequests = {
    HeaderId::kContentLength,   HeaderId::kTransferEncoding,
    HeaderId::kConnection,      HeaderId::kKeepAlive,
    HeaderId::kProxyConnection, HeaderId::kUpgrade,
    HeaderId::kHttp2Settings,   HeaderId::kHost,
};

// Bytes of the map's fields as lines.
size_t FieldsSize(const HeaderMap& headers) {
  size_t size = 0;
  for (const Header& field : headers) size += field.name.size() + field.value.size() + 4;
  return size;
}

// A block that is filled from its start; the caller has counted how much can come.
class Output {
 public:
  explicit Output(size_t size_max)
      : block_(net::Block::New(size_max, net::Block::For::kWriting)),
        out_(block_ == nullptr ? nullptr : block_->data()),
        size_max_(size_max) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // There is a block; if not, nothing may be added.
  bool is_valid() const { return block_ != nullptr; }

  void Add(std::string_view text) {
    if (text.empty()) return;  // which may have no address
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }
  void AddNumber(uint64_t number) { out_ = std::to_chars(out_, out_ + 20, number).ptr; }
  void AddField(const Header& field) {
    Add(field.name);
    Add(": ");
    Add(field.value);
    Add(kLineEnd);
  }
  void AddFields(const HeaderMap& headers, const net::Slice& received, const IdSet& left_out);
  void AddLength(uint64_t length) {
    Add("content-length: ");
    AddNumber(length);
    Add(kLineEnd);
  }
  void AddFraming(Framing framing) {
    if (framing.kind == Framing::Kind::kLength) AddLength(framing.length);
    if (framing.kind == Framing::Kind::kChunked) Add("transfer-encoding: chunked\r\n");
  }
  net::Slice Finish() {
    const auto size = static_cast<size_t>(out_ - block_->data());
    FL_CHECK(size <= size_max_);
    net::Slice slice(block_, block_->data(), size);
    block_->Unref();
    return slice;
  }

 private:
  net::Block* const block_;
  char* out_;
  const size_t size_max_;
};

// Whether a field still stands in the received bytes as "name: value" CRLF.
bool StandsAsLine(const Header& field, const char* begin, const char* end) {
  const char* const name_end = field.name.data() + field.name.size();
  const char* const value_end = field.value.data() + field.value.size();
  return field.name.data() >= begin && name_end + 2 == field.value.data() && value_end + 2 <= end &&
         std::memcmp(name_end, ": ", 2) == 0 && std::memcmp(value_end, "\r\n", 2) == 0;
}

void Output::AddFields(const HeaderMap& headers, const net::Slice& received,
                       const IdSet& left_out) {
  const char* const begin = received.data();
  const char* const end = begin + received.size();
  const char* run = nullptr;
  const char* run_end = nullptr;
  const auto add_run = [&] {
    if (run != run_end) Add({run, static_cast<size_t>(run_end - run)});
    run = run_end = nullptr;
  };
  for (const Header& field : headers) {
    if (left_out.Has(field.id)) continue;
    FL_DCHECK(field.value.find_first_of("\r\n") == std::string_view::npos);
    if (begin == nullptr || !StandsAsLine(field, begin, end)) {
      add_run();
      AddField(field);
      continue;
    }
    if (field.name.data() != run_end) {
      add_run();
      run = field.name.data();
    }
    run_end = field.value.data() + field.value.size() + 2;
  }
  add_run();
}

void AddStatusLine(const ResponseHead& head, std::string_view reason, Output& out) {
  out.Add("HTTP/1.1 ");
  out.AddNumber(head.status);
  out.Add(" ");
  out.Add(reason);
  out.Add(kLineEnd);
}

// RFC 9110 section 10.1.4: whoever sends TE names it in Connection.
std::string_view RequestConnection(bool close, bool has_te) {
  if (close) return has_te ? "connection: close, te\r\n" : "connection: close\r\n";
  return has_te ? "connection: te\r\n" : "";
}

}  // namespace

net::Slice WriteRequestHead(const RequestHead& head, Framing framing, bool close) {
  FL_CHECK(framing.kind != Framing::Kind::kUntilClose);
  const std::string_view target = head.method == Method::kConnect ? head.authority : head.path;
  Output out(head.method_text.size() + target.size() + head.authority.size() +
             FieldsSize(head.headers) + kFixedMax);
  if (!out.is_valid()) return {};
  out.Add(head.method_text);
  out.Add(" ");
  out.Add(target);
  out.Add(" HTTP/1.1\r\nhost: ");
  out.Add(head.authority);
  out.Add(kLineEnd);
  out.AddFields(head.headers, head.block, kNotInRequests);
  out.AddFraming(framing);
  if (head.expects_continue && framing.has_body()) out.Add("expect: 100-continue\r\n");
  out.Add(RequestConnection(close, head.headers.Has(HeaderId::kTe)));
  out.Add(kLineEnd);
  return out.Finish();
}

net::Slice WriteResponseHead(const ResponseHead& head, Framing framing, Version client_version,
                             bool close) {
  FL_CHECK(framing.kind != Framing::Kind::kChunked || client_version != Version::kHttp10);
  const std::string_view reason = head.reason.empty() ? ReasonPhrase(head.status) : head.reason;
  Output out(reason.size() + FieldsSize(head.headers) + kFixedMax);
  if (!out.is_valid()) return {};
  AddStatusLine(head, reason, out);
  out.AddFields(head.headers, head.block, kNotInResponses);

  const bool has_no_length = head.status < 200 || head.status == 204;
  const bool until_close = framing.kind == Framing::Kind::kUntilClose && !has_no_length;
  if (!has_no_length) {
    if (head.has_unframed_length && !framing.has_body()) {
      out.AddLength(head.unframed_length);
    } else if (head.status != 304) {
      out.AddFraming(framing);
    }
  }
  if (close || until_close) {
    out.Add("connection: close\r\n");
  } else if (client_version == Version::kHttp10) {
    out.Add("connection: keep-alive\r\n");
  }
  out.Add(kLineEnd);
  return out.Finish();
}

net::Slice WriteInterimHead(const ResponseHead& head) {
  const std::string_view reason = head.reason.empty() ? ReasonPhrase(head.status) : head.reason;
  Output out(reason.size() + FieldsSize(head.headers) + kFixedMax);
  if (!out.is_valid()) return {};
  AddStatusLine(head, reason, out);
  out.AddFields(head.headers, head.block, kNotInResponses);
  out.Add(kLineEnd);
  return out.Finish();
}

size_t WriteChunkLine(char* out, uint64_t size, bool first) {
  FL_DCHECK(size > 0);
  char* p = out;
  if (!first) {
    *p++ = '\r';
    *p++ = '\n';
  }
  p = std::to_chars(p, p + 16, size, 16).ptr;
  *p++ = '\r';
  *p++ = '\n';
  return static_cast<size_t>(p - out);
}

net::Slice WriteChunkedEnd(bool first, const HeaderMap* trailers) {
  const std::string_view last_chunk = first ? "0\r\n" : "\r\n0\r\n";
  if (trailers == nullptr || trailers->empty()) {
    return net::Slice::Static(first ? "0\r\n\r\n" : "\r\n0\r\n\r\n");
  }
  Output out(FieldsSize(*trailers) + kFixedMax);
  if (!out.is_valid()) return {};
  out.Add(last_chunk);
  out.AddFields(*trailers, net::Slice(), kNotInRequests);
  out.Add(kLineEnd);
  return out.Finish();
}

}  // namespace fairlead::codec::http1
