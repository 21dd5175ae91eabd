#include "dataplane/codec/http1/start_line.h"

#include <cstddef>
#include <string>

#include "dataplane/codec/http1/authority.h"
#include "dataplane/codec/http1/byte_scan.h"
#include "dataplane/codec/http1/char_class.h"

namespace fairlead::codec::http1 {
namespace {

constexpr std::string_view kHttp11Text = "HTTP/1.1";
constexpr size_t kVersionSize = kHttp11Text.size();

// "HTTP/" DIGIT "." DIGIT. A minor version above 1 is 1.1 (RFC 9110 section 2.5).
ParseError ParseVersion(std::string_view text, Version& version) {
  if (text == kHttp11Text) {
    version = Version::kHttp11;
    return ParseError::kNone;
  }
  if (text.size() != kVersionSize || text.substr(0, 5) != "HTTP/" || !Is(text[5], kDigitChar) ||
      text[6] != '.' || !Is(text[7], kDigitChar)) {
    return ParseError::kBadVersion;
  }
  if (text[5] != '1') return ParseError::kVersionNotSupported;
  version = text[7] == '0' ? Version::kHttp10 : Version::kHttp11;
  return ParseError::kNone;
}

// "http://host[:port][/path][?query]", RFC 9112 section 3.2.2.
ParseError ParseAbsoluteTarget(std::string_view target, RequestHead& head) {
  const size_t colon = target.find("://");
  if (colon == std::string_view::npos) return ParseError::kBadTarget;
  const std::string_view scheme = target.substr(0, colon);
  if (EqualsIgnoreCase(scheme, "http")) {
    head.scheme = "http";
  } else if (EqualsIgnoreCase(scheme, "https")) {
    head.scheme = "https";
  } else {
    return ParseError::kBadTarget;
  }
  const std::string_view rest = target.substr(colon + 3);
  const size_t authority_end = rest.find_first_of("/?");
  head.authority = rest.substr(0, authority_end);
  if (!IsAuthority(head.authority)) return ParseError::kBadTarget;
  if (authority_end == std::string_view::npos) {
    head.path = head.method == Method::kOptions ? "*" : "/";
  } else if (rest[authority_end] == '/') {
    head.path = rest.substr(authority_end);
  } else {  // an empty path before a query: the origin form needs its "/"
    head.path = head.headers.Keep("/" + std::string(rest.substr(authority_end)));
  }
  return ParseError::kNone;
}

ParseError ParseTarget(std::string_view target, RequestHead& head) {
  if (target[0] == '/') {
    head.path = target;
    return ParseError::kNone;
  }
  if (target == "*") {
    head.path = target;
    return head.method == Method::kOptions ? ParseError::kNone : ParseError::kBadTarget;
  }
  return ParseAbsoluteTarget(target, head);
}

}  // namespace

ParseError ParseRequestLine(std::string_view line, RequestHead& head) {
  const char* const end = line.data() + line.size();
  const char* p = line.data();
  while (p < end && Is(*p, kTokenChar)) ++p;
  head.method_text = line.substr(0, static_cast<size_t>(p - line.data()));
  if (head.method_text.empty()) return ParseError::kBadMethod;
  if (p == end) return ParseError::kBadRequestLine;
  if (*p != ' ') return ParseError::kBadMethod;
  head.method = LookupMethod(head.method_text);

  const char* const target = ++p;
  p = FindTargetEnd(p, end);
  // "GET /" is HTTP/0.9, "GET  /" has two blanks.
  if (p == target || p == end) return ParseError::kBadRequestLine;
  if (*p != ' ') return ParseError::kBadTarget;
  const std::string_view target_text(target, static_cast<size_t>(p - target));

  ++p;
  const std::string_view version(p, static_cast<size_t>(end - p));
  const ParseError error = ParseVersion(version, head.version);
  if (error == ParseError::kBadVersion && version.find(' ') != std::string_view::npos) {
    return ParseError::kBadRequestLine;  // a blank too many, in the target or behind the version
  }
  if (error != ParseError::kNone) return error;
  if (head.method == Method::kConnect) return ParseError::kConnectNotSupported;
  return ParseTarget(target_text, head);
}

ParseError ParseStatusLine(std::string_view line, ResponseHead& head) {
  if (line.size() < kVersionSize + 4 || line[kVersionSize] != ' ') {
    return ParseError::kBadStatusLine;
  }
  const ParseError error = ParseVersion(line.substr(0, kVersionSize), head.version);
  if (error != ParseError::kNone) return error;

  const char* const code = line.data() + kVersionSize + 1;
  if (!Is(code[0], kDigitChar) || !Is(code[1], kDigitChar) || !Is(code[2], kDigitChar) ||
      code[0] == '0') {
    return ParseError::kBadStatusLine;
  }
  head.status =
      static_cast<uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));

  std::string_view rest = line.substr(kVersionSize + 4);
  if (rest.empty()) return ParseError::kNone;
  if (rest[0] != ' ') return ParseError::kBadStatusLine;
  rest.remove_prefix(1);
  const char* const end = rest.data() + rest.size();
  if (FindControl(rest.data(), end) != end) return ParseError::kBadStatusLine;
  head.reason = rest;
  return ParseError::kNone;
}

}  // namespace fairlead::codec::http1
