// Any bytes as a request head. Must hold: no access out of bounds; the same result however the
// bytes are cut; what is taken, written by our writer and read again, is the same request; the
// vector versions of the scanning loops find what the plain ones find.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/base/check.h"
#include "dataplane/codec/http1/byte_scan.h"
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

// What both sides of a hop must agree on.
std::string RequestText(const RequestHead& head) {
  std::string out;
  out.append(head.method_text).append(" ").append(head.path).append(" ").append(head.authority);
  out += " " + std::to_string(static_cast<int>(head.framing.kind)) + " " +
         std::to_string(head.framing.length) + (head.keep_alive ? " stays\n" : " closes\n");
  return out + FieldsText(head.headers);
}

std::string ResultText(const ParseResult& result, const RequestHead& head) {
  if (result.state == ParseState::kIncomplete) return "incomplete";
  if (result.state == ParseState::kError) return std::string(ErrorName(result.error));
  return std::to_string(result.consumed) + std::string(head.scheme) +
         std::to_string(static_cast<int>(head.version)) +
         std::to_string(head.expects_continue + 2 * head.has_unknown_expectation +
                        4 * head.wants_upgrade) +
         RequestText(head);
}

std::string ParseInTwo(std::string_view text, size_t split) {
  HeadScanner scan;
  RequestHead head;
  Bytes first = Copy(text.substr(0, split));
  ParseResult result = ParseRequestHead(scan, first.data(), first.size(), Limits(), head);
  if (result.state != ParseState::kIncomplete) return ResultText(result, head);
  first.insert(first.end(), text.begin() + static_cast<std::ptrdiff_t>(split), text.end());
  Bytes whole = first;
  result = ParseRequestHead(scan, whole.data(), whole.size(), Limits(), head);
  FL_CHECK(scan.work <= text.size());
  return ResultText(result, head);
}

void CheckWritten(RequestHead& head) {
  if (head.authority.empty()) head.authority = "http10.example";
  const net::Slice written = WriteRequestHead(head, head.framing, !head.keep_alive);
  FL_CHECK(written.view().find("\r\n\r\n") == written.size() - 4);
  Bytes bytes = Copy(written.view());
  HeadScanner scan;
  RequestHead again;
  const ParseResult result = ParseRequestHead(scan, bytes.data(), bytes.size(), {}, again);
  FL_CHECK(result.state == ParseState::kDone);
  FL_CHECK(result.consumed == bytes.size());
  FL_CHECK(RequestText(again) == RequestText(head));
}

// Every way to look for the same bytes finds the same.
void CheckScans(std::string_view text) {
  Bytes bytes = Copy(text);
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  for (size_t from = 0; from <= bytes.size(); from += 1 + bytes.size() / 8) {
    const size_t expected = internal::FindHeadEndPlain(begin, 0, from, bytes.size());
    FL_CHECK(internal::FindHeadEndSse2(begin, 0, from, bytes.size()) == expected);
    FL_CHECK(internal::FindHeadEndAvx2(begin, 0, from, bytes.size()) == expected);
    FL_CHECK(FindControl(begin + from, end) == plain::FindControl(begin + from, end));
    FL_CHECK(FindTargetEnd(begin + from, end) == plain::FindTargetEnd(begin + from, end));
    Bytes name(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end());
    Bytes plain_name = name;
    const auto lowered = LowerName(name.data(), name.data() + name.size()) - name.data();
    const auto expected_lowered =
        plain::LowerName(plain_name.data(), plain_name.data() + plain_name.size()) -
        plain_name.data();
    FL_CHECK(lowered == expected_lowered && name == plain_name);
  }
}

void FuzzOne(std::string_view text) {
  CheckScans(text);
  HeadScanner scan;
  RequestHead head;
  const net::Slice bytes = net::Slice::Copy(text);
  const ParseResult result = ParseRequestHead(scan, bytes.data(), bytes.size(), Limits(), head);
  const std::string expected = ResultText(result, head);

  Bytes tight = Copy(text);
  HeadScanner tight_scan;
  RequestHead tight_head;
  const ParseResult tight_result =
      ParseRequestHead(tight_scan, tight.data(), tight.size(), Limits(), tight_head);
  FL_CHECK(ResultText(tight_result, tight_head) == expected);
  for (const size_t split : Splits(text)) FL_CHECK(ParseInTwo(text, split) == expected);

  if (result.state != ParseState::kDone) return;
  CheckWritten(tight_head);  // without a block: field by field
  head.block = bytes;
  CheckWritten(head);
}

}  // namespace
}  // namespace fairlead::codec::http1

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fairlead::codec::http1::FuzzOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
