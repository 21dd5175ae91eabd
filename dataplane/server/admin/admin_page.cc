#include "dataplane/server/admin/admin_page.h"

#include <algorithm>

#include "dataplane/base/status.h"

namespace fairlead::server::admin {
namespace {

// Memory for one regular expression of a query.
constexpr int64_t kRegexBytesMax = 1024 * 1024;

// -1 if it is none.
int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(text[i]);
  }
  return decoded;
}

}  // namespace

std::optional<std::string_view> AdminRequest::Find(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

AdminRequest ParseTarget(std::string_view target) {
  AdminRequest request;
  const size_t question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (question == std::string_view::npos) return request;
  std::string_view query = target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(item.size() + 1, query.size()));
    if (item.empty()) continue;
    const size_t equals = item.find('=');
    request.parameters.emplace_back(
        PercentDecode(item.substr(0, equals)),
        equals == std::string_view::npos ? "" : PercentDecode(item.substr(equals + 1)));
  }
  return request;
}

absl::StatusOr<std::unique_ptr<const re2::RE2>> RegexParameter(const AdminRequest& request,
                                                               std::string_view name) {
  const std::optional<std::string_view> pattern = request.Find(name);
  if (!pattern.has_value()) return std::unique_ptr<const re2::RE2>();
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexBytesMax);
  auto regex =
      std::make_unique<const re2::RE2>(re2::StringPiece(pattern->data(), pattern->size()), options);
  if (!regex->ok()) {
    return InvalidArgument(name, ": '", *pattern,
                           "' is not an RE2 regular expression: ", regex->error());
  }
  return regex;
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
  }
  return line;
}

AdminReply BadRequest(std::string_view reason) {
  return {.status = 400, .body = StrCat(reason, "\n")};
}

}  // namespace fairlead::server::admin
