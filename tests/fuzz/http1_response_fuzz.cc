// Any bytes as a response head, to GET and to HEAD. Must hold: no access out of bounds; the same
// result however the bytes are cut; and what is taken, written by our writer and read again, is the
// same response.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/base/check.h"
#include "dataplane/codec/http1/parser.h"
#include "dataplane/codec/http1/writer.h"
#include "tests/fuzz/http1_fuzz_support.h"

namespace fairlead::codec::http1 {
namespace {

HeadLimits Limits() {
  HeadLimits limits;
  limits.head_bytes_max = 2048;
  limits.fields_max = 30;
  return limits;
}

std::string ResponseText(const ResponseHead& head) {
  std::string out = std::to_string(head.status) + " ";
  out.append(head.reason.empty() ? ReasonPhrase(head.status) : head.reason);
  out += " " + std::to_string(static_cast<int>(head.framing.kind)) + " " +
         std::to_string(head.framing.length) + (head.keep_alive ? " stays" : " closes");
  if (head.has_unframed_length) out += " shows " + std::to_string(head.unframed_length);
  return out + "\n" + FieldsText(head.headers);
}

std::string ResultText(const ParseResult& result, const ResponseHead& head) {
  if (result.state == ParseState::kIncomplete) return "incomplete";
  if (result.state == ParseState::kError) return std::string(ErrorName(result.error));
  return std::to_string(result.consumed) + std::to_string(static_cast<int>(head.version)) +
         ResponseText(head);
}

std::string ParseInTwo(std::string_view text, size_t split, Method method) {
  HeadScanner scan;
  ResponseHead head;
  Bytes first = Copy(text.substr(0, split));
  ParseResult result = ParseResponseHead(scan, first.data(), first.size(), Limits(), method, head);
  if (result.state != ParseState::kIncomplete) return ResultText(result, head);
  first.insert(first.end(), text.begin() + static_cast<std::ptrdiff_t>(split), text.end());
  Bytes whole = first;
  result = ParseResponseHead(scan, whole.data(), whole.size(), Limits(), method, head);
  FL_CHECK(scan.work <= text.size());
  return ResultText(result, head);
}

void CheckWritten(const ResponseHead& head, Method method) {
  const bool is_interim = head.status < 200;
  const net::Slice written =
      is_interim ? WriteInterimHead(head)
                 : WriteResponseHead(head, head.framing, Version::kHttp11, !head.keep_alive);
  FL_CHECK(written.view().find("\r\n\r\n") == written.size() - 4);
  Bytes bytes = Copy(written.view());
  HeadScanner scan;
  ResponseHead again;
  const ParseResult result = ParseResponseHead(scan, bytes.data(), bytes.size(), {}, method, again);
  FL_CHECK(result.state == ParseState::kDone);
  FL_CHECK(result.consumed == bytes.size());
  // An interim head says nothing about the connection.
  if (is_interim) again.keep_alive = head.keep_alive;
  FL_CHECK(ResponseText(again) == ResponseText(head));
}

void FuzzOne(std::string_view text, Method method) {
  HeadScanner scan;
  ResponseHead head;
  const net::Slice bytes = net::Slice::Copy(text);
  const ParseResult result =
      ParseResponseHead(scan, bytes.data(), bytes.size(), Limits(), method, head);
  const std::string expected = ResultText(result, head);

  Bytes tight = Copy(text);
  HeadScanner tight_scan;
  ResponseHead tight_head;
  const ParseResult tight_result =
      ParseResponseHead(tight_scan, tight.data(), tight.size(), Limits(), method, tight_head);
  FL_CHECK(ResultText(tight_result, tight_head) == expected);
  for (const size_t split : Splits(text)) FL_CHECK(ParseInTwo(text, split, method) == expected);

  if (result.state != ParseState::kDone) return;
  CheckWritten(tight_head, method);  // without a block: field by field
  head.block = bytes;
  CheckWritten(head, method);
}

}  // namespace
}  // namespace fairlead::codec::http1

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using fairlead::codec::Method;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fairlead::codec::http1::FuzzOne(text, Method::kGet);
  fairlead::codec::http1::FuzzOne(text, Method::kHead);
  return 0;
}
