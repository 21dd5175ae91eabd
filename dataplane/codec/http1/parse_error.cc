#include "dataplane/codec/http1/parse_error.h"

#include <array>
#include <cstddef>

namespace fairlead::codec::http1 {
namespace {

struct Row {
  ParseError error;
  std::string_view name;
  uint16_t status;
};

constexpr size_t kRows = static_cast<size_t>(ParseError::kCount);
constexpr std::array<Row, kRows> kTable = {{
    {ParseError::kNone, "", 200},
    {ParseError::kBadRequestLine, "http1.bad_request_line", 400},
    {ParseError::kBadStatusLine, "http1.bad_status_line", 400},
    {ParseError::kBadMethod, "http1.bad_method", 400},
    {ParseError::kBadTarget, "http1.bad_target", 400},
    {ParseError::kBadVersion, "http1.bad_version", 400},
    {ParseError::kVersionNotSupported, "http1.version_not_supported", 505},
    {ParseError::kBadFieldName, "http1.bad_field_name", 400},
    {ParseError::kBadFieldValue, "http1.bad_field_value", 400},
    {ParseError::kBadLineEnd, "http1.bad_line_end", 400},
    {ParseError::kObsFold, "http1.obs_fold", 400},
    {ParseError::kBadHost, "http1.bad_host", 400},
    {ParseError::kMissingHost, "http1.missing_host", 400},
    {ParseError::kBadConnection, "http1.bad_connection", 400},
    {ParseError::kBadContentLength, "http1.bad_content_length", 400},
    {ParseError::kLengthAndCoding, "http1.length_and_coding", 400},
    {ParseError::kBadTransferCoding, "http1.bad_transfer_coding", 400},
    {ParseError::kCodingNotSupported, "http1.coding_not_supported", 501},
    {ParseError::kCodingInHttp10, "http1.coding_in_http10", 400},
    {ParseError::kBodyNotAllowed, "http1.body_not_allowed", 400},
    {ParseError::kHeadTooLarge, "http1.head_too_large", 431},
    {ParseError::kTooManyFields, "http1.too_many_fields", 431},
    {ParseError::kBadChunk, "http1.bad_chunk", 400},
    {ParseError::kBadTrailer, "http1.bad_trailer", 400},
    {ParseError::kConnectNotSupported, "http1.connect_not_supported", 501},
}};

constexpr bool IsInOrder() {
  for (size_t i = 0; i < kRows; ++i) {
    if (static_cast<size_t>(kTable[i].error) != i) return false;
  }
  return true;
}
static_assert(IsInOrder(), "one row for each error, in the order of the enum");

}  // namespace

std::string_view ErrorName(ParseError error) { return kTable[static_cast<size_t>(error)].name; }

uint16_t ErrorStatus(ParseError error) { return kTable[static_cast<size_t>(error)].status; }

}  // namespace fairlead::codec::http1
