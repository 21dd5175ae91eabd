#include "tools/fairlead/yaml_text.h"

#include <algorithm>
#include <array>
#include <regex>

#include "absl/strings/ascii.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {
namespace {

constexpr std::array<std::string_view, 9> kReserved = {"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n"};

std::string Dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

bool IsPlain(const std::string& text) {
  if (text.empty() || text.size() > 200) return false;
  const std::string lower = absl::AsciiStrToLower(text);
  if (std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end()) return false;
  // Words and paths; IPv4 addresses; durations. None of these is a number, a date or a tag in
  // YAML 1.1 or 1.2.
  static const std::regex& plain = *new std::regex(
      R"(^([A-Za-z_/][A-Za-z0-9_/.-]*|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|[0-9]+(\.[0-9]+)?s)$)");
  return std::regex_match(text, plain);
}

std::string Scalar(const Json& value) {
  if (value.is_string() && IsPlain(value.get<std::string>())) return value.get<std::string>();
  // A JSON string is a double-quoted YAML scalar, and "{}" and "[]" are YAML too.
  return Dump(value, -1);
}

bool IsBlock(const Json& value) { return value.is_structured() && !value.empty(); }

void Append(const Json& value, int indent, std::string& out);

void AppendObject(const Json& object, int indent, std::string& out) {
  bool is_first = true;
  for (const auto& [key, value] : object.items()) {
    // The first key stands where the caller has put the cursor, perhaps after "- ".
    if (!is_first) out.append(indent, ' ');
    is_first = false;
    StrAppend(&out, Scalar(Json(key)), ":");
    if (!IsBlock(value)) {
      StrAppend(&out, " ", Scalar(value), "\n");
      continue;
    }
    const int child = value.is_array() ? indent : indent + 2;
    out += '\n';
    out.append(child, ' ');
    Append(value, child, out);
  }
}

void AppendArray(const Json& array, int indent, std::string& out) {
  bool is_first = true;
  for (const Json& item : array) {
    if (!is_first) out.append(indent, ' ');
    is_first = false;
    out += "- ";
    Append(item, indent + 2, out);
  }
}

void Append(const Json& value, int indent, std::string& out) {
  if (!IsBlock(value)) {
    StrAppend(&out, Scalar(value), "\n");
  } else if (value.is_array()) {
    AppendArray(value, indent, out);
  } else {
    AppendObject(value, indent, out);
  }
}

}  // namespace

std::string YamlText(const Json& value) {
  std::string out;
  Append(value, 0, out);
  return out;
}

std::string JsonText(const Json& value) { return Dump(value, 2) + "\n"; }

std::string JsonLine(const Json& value) { return Dump(value, -1) + "\n"; }

}  // namespace fairlead::cli
