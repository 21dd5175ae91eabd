#include "dataplane/http/path_rules.h"

#include <optional>
#include <string_view>
#include <vector>

namespace fairlead::http {
namespace {

using EscapedSlashes = HcmConfig::EscapedSlashes;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that "%XY" at `at` stands for; -1 when it is no percent-encoding.
int Decoded(std::string_view path, size_t at) {
  if (path[at] != '%' || at + 2 >= path.size()) return -1;
  const int high = HexValue(path[at + 1]);
  const int low = HexValue(path[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// RFC 3986 section 2.3.
bool IsUnreserved(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// Replaces %2F by "/" and %5C by "\"; true when there was one.
bool UnescapeSlashes(std::string& path) {
  std::string out;
  out.reserve(path.size());
  bool found = false;
  for (size_t i = 0; i < path.size(); ++i) {
    const int c = Decoded(path, i);
    if (c == '/' || c == '\\') {
      out += static_cast<char>(c);
      i += 2;
      found = true;
    } else {
      out += path[i];
    }
  }
  if (found) path = std::move(out);
  return found;
}

bool HasEscapedSlash(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    const int c = Decoded(path, i);
    if (c == '/' || c == '\\') return true;
  }
  return false;
}

// What a path has percent-encoded though the grammar of targets, as clients use it, lets it pass
// (RFC 3986 sections 2.2 and 3.3).
bool NeedsEncoding(char c) {
  return c == '"' || c == '<' || c == '>' || c == '{' || c == '}' || c == '|' || c == '^' ||
         c == '`' || static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
}

// Decodes what need not be encoded, encodes what should be, and turns "\" into "/". A "%" that
// encodes nothing stays, but is encoded where it would come to encode something. False for a
// NUL, encoded or not, which has no normal form.
bool DecodeUnreserved(std::string& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  // Where the last "%" that encodes nothing stands in `out`.
  size_t lone = std::string::npos;
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\0') return false;
    if (c == '\\') {
      out += '/';
    } else if (NeedsEncoding(c)) {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else if (const int decoded = Decoded(path, i); decoded < 0) {
      if (c == '%') lone = out.size();
      out += c;
    } else if (decoded == 0) {
      return false;
    } else {
      if (IsUnreserved(decoded)) {
        out += static_cast<char>(decoded);
      } else {
        out.append(path, i, 3);
      }
      i += 2;
    }
    // "%2%65" must not become "%2e", which the next one to decode takes for a dot.
    if (lone != std::string::npos && out.size() == lone + 3 && Decoded(out, lone) >= 0) {
      out.insert(lone + 1, "25");
      lone = std::string::npos;
    }
  }
  path = std::move(out);
  return true;
}

// A segment with its parameters (";a=b") counts as what it is without them when that is a dot
// segment: many servers drop parameters before they resolve dots, so that "/a/..;/b" is "/b" to
// them.
std::string_view DotsOf(std::string_view segment) {
  const std::string_view name = segment.substr(0, segment.find(';'));
  return name == "." || name == ".." ? name : std::string_view();
}

// RFC 3986 section 5.2.4: what climbs above the root stays there.
void RemoveDotSegments(std::string& path) {
  std::vector<std::string_view> kept;
  const std::string_view all(path);
  size_t at = 1;
  bool ends_in_slash = false;
  while (at <= all.size()) {
    const size_t end = std::min(all.find('/', at), all.size());
    const std::string_view segment = all.substr(at, end - at);
    const bool is_last = end == all.size();
    if (const std::string_view dots = DotsOf(segment); !dots.empty()) {
      if (dots == ".." && !kept.empty()) kept.pop_back();
      ends_in_slash = is_last;
    } else {
      kept.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  out.reserve(path.size());
  for (std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (ends_in_slash || out.empty()) out += '/';
  path = std::move(out);
}

void MergeSlashes(std::string& path) {
  std::string out;
  out.reserve(path.size());
  for (char c : path) {
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  }
  path = std::move(out);
}

// Most paths are in normal form already; this one pass says so for them.
bool MayNeedWork(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%' || c == '\\' || NeedsEncoding(c)) return true;
    if (c == '/' && i + 1 < path.size() && (path[i + 1] == '/' || path[i + 1] == '.')) return true;
  }
  return false;
}

}  // namespace

PathVerdict NormalizePath(const PathRules& rules, std::string& target) {
  if (target.empty() || target[0] != '/') return PathVerdict::kAsIs;
  const size_t query_at = std::min(target.find('?'), target.size());
  if (!MayNeedWork(std::string_view(target).substr(0, query_at))) return PathVerdict::kAsIs;
  const std::string query = target.substr(query_at);
  std::string path = target.substr(0, query_at);
  bool redirect = false;
  if (rules.escaped_slashes == EscapedSlashes::kReject) {
    if (HasEscapedSlash(path)) return PathVerdict::kRejected;
  } else if (rules.escaped_slashes != EscapedSlashes::kKeep && UnescapeSlashes(path)) {
    redirect = rules.escaped_slashes == EscapedSlashes::kUnescapeAndRedirect;
  }
  if (rules.normalize) {
    if (!DecodeUnreserved(path)) return PathVerdict::kRejected;
    RemoveDotSegments(path);
  }
  if (rules.merge_slashes) MergeSlashes(path);
  path += query;
  if (path == target) return PathVerdict::kAsIs;
  target = std::move(path);
  return redirect ? PathVerdict::kRedirect : PathVerdict::kChanged;
}

}  // namespace fairlead::http
