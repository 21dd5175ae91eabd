// The first line is a log format ("{" begins a JSON one), the others are what a peer sent: path,
// authority, a header's value, and what goes on. Must hold: a format that is refused is refused
// with a reason; a line that is written is the same every time, has no control bytes but those of
// the format, is as long as its parts allow and no longer; JSON is JSON.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/base/check.h"
#include "dataplane/observe/compile_log_format.h"
#include "dataplane/observe/log_test_support.h"
#include "envoy/config/core/v3/substitution_format_string.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace fairlead::observe {
namespace {

using envoy::config::core::v3::SubstitutionFormatString;

std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void FillExchange(std::string_view text, TestExchange& exchange) {
  exchange.request.path = TakeLine(text);
  exchange.request.authority = TakeLine(text);
  const std::string_view value = TakeLine(text);
  exchange.request.headers.Add("x", value);
  exchange.request.headers.Add("x-envoy-original-path", TakeLine(text));
  exchange.response.headers.Add("x", value);
  exchange.info.route_name = TakeLine(text);
  exchange.info.response_code_details = TakeLine(text);
  exchange.info.response_flags = static_cast<uint32_t>(text.size() * 0x9e3779b1u);
  if (text.size() % 3 == 1) exchange.info.upstream_host = nullptr;
  if (text.size() % 3 == 2) exchange.info.response_complete = {};
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

size_t Controls(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), &IsControl));
}

// What one operator may write: the longest text there is, or a scratch, with every byte escaped.
size_t LongestValue(size_t peer_bytes) {
  return 6 * std::max(peer_bytes, std::tuple_size_v<LogScratch>);
}

void FuzzText(const std::string& text, const TestExchange& exchange, size_t longest) {
  for (const LogFormat::Empty empty : {LogFormat::Empty::kDash, LogFormat::Empty::kOmit}) {
    const auto format = LogFormat::Compile(text, empty);
    FL_CHECK(format.ok() || !format.status().message().empty());
    if (!format.ok()) return;
    const auto operators = static_cast<size_t>(std::count(text.begin(), text.end(), '%')) / 2;
    const size_t size_max = text.size() + operators * longest;
    std::string line;
    format->AppendText(exchange.entry(), line);
    FL_CHECK(line.size() <= size_max);
    FL_CHECK(Controls(line) <= Controls(text));
    std::string plain;
    format->AppendPlain(exchange.entry(), plain);
    FL_CHECK(plain.size() <= size_max);
    if (format->is_constant()) FL_CHECK(line == format->constant() && plain == line);
    std::string inside;
    format->AppendJson(exchange.entry(), inside);
    FL_CHECK(inside.size() <= 6 * text.size() + operators * longest);
    FL_CHECK(nlohmann::json::accept("\"" + inside + "\""));
    std::string again = "x";
    format->AppendText(exchange.entry(), again);
    FL_CHECK(again == "x" + line);
  }
}

void FuzzJson(const std::string& text, const TestExchange& exchange) {
  google::protobuf::Struct object;
  if (!google::protobuf::util::JsonStringToMessage(text, &object).ok()) return;
  for (const bool omit : {false, true}) {
    SubstitutionFormatString proto;
    *proto.mutable_json_format() = object;
    proto.set_omit_empty_values(omit);
    const auto format = CompileLogFormat(proto);
    FL_CHECK(format.ok() || !format.status().message().empty());
    if (!format.ok()) return;
    std::string line;
    AppendLine(*format, exchange.entry(), line);
    FL_CHECK(line.ends_with('\n') && Controls(line) == 1);
    FL_CHECK(nlohmann::json::accept(line));
  }
}

void FuzzOne(std::string_view rest) {
  const std::string text(TakeLine(rest));
  TestExchange exchange;
  FillExchange(rest, exchange);
  if (text.starts_with('{')) return FuzzJson(text, exchange);
  FuzzText(text, exchange, LongestValue(rest.size()));
}

}  // namespace
}  // namespace fairlead::observe

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fairlead::observe::FuzzOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
