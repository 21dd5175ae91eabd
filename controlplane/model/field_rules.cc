#include "controlplane/model/field_rules.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/duration.pb.h"
#include "re2/re2.h"

namespace fairlead::control::model {
namespace {

constexpr size_t kRegexBytesMax = 4096;
constexpr int kRegexProgramMax = 4000;
constexpr int64_t kRegexMemoryMax = 1 << 20;
constexpr size_t kPathBytesMax = 8192;
constexpr size_t kHeaderNameBytesMax = 256;
constexpr size_t kHeaderValueBytesMax = 8192;

bool IsLowerAlnum(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string NameProblem(absl::string_view name) {
  bool is_good = !name.empty() && name.size() <= 253 && IsLowerAlnum(name.front()) &&
                 IsLowerAlnum(name.back());
  for (char c : name) is_good = is_good && (IsLowerAlnum(c) || c == '-' || c == '.');
  if (is_good) return "";
  return "a name is 1 to 253 of a-z, 0-9, '-' and '.', and starts and ends with a letter or digit";
}

std::string IpAddressProblem(absl::string_view address) {
  std::array<unsigned char, 16> bytes;
  std::string text(address);
  bool is_good = text.find('\0') == std::string::npos &&
                 (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
                  inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1);
  return is_good ? "" : "expected an IPv4 or IPv6 address";
}

std::string HostProblem(absl::string_view host) {
  if (host.empty() || host.size() > 253) return "a host has 1 to 253 characters";
  for (absl::string_view label : absl::StrSplit(host, '.')) {
    bool is_good =
        !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-';
    for (char c : label) is_good = is_good && (absl::ascii_isalnum(c) || c == '-' || c == '_');
    if (!is_good) return "expected a host name such as shop.example.com, without a port";
  }
  return "";
}

std::string HostPortProblem(absl::string_view host) {
  size_t colon = host.find(':');
  if (colon != absl::string_view::npos) {
    int port = 0;
    if (!absl::SimpleAtoi(host.substr(colon + 1), &port) || port < 1 || port > 65535) {
      return "the port is not a number from 1 to 65535";
    }
  }
  return HostProblem(host.substr(0, colon));
}

std::string HostnamePatternProblem(absl::string_view pattern) {
  if (pattern == "*") return "";
  absl::ConsumePrefix(&pattern, "*.");
  if (HostProblem(pattern).empty()) return "";
  return "expected a host name, *.example.com or *, without a port";
}

std::string PathProblem(absl::string_view path) {
  if (path.empty() || path[0] != '/') return "a path starts with '/'";
  if (path.size() > kPathBytesMax) return absl::StrCat("longer than ", kPathBytesMax, " bytes");
  for (char c : path) {
    if (IsControl(c) || c == ' ' || c == '?' || c == '#') {
      return "a path has no '?', '#', space or control character";
    }
  }
  if (absl::StrContains(path, "//")) return "never matches: '//' in a request becomes '/'";
  for (absl::string_view segment : absl::StrSplit(path.substr(1), '/')) {
    if (segment == "." || segment == "..") {
      return "never matches: '.' and '..' in a request are resolved";
    }
  }
  return "";
}

bool IsToken(absl::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    bool is_good = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                   (c != '\0' && absl::StrContains("!#$%&'*+-.^_`|~", c));
    if (!is_good) return false;
  }
  return true;
}

std::string HeaderNameProblem(absl::string_view name) {
  if (absl::StartsWith(name, ":")) return "pseudo headers have fields of their own";
  if (name.size() > kHeaderNameBytesMax) {
    return absl::StrCat("longer than ", kHeaderNameBytesMax, " bytes");
  }
  return IsToken(name) ? "" : "not the name of a header";
}

std::string EditableHeaderProblem(absl::string_view name) {
  if (std::string problem = HeaderNameProblem(name); !problem.empty()) return problem;
  if (absl::EqualsIgnoreCase(name, "host")) return "use rewriteHost to change the host";
  for (absl::string_view own : {"connection", "content-length", "keep-alive", "proxy-connection",
                                "te", "trailer", "transfer-encoding", "upgrade"}) {
    if (absl::EqualsIgnoreCase(name, own)) return "the proxy decides this header itself";
  }
  return "";
}

std::string HeaderValueProblem(absl::string_view value) {
  if (value.empty()) return "a header value cannot be empty; use remove to take a header away";
  if (value.size() > kHeaderValueBytesMax) {
    return absl::StrCat("longer than ", kHeaderValueBytesMax, " bytes");
  }
  for (char c : value) {
    if (IsControl(c) && c != '\t') return "a header value has no line end or control character";
  }
  if (value.front() == ' ' || value.front() == '\t' || value.back() == ' ' ||
      value.back() == '\t') {
    return "a header value does not start or end with a space";
  }
  return "";
}

std::string RegexProblem(absl::string_view regex) {
  if (regex.empty()) return "the expression is empty";
  if (regex.size() > kRegexBytesMax) return absl::StrCat("longer than ", kRegexBytesMax, " bytes");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryMax);
  RE2 compiled(re2::StringPiece(regex.data(), regex.size()), options);
  if (!compiled.ok()) return absl::StrCat("not valid in RE2 syntax: ", compiled.error());
  if (compiled.ProgramSize() > kRegexProgramMax) {
    return absl::StrCat("its program has ", compiled.ProgramSize(),
                        " instructions; allowed: ", kRegexProgramMax);
  }
  return "";
}

std::string DurationProblem(const google::protobuf::Duration& duration, long min_ms, long max_ms) {
  // google.protobuf.Duration's own range, so that the sum below cannot overflow.
  constexpr int64_t kSecondsMax = 315'576'000'000;
  if (duration.seconds() > kSecondsMax || duration.seconds() < -kSecondsMax ||
      duration.nanos() > 999'999'999 || duration.nanos() < -999'999'999) {
    return "out of range";
  }
  if (duration.nanos() % 1'000'000 != 0) return "finer than a millisecond";
  int64_t ms = duration.seconds() * 1000 + duration.nanos() / 1'000'000;
  if (ms >= min_ms && ms <= max_ms) return "";
  return absl::StrCat("allowed: ", min_ms / 1000.0, "s to ", max_ms / 1000.0, "s");
}

std::string PlainTextProblem(absl::string_view text, size_t max) {
  if (text.empty()) return "cannot be empty";
  if (text.size() > max) return absl::StrCat("longer than ", max, " bytes");
  for (char c : text) {
    if (IsControl(c)) return "has a control character";
  }
  return "";
}

}  // namespace fairlead::control::model
