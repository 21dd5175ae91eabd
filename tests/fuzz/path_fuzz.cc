// The first byte chooses rules, the rest is a request's target. Must hold: the normal form is the
// one of a slow reference that works on decoded symbols and follows RFC 3986 section 5.2.4 to the
// letter; it is its own normal form; nothing in it climbs, or would after one more decoding; the
// query is as it was.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/http/path_rules.h"

namespace fairlead::http {
namespace {

using EscapedSlashes = HcmConfig::EscapedSlashes;

constexpr std::string_view kHexDigits = "0123456789ABCDEF0123456789abcdef";

bool IsHexDigit(char c) { return kHexDigits.find(c) != std::string_view::npos; }

// A character of a path: as it stands, or percent-encoded.
struct Symbol {
  bool is_encoded = false;
  unsigned char value = 0;
  std::string text;

  bool Is(bool encoded, std::string_view values) const {
    return is_encoded == encoded && values.find(static_cast<char>(value)) != std::string_view::npos;
  }
};
using Symbols = std::vector<Symbol>;

Symbols Split(std::string_view path) {
  Symbols symbols;
  while (!path.empty()) {
    Symbol symbol{false, static_cast<unsigned char>(path[0]), std::string(1, path[0])};
    if (path[0] == '%' && path.size() > 2 && IsHexDigit(path[1]) && IsHexDigit(path[2])) {
      symbol.is_encoded = true;
      symbol.text = path.substr(0, 3);
      symbol.value = static_cast<unsigned char>(std::stoi(symbol.text.substr(1), nullptr, 16));
    }
    path.remove_prefix(symbol.text.size());
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

std::string Join(const Symbols& symbols) {
  std::string text;
  for (const Symbol& symbol : symbols) text += symbol.text;
  return text;
}

bool IsUnreserved(unsigned char c) {
  return std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
             .find(static_cast<char>(c)) != std::string_view::npos;
}

// Decodes and encodes as the normal form wants it. False: there is none.
bool ToNormalSymbols(Symbols& symbols) {
  for (Symbol& symbol : symbols) {
    if (symbol.value == 0) return false;
    if (symbol.Is(false, "\\")) {
      symbol = {false, '/', "/"};
    } else if (!symbol.is_encoded &&
               (symbol.value <= 0x20 || symbol.value >= 0x7f || symbol.Is(false, "\"<>{}|^`"))) {
      constexpr std::string_view kUpper = "0123456789ABCDEF";
      symbol.is_encoded = true;
      symbol.text = std::string("%") + kUpper[symbol.value >> 4] + kUpper[symbol.value & 15];
    } else if (symbol.is_encoded && IsUnreserved(symbol.value)) {
      symbol.is_encoded = false;
      symbol.text = std::string(1, static_cast<char>(symbol.value));
    }
  }
  // A "%" that encoded nothing would now encode something.
  for (size_t i = 0; i + 2 < symbols.size(); ++i) {
    const auto is_digit = [&](size_t at) { return symbols[at].Is(false, kHexDigits); };
    if (symbols[i].text == "%" && is_digit(i + 1) && is_digit(i + 2)) symbols[i].text = "%25";
  }
  return true;
}

// "." and ".." with or without parameters.
bool IsDots(std::string_view segment, std::string_view dots) {
  return segment.substr(0, segment.find(';')) == dots;
}

// RFC 3986 section 5.2.4, steps C to E (A, B and D are for relative paths).
std::string WithoutDotSegments(std::string in) {
  std::string out;
  while (!in.empty()) {
    const size_t end = std::min(in.find('/', 1), in.size());
    const std::string segment = in.substr(1, end - 1);
    const bool is_last = end == in.size();
    if (IsDots(segment, ".") || IsDots(segment, "..")) {
      in = is_last ? "/" : in.substr(end);
      if (IsDots(segment, "..")) out.resize(std::min(out.rfind('/'), out.size()));
    } else {
      out += in.substr(0, end);
      in.erase(0, end);
    }
  }
  return out;
}

struct Normal {
  PathVerdict verdict = PathVerdict::kAsIs;
  std::string target;
};

Normal Reference(const PathRules& rules, const std::string& target) {
  if (!target.starts_with('/')) return {PathVerdict::kAsIs, target};
  const std::string query = target.substr(std::min(target.find('?'), target.size()));
  Symbols symbols = Split(std::string_view(target).substr(0, target.size() - query.size()));
  bool redirects = false;
  for (Symbol& symbol : symbols) {
    if (!symbol.Is(true, "/\\") || rules.escaped_slashes == EscapedSlashes::kKeep) continue;
    if (rules.escaped_slashes == EscapedSlashes::kReject) return {PathVerdict::kRejected, target};
    symbol = {false, symbol.value, std::string(1, static_cast<char>(symbol.value))};
    redirects = rules.escaped_slashes == EscapedSlashes::kUnescapeAndRedirect;
  }
  if (rules.normalize && !ToNormalSymbols(symbols)) return {PathVerdict::kRejected, target};
  std::string path = Join(symbols);
  if (rules.normalize) path = WithoutDotSegments(path);
  for (size_t at; rules.merge_slashes && (at = path.find("//")) != std::string::npos;) {
    path.erase(at, 1);
  }
  path += query;
  if (path == target) return {PathVerdict::kAsIs, target};
  return {redirects ? PathVerdict::kRedirect : PathVerdict::kChanged, path};
}

// What must hold of every path that is let through.
void CheckSafe(const PathRules& rules, const std::string& target) {
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  FL_CHECK(path.starts_with('/'));
  const Symbols symbols = Split(path);
  for (const Symbol& symbol : symbols) {
    if (rules.escaped_slashes != EscapedSlashes::kKeep) FL_CHECK(!symbol.Is(true, "/\\"));
    if (rules.normalize) FL_CHECK(!(symbol.is_encoded && symbol.value == 0));
    if (rules.normalize) FL_CHECK(!symbol.Is(false, "\\ \"<>{}|^`"));
  }
  if (rules.merge_slashes) FL_CHECK(path.find("//") == std::string_view::npos);
  if (!rules.normalize) return;
  // As the next one reads it, who decodes once more.
  std::string segment;
  for (size_t i = 1; i <= symbols.size(); ++i) {
    if (i < symbols.size() && symbols[i].text != "/") {
      segment += symbols[i].Is(true, "/\\") ? 'x' : static_cast<char>(symbols[i].value);
      continue;
    }
    FL_CHECK(!IsDots(segment, ".") && !IsDots(segment, ".."));
    segment.clear();
  }
}

void FuzzOne(uint8_t choice, const std::string& target) {
  const PathRules rules{.normalize = (choice & 1) != 0,
                        .merge_slashes = (choice & 2) != 0,
                        .escaped_slashes = static_cast<EscapedSlashes>(choice >> 2 & 3)};
  std::string path = target;
  const PathVerdict verdict = NormalizePath(rules, path);
  const Normal expected = Reference(rules, target);
  FL_CHECK(verdict == expected.verdict);
  if (verdict == PathVerdict::kRejected) return;
  FL_CHECK(path == expected.target);
  if (!target.starts_with('/')) return;
  CheckSafe(rules, path);
  std::string again = path;
  FL_CHECK(NormalizePath(rules, again) == PathVerdict::kAsIs);
  FL_CHECK(again == path);
}

}  // namespace
}  // namespace fairlead::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  fairlead::http::FuzzOne(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
