#include "dataplane/route/hash_policy.h"

#include <algorithm>
#include <string>

#include "dataplane/balance/hash.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/request_path.h"

namespace fairlead::route {
namespace {

// The value of cookie `name` in one Cookie field; nullopt if it is not there.
std::optional<std::string_view> CookieIn(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const size_t end = std::min(field.find(';'), field.size());
    std::string_view pair = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    std::string_view value = pair.substr(equals + 1);
    // RFC 6265 section 4.1.1.
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return std::nullopt;
}

std::optional<uint64_t> HeaderHash(std::string_view name, const codec::RequestHead& head) {
  std::string text;
  RequestField::Values values = RequestField(name).FindAll(head, text);
  if (values.empty()) return std::nullopt;
  if (values.size() == 1) return balance::HashOf(values[0]);
  std::sort(values.begin(), values.end());
  return balance::HashOf(std::span<const std::string_view>(values.data(), values.size()));
}

std::optional<uint64_t> PolicyHash(const HashPolicy& policy, const codec::RequestHead& head,
                                   const net::Address& source) {
  switch (policy.source) {
    case HashPolicy::Source::kHeader:
      return HeaderHash(policy.name, head);
    case HashPolicy::Source::kSourceIp:
      return balance::HashOf(source.ip());
    case HashPolicy::Source::kQueryParameter: {
      const auto value = QueryParameter(head.path, policy.name);
      if (!value.has_value()) return std::nullopt;
      return balance::HashOf(*value);
    }
    case HashPolicy::Source::kCookie: {
      const std::string_view value = CookieValue(head.headers, policy.name);
      if (value.empty()) return std::nullopt;
      return balance::HashOf(value);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> RequestHash(const std::vector<HashPolicy>& policies,
                                    const codec::RequestHead& head, const net::Address& source) {
  std::optional<uint64_t> hash;
  for (const HashPolicy& policy : policies) {
    const std::optional<uint64_t> next = PolicyHash(policy, head, source);
    if (next.has_value()) hash = balance::CombineHashes(hash, *next);
    if (policy.terminal && hash.has_value()) break;
  }
  return hash;
}

std::string_view CookieValue(const codec::HeaderMap& headers, std::string_view name) {
  if (!headers.Has(codec::HeaderId::kCookie)) return {};
  for (const codec::Header& field : headers) {
    if (field.id != codec::HeaderId::kCookie) continue;
    const auto value = CookieIn(field.value, name);
    if (value.has_value()) return *value;
  }
  return {};
}

}  // namespace fairlead::route
