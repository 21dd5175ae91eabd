#include "controlplane/auth/token_auth.h"

#include <arpa/inet.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fairlead::control::auth {
namespace {

constexpr size_t kTokenBytesMin = 16;
constexpr size_t kTokenBytesMax = 4096;

bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  // volatile: the loop must not stop at the first difference.
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = difference | static_cast<unsigned char>(a[i] ^ b[i]);
  }
  return difference == 0;
}

}  // namespace

absl::StatusOr<TokenAuth> TokenAuth::FromFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(
        absl::StrCat("token file ", path, ": cannot be read: ", std::strerror(errno)));
  }
  std::string token;
  std::getline(file, token);
  if (!token.empty() && token.back() == '\r') token.pop_back();
  if (token.size() < kTokenBytesMin || token.size() > kTokenBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("token file ", path, ": the first line has ",
                                                   token.size(), " bytes; a token has ",
                                                   kTokenBytesMin, " to ", kTokenBytesMax));
  }
  for (char c : token) {
    if (c <= ' ' || c > '~') {
      return absl::InvalidArgumentError(absl::StrCat(
          "token file ", path, ": the token has a character that is not visible ASCII"));
    }
  }
  return TokenAuth(std::move(token));
}

bool TokenAuth::Accepts(absl::string_view authorization) const {
  if (!is_required()) return true;
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return false;
  return EqualInConstantTime(authorization.substr(kScheme.size()), token_);
}

bool IsLoopback(absl::string_view host) {
  if (host == "localhost") return true;
  std::string text(host);
  in_addr v4;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string HostPort::ToString() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  size_t colon = text.rfind(':');
  HostPort address;
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 ||
      address.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("found \"", text, "\"; expected HOST:PORT such as 127.0.0.1:18000"));
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) host = "";
  address.host = std::string(host);
  std::array<unsigned char, 16> bytes;
  bool is_good = host == "localhost" ||
                 inet_pton(AF_INET, address.host.c_str(), bytes.data()) == 1 ||
                 inet_pton(AF_INET6, address.host.c_str(), bytes.data()) == 1;
  if (is_good) return address;
  return absl::InvalidArgumentError(
      absl::StrCat("found \"", text, "\"; the host must be an IP address or localhost"));
}

absl::Status CheckBind(const HostPort& address, const TokenAuth& auth, absl::string_view flag) {
  if (IsLoopback(address.host) || auth.is_required()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(flag, ": ", address.ToString(),
                   " can be reached from other machines; that needs --token-file"));
}

}  // namespace fairlead::control::auth
