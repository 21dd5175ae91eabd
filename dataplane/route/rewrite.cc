#include "dataplane/route/rewrite.h"

#include <algorithm>
#include <array>
#include <optional>

#include "dataplane/base/strings.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/request_path.h"
#include "dataplane/route/uri_template.h"

namespace fairlead::route {
namespace {

// No more than this is built before the result is found to be too long.
constexpr size_t kReplaceWorkMax = 4 << 20;

// Every match in `text` replaced. Nullopt when that might take too much memory.
std::optional<std::string> ReplaceAll(const re2::RE2& regex, const std::string& substitution,
                                      std::string_view text) {
  // There are at most size + 1 matches; what a group captures lies within its match.
  const size_t groups =
      static_cast<size_t>(std::count(substitution.begin(), substitution.end(), '\\'));
  if ((text.size() + 1) * (substitution.size() + groups + 1) > kReplaceWorkMax) {
    return std::nullopt;
  }
  std::string out(text);
  re2::RE2::GlobalReplace(&out, regex, substitution);
  return out;
}

// What the substitution makes of a template's match of all of `text`; nothing if it does not match.
std::string FillTemplate(const PathRewrite& rewrite, std::string_view text) {
  const re2::StringPiece path(text.data(), text.size());
  // The whole match, and a group for each variable.
  std::array<re2::StringPiece, kUriTemplateVariablesMax + 1> groups;
  const int size = rewrite.regex->NumberOfCapturingGroups() + 1;
  std::string out;
  if (size > static_cast<int>(groups.size()) ||
      !rewrite.regex->Match(path, 0, path.size(), re2::RE2::ANCHOR_BOTH, groups.data(), size) ||
      !rewrite.regex->Rewrite(&out, rewrite.regex_substitution, groups.data(), size)) {
    return "";
  }
  return out;
}

// The new path with the old one's query.
std::optional<std::string> Rewrite(const PathRewrite& rewrite, size_t matched_prefix,
                                   std::string_view path) {
  const std::string_view only = PathWithoutQuery(path);
  std::string out;
  std::string_view rest;
  if (rewrite.is_template) {
    out = FillTemplate(rewrite, only);
    // A filter may have changed the path since it matched.
    if (out.empty()) return std::string(path);
    rest = path.substr(only.size());
  } else if (rewrite.regex != nullptr) {
    std::optional<std::string> replaced =
        ReplaceAll(*rewrite.regex, rewrite.regex_substitution, only);
    if (!replaced.has_value()) return std::nullopt;
    out = *std::move(replaced);
    rest = path.substr(only.size());
  } else {
    out = rewrite.prefix;
    rest = path.substr(std::min(matched_prefix, only.size()));
    if (out.ends_with('/') && rest.starts_with('/')) rest.remove_prefix(1);
  }
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  if (out.size() + rest.size() > kRewrittenPathMax) return std::nullopt;
  out.append(rest);
  return out;
}

// Host of the request without its port if the redirect names another, or if it is the usual one of
// a scheme that is left.
std::string_view RequestHost(const codec::RequestHead& head, std::string_view new_scheme,
                             bool has_new_port) {
  const std::string_view host = head.authority;
  const size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        (!host.starts_with('[') || (colon > 0 && host[colon - 1] == ']'));
  if (!has_port) return host;
  const std::string_view port = host.substr(colon);
  // What the client used, if a proxy before this one has said so.
  std::string_view scheme = head.headers.Get(codec::HeaderId::kXForwardedProto);
  if (scheme.empty()) scheme = head.scheme;
  const bool is_usual =
      (scheme == "https" && port == ":443") || (scheme == "http" && port == ":80");
  const bool drops_port = has_new_port || (new_scheme != scheme && is_usual);
  return drops_port ? host.substr(0, colon) : host;
}

// Nullopt when it would be too long.
std::optional<std::string> RedirectPath(const Redirect& redirect, const Route& route,
                                        std::string_view path) {
  std::string out;
  bool strips_query = redirect.strip_query;
  if (!redirect.path.empty()) {
    out = redirect.path;
    if (out.find('?') != std::string::npos) {
      // Its own query takes the request's place and stays.
      strips_query = false;
    } else {
      const size_t query = path.find('?');
      if (query != std::string_view::npos) out.append(path.substr(query));
    }
  } else if (redirect.rewrite != nullptr) {
    std::optional<std::string> rewritten = Rewrite(*redirect.rewrite, route.matched_prefix, path);
    if (!rewritten.has_value()) return std::nullopt;
    out = *std::move(rewritten);
  } else {
    out = path;
  }
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  if (strips_query) out.resize(std::min(out.size(), out.find('?')));
  if (out.size() > kRewrittenPathMax) return std::nullopt;
  return out;
}

}  // namespace

std::string_view RewrittenPath(const Forward& forward, const Route& route, std::string_view path,
                               codec::HeaderMap& keep) {
  if (forward.rewrite == nullptr) return path;
  const auto rewritten = Rewrite(*forward.rewrite, route.matched_prefix, path);
  return rewritten.has_value() ? keep.Keep(*rewritten) : std::string_view();
}

std::string_view RewrittenHost(const HostRewrite& rewrite, const codec::RequestHead& head,
                               codec::HeaderMap& keep) {
  switch (rewrite.kind) {
    case HostRewrite::Kind::kLiteral:
      return rewrite.text;
    case HostRewrite::Kind::kHeader: {
      std::string text;
      const auto values = RequestField(rewrite.text).FindAll(head, text);
      if (values.empty() || values[0].empty()) return "";
      return keep.Keep(values[0]);
    }
    case HostRewrite::Kind::kPathRegex: {
      const auto host = ReplaceAll(*rewrite.regex, rewrite.text, PathWithoutQuery(head.path));
      if (!host.has_value() || host->empty() || host->size() > kRewrittenHostMax) return "";
      return keep.Keep(*host);
    }
  }
  return "";
}

std::string RedirectLocation(const Redirect& redirect, const Route& route,
                             const codec::RequestHead& head) {
  const std::string_view scheme = redirect.scheme.empty() ? head.scheme : redirect.scheme;
  const std::optional<std::string> path = RedirectPath(redirect, route, head.path);
  if (!path.has_value()) return "";
  std::string out = StrCat(scheme, "://");
  StrAppend(&out, redirect.keeps_host     ? head.authority
                  : redirect.host.empty() ? RequestHost(head, scheme, redirect.port != 0)
                                          : std::string_view(redirect.host));
  if (redirect.port != 0) StrAppend(&out, ":", redirect.port);
  StrAppend(&out, *path);
  return out;
}

}  // namespace fairlead::route
