#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "controlplane/model/checker.h"
#include "fairlead/v1/resources.pb.h"

namespace fairlead::control::model {
namespace {

using fairlead::v1::Forward;
using fairlead::v1::Match;
using fairlead::v1::Redirect;
using fairlead::v1::Rule;
using fairlead::v1::ValueMatch;

constexpr uint32_t kWeightMax = 1'000'000;
constexpr size_t kQueryNameBytesMax = 256;
constexpr size_t kMatchValueBytesMax = 8192;
constexpr size_t kRuleNameBytesMax = 128;
constexpr size_t kDirectBodyBytesMax = 4096;

void CheckValueMatch(const ValueMatch& match, const std::string& path, Checker& check) {
  switch (match.value_case()) {
    case ValueMatch::kExact:
      if (!match.exact().empty()) {
        check.Value(path + ".exact", match.exact(),
                    PlainTextProblem(match.exact(), kMatchValueBytesMax));
      }
      return;
    case ValueMatch::kPrefix:
      return check.Value(path + ".prefix", match.prefix(),
                         PlainTextProblem(match.prefix(), kMatchValueBytesMax));
    case ValueMatch::kRegex:
      return check.Value(path + ".regex", match.regex(), RegexProblem(match.regex()));
    case ValueMatch::kPresent:
      return;
    case ValueMatch::VALUE_NOT_SET:
      return check.Error(path, "expected one of exact, prefix, regex, present");
  }
}

void CheckMatch(const Match& match, const std::string& path, Checker& check) {
  switch (match.path_case()) {
    case Match::kPathPrefix:
      check.Value(path + ".pathPrefix", match.path_prefix(), PathProblem(match.path_prefix()));
      break;
    case Match::kPathExact:
      check.Value(path + ".pathExact", match.path_exact(), PathProblem(match.path_exact()));
      break;
    case Match::kPathRegex:
      check.Value(path + ".pathRegex", match.path_regex(), RegexProblem(match.path_regex()));
      break;
    case Match::PATH_NOT_SET:
      break;
  }
  std::set<absl::string_view> methods;
  for (int i = 0; i < match.methods_size(); ++i) {
    const std::string& method = match.methods(i);
    std::string field = absl::StrCat(path, ".methods[", i, "]");
    if (!IsToken(method) || absl::AsciiStrToUpper(method) != method || method.size() > 32) {
      check.Value(field, method, "expected a method in upper case such as GET");
    }
    if (!methods.insert(method).second) check.Value(field, method, "it stands twice");
  }
  for (int i = 0; i < match.headers_size(); ++i) {
    const ValueMatch& header = match.headers(i);
    std::string field = absl::StrCat(path, ".headers[", i, "]");
    check.Value(field + ".name", header.name(), HeaderNameProblem(header.name()));
    CheckValueMatch(header, field, check);
  }
  for (int i = 0; i < match.query_size(); ++i) {
    const ValueMatch& query = match.query(i);
    std::string field = absl::StrCat(path, ".query[", i, "]");
    check.Value(field + ".name", query.name(), PlainTextProblem(query.name(), kQueryNameBytesMax));
    CheckValueMatch(query, field, check);
  }
}

void CheckBackends(const Forward& forward, const std::string& path, Checker& check) {
  if (forward.backends().empty()) return check.Error(path, "there are no backends");
  std::set<absl::string_view> services;
  uint64_t total = 0;
  for (int i = 0; i < forward.backends_size(); ++i) {
    const fairlead::v1::Backend& backend = forward.backends(i);
    std::string field = absl::StrCat(path, ".backends[", i, "]");
    check.Value(field + ".service", backend.service(), NameProblem(backend.service()));
    if (!services.insert(backend.service()).second) {
      check.Value(field + ".service", backend.service(), "it stands twice");
    }
    if (backend.weight() > kWeightMax) {
      check.Error(field + ".weight",
                  absl::StrCat("found ", backend.weight(), "; allowed: 0 to ", kWeightMax));
    }
    total += backend.has_weight() ? backend.weight() : 1;
  }
  if (total == 0) check.Error(path + ".backends", "all weights are 0, so no request could be sent");
}

void CheckForward(const Rule& rule, const std::string& path, Checker& check) {
  const Forward& forward = rule.forward();
  CheckBackends(forward, path + ".forward", check);
  if (!forward.rewrite_prefix().empty()) {
    check.Value(path + ".forward.rewritePrefix", forward.rewrite_prefix(),
                PathProblem(forward.rewrite_prefix()));
    for (int i = 0; i < rule.matches_size(); ++i) {
      if (rule.matches(i).has_path_regex()) {
        check.Error(path + ".forward.rewritePrefix",
                    absl::StrCat("needs a path prefix or an exact path, but matches[", i,
                                 "] has pathRegex"));
      }
    }
  }
  if (!forward.rewrite_host().empty()) {
    check.Value(path + ".forward.rewriteHost", forward.rewrite_host(),
                HostPortProblem(forward.rewrite_host()));
  }
}

void CheckRedirect(const Redirect& redirect, const std::string& path, Checker& check) {
  if (redirect.scheme().empty() && redirect.host().empty() && redirect.port() == 0 &&
      redirect.path().empty()) {
    check.Error(path, "leads nowhere else; set at least one of scheme, host, port, path");
  }
  if (!redirect.scheme().empty() && redirect.scheme() != "http" && redirect.scheme() != "https") {
    check.Value(path + ".scheme", redirect.scheme(), "allowed: http, https");
  }
  if (!redirect.host().empty()) {
    check.Value(path + ".host", redirect.host(), HostProblem(redirect.host()));
  }
  if (redirect.port() != 0) check.Port(path + ".port", redirect.port());
  if (!redirect.path().empty()) {
    check.Value(path + ".path", redirect.path(), PathProblem(redirect.path()));
  }
  switch (redirect.status()) {
    case 0:
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return;
    default:
      check.Error(path + ".status",
                  absl::StrCat("found ", redirect.status(), "; allowed: 301, 302, 303, 307, 308"));
  }
}

void CheckRule(const Rule& rule, const std::string& path, Checker& check) {
  for (int i = 0; i < rule.matches_size() && !check.full(); ++i) {
    CheckMatch(rule.matches(i), absl::StrCat(path, ".matches[", i, "]"), check);
  }
  check.Names(path + ".policies", rule.policies());
  if (!rule.name().empty()) {
    check.Value(path + ".name", rule.name(), PlainTextProblem(rule.name(), kRuleNameBytesMax));
  }
  switch (rule.action_case()) {
    case Rule::kForward:
      return CheckForward(rule, path, check);
    case Rule::kRedirect:
      return CheckRedirect(rule.redirect(), path + ".redirect", check);
    case Rule::kDirectResponse: {
      const fairlead::v1::DirectResponse& response = rule.direct_response();
      if (response.status() < 200 || response.status() > 599) {
        check.Error(path + ".directResponse.status",
                    absl::StrCat("found ", response.status(), "; allowed: 200 to 599"));
      }
      if (response.body().size() > kDirectBodyBytesMax) {
        check.Error(
            path + ".directResponse.body",
            absl::StrCat("has ", response.body().size(), " bytes; allowed: ", kDirectBodyBytesMax));
      }
      return;
    }
    case Rule::ACTION_NOT_SET:
      return check.Error(path, "expected one of forward, redirect, directResponse");
  }
}

}  // namespace

void ValidateRoute(const fairlead::v1::Route& route, Checker& check) {
  check.Names("listeners", route.listeners());
  check.Names("policies", route.policies());
  std::set<std::string> hostnames;
  for (int i = 0; i < route.hostnames_size(); ++i) {
    const std::string& hostname = route.hostnames(i);
    std::string field = absl::StrCat("hostnames[", i, "]");
    check.Value(field, hostname, HostnamePatternProblem(hostname));
    if (!hostnames.insert(absl::AsciiStrToLower(hostname)).second) {
      check.Value(field, hostname, "it stands twice");
    }
  }
  if (route.rules().empty()) check.Error("rules", "there are no rules");
  std::set<absl::string_view> rule_names;
  for (int i = 0; i < route.rules_size() && !check.full(); ++i) {
    std::string path = absl::StrCat("rules[", i, "]");
    CheckRule(route.rules(i), path, check);
    const std::string& name = route.rules(i).name();
    if (!name.empty() && !rule_names.insert(name).second) {
      check.Value(path + ".name", name, "it stands twice");
    }
  }
}

}  // namespace fairlead::control::model
