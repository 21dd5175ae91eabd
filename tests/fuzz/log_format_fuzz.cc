// Any bytes as a format of access logs, and as a request that is logged: the first line is the
// format, the rest goes into fields, path and metadata. Must hold: a format is read, or refused
// with a reason; what is read writes a line without control bytes of the request's, and JSON that a
// parser takes, with the same members whatever the request says.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/base/check.h"
#include "dataplane/base/strings.h"
#include "dataplane/event/random.h"
#include "dataplane/observe/json_format.h"
#include "dataplane/observe/log_format.h"
#include "dataplane/observe/log_test_support.h"
#include "dataplane/observe/metadata.h"
#include "google/protobuf/struct.pb.h"
#include "nlohmann/json.hpp"

namespace fairlead::observe {
namespace {

using google::protobuf::Struct;

std::shared_ptr<const Metadata> MetadataWith(std::string_view text) {
  auto namespaces = std::make_unique<Struct>();
  auto& inner = *(*namespaces->mutable_fields())["a.b"].mutable_struct_value()->mutable_fields();
  inner["k"].set_string_value(std::string(text));
  inner["n"].set_number_value(static_cast<double>(text.size()) / 3);
  inner["l"].mutable_list_value()->add_values()->set_string_value(std::string(text));
  return std::make_shared<const Metadata>(std::move(namespaces));
}

bool HasControls(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

void CheckText(const LogFormat& format, bool has_controls, const LogEntry& entry) {
  std::string line;
  format.AppendText(entry, line);
  // Those of the format are the operator's own.
  FL_CHECK(has_controls || !HasControls(line));
}

void CheckJson(std::string_view text, const LogEntry& entry) {
  Struct proto;
  (*proto.mutable_fields())["key"].set_string_value(std::string(text));
  (*proto.mutable_fields())["last"].set_bool_value(true);
  const auto format = JsonFormat::Compile(proto, {});
  // A message's text must be UTF-8; here nobody has looked.
  if (!format.ok()) return;
  std::string line;
  format->Append(entry, line);
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  FL_CHECK(json.is_object() && json.size() == 2 && json.contains("key"));
  FL_CHECK(json["last"] == true);
  FL_CHECK(line.find('\n') == line.size() - 1);
}

}  // namespace

void Check(std::string_view input) {
  const std::string_view text = input.substr(0, input.find('\n'));
  const std::string rest(input.substr(std::min(text.size() + 1, input.size())));
  const auto format = LogFormat::Compile(text);
  if (!format.ok()) {
    FL_CHECK(!format.status().message().empty());
    return;
  }
  TestExchange exchange;
  exchange.request.path = rest;
  exchange.request.authority = rest;
  exchange.request.headers.Add("x-any", rest);
  exchange.request.block = net::Slice::Copy(rest);
  exchange.response.headers.Add("x-any", rest);
  const auto metadata = MetadataWith(rest);
  exchange.info.route_metadata = metadata.get();
  exchange.info.upstream_hostname = rest;
  exchange.info.local_reply_body = rest;
  event::Random random(rest.size());
  const LogEntry entry{exchange.request, exchange.response,       exchange.info,
                       &random,          LogType::kDownstreamEnd, &exchange.request.headers};
  CheckText(*format, HasControls(text), entry);
  CheckJson(text, entry);
}

}  // namespace fairlead::observe

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fairlead::observe::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
