#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "controlplane/model/checker.h"
#include "fairlead/v1/resources.pb.h"

namespace fairlead::control::model {
namespace {

using fairlead::v1::ApiKeys;
using fairlead::v1::HeaderEdit;
using fairlead::v1::KeySource;
using fairlead::v1::RateLimit;

constexpr long kTimeoutMaxMs = 24L * 3'600'000;
// A shorter period costs timers and says nothing; Envoy refuses it as well.
constexpr long kPeriodMinMs = 50;
constexpr int kKeySourcesMax = 16;
constexpr size_t kKeyBytesMax = 1024;
constexpr size_t kClientBytesMax = 256;

void CheckHeaderEdit(const HeaderEdit& edit, const std::string& path, Checker& check) {
  for (int i = 0; i < edit.remove_size(); ++i) {
    check.Value(absl::StrCat(path, ".remove[", i, "]"), edit.remove(i),
                EditableHeaderProblem(edit.remove(i)));
  }
  auto check_map = [&](const google::protobuf::Map<std::string, std::string>& map,
                       const std::string& field) {
    std::set<std::string> seen;
    for (const auto& [name, value] : map) {
      std::string item = absl::StrCat(field, "[", Shown(name), "]");
      check.Value(item, name, EditableHeaderProblem(name));
      check.Value(item, value, HeaderValueProblem(value));
      if (!seen.insert(absl::AsciiStrToLower(name)).second) {
        check.Value(item, name, "it stands twice, in another case");
      }
    }
  };
  check_map(edit.set(), path + ".set");
  check_map(edit.add(), path + ".add");
}

void CheckKeySource(const KeySource& source, const std::string& path, Checker& check) {
  switch (source.source_case()) {
    case KeySource::kHeader:
      return check.Value(path + ".header", source.header(), HeaderNameProblem(source.header()));
    case KeySource::kQuery:
      return check.Value(path + ".query", source.query(),
                         PlainTextProblem(source.query(), kClientBytesMax));
    case KeySource::kCookie:
      if (!IsToken(source.cookie())) {
        check.Value(path + ".cookie", source.cookie(), "not the name of a cookie");
      }
      return;
    case KeySource::SOURCE_NOT_SET:
      return check.Error(path, "expected one of header, query, cookie");
  }
}

// The messages never show a key.
void CheckApiKeys(const ApiKeys& keys, Checker& check) {
  if (keys.sources_size() > kKeySourcesMax) {
    check.Error("apiKeys.sources",
                absl::StrCat("found ", keys.sources_size(), "; allowed: ", kKeySourcesMax));
  }
  for (int i = 0; i < keys.sources_size() && !check.full(); ++i) {
    CheckKeySource(keys.sources(i), absl::StrCat("apiKeys.sources[", i, "]"), check);
  }
  if (keys.credentials().empty() && !keys.disabled()) {
    check.Error("apiKeys.credentials", "there are none, so no request could pass");
  }
  std::set<absl::string_view> seen;
  for (int i = 0; i < keys.credentials_size() && !check.full(); ++i) {
    const fairlead::v1::Credential& credential = keys.credentials(i);
    std::string path = absl::StrCat("apiKeys.credentials[", i, "]");
    check.Value(path + ".client", credential.client(),
                PlainTextProblem(credential.client(), kClientBytesMax));
    std::string problem = PlainTextProblem(credential.key(), kKeyBytesMax);
    if (!problem.empty()) check.Error(path + ".key", "the key " + problem);
    if (!credential.key().empty() && !seen.insert(credential.key()).second) {
      check.Error(path + ".key", "another credential has the same key");
    }
  }
}

void CheckRateLimit(const RateLimit& limit, Checker& check) {
  if (limit.requests() == 0 && !limit.disabled()) {
    check.Error("rateLimit.requests", "found 0; allowed: 1 and more");
  }
  if (limit.has_per()) {
    std::string problem = DurationProblem(limit.per(), kPeriodMinMs, kTimeoutMaxMs);
    if (!problem.empty()) check.Error("rateLimit.per", problem);
  }
  if (limit.burst() != 0 && limit.burst() < limit.requests()) {
    check.Error("rateLimit.burst",
                absl::StrCat("found ", limit.burst(), "; a bucket smaller than requests (",
                             limit.requests(), ") would lower the limit"));
  }
}

}  // namespace

void ValidatePolicy(const fairlead::v1::Policy& policy, Checker& check) {
  auto check_timeout = [&](const char* field, bool is_set, const auto& duration) {
    std::string problem = is_set ? DurationProblem(duration, 0, kTimeoutMaxMs) : "";
    if (!problem.empty()) check.Error(field, problem);
  };
  check_timeout("timeouts.request", policy.timeouts().has_request(), policy.timeouts().request());
  check_timeout("timeouts.idle", policy.timeouts().has_idle(), policy.timeouts().idle());
  CheckHeaderEdit(policy.headers().request(), "headers.request", check);
  CheckHeaderEdit(policy.headers().response(), "headers.response", check);
  if (policy.has_api_keys()) CheckApiKeys(policy.api_keys(), check);
  if (policy.has_rate_limit()) CheckRateLimit(policy.rate_limit(), check);
}

}  // namespace fairlead::control::model
