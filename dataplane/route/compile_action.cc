#include "dataplane/route/compile_action.h"

#include <cstdlib>
#include <limits>
#include <utility>

#include "dataplane/base/file.h"
#include "dataplane/base/status.h"
#include "dataplane/route/compile_edits.h"
#include "dataplane/route/compile_forward.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::DirectResponseAction;
using envoy::config::route::v3::RedirectAction;

absl::StatusOr<uint16_t> RedirectStatus(RedirectAction::RedirectResponseCode code) {
  switch (code) {
    case RedirectAction::MOVED_PERMANENTLY:
      return 301;
    case RedirectAction::FOUND:
      return 302;
    case RedirectAction::SEE_OTHER:
      return 303;
    case RedirectAction::TEMPORARY_REDIRECT:
      return 307;
    case RedirectAction::PERMANENT_REDIRECT:
      return 308;
    default:
      return InvalidArgument("response_code: ", static_cast<int>(code),
                             " is not a redirect's code");
  }
}

absl::StatusOr<Redirect> CompileRedirect(const RedirectAction& proto, bool is_template,
                                         RegexCache& regexes) {
  Redirect redirect;
  if (is_template && !proto.prefix_rewrite().empty()) {
    return InvalidArgument("prefix_rewrite: cannot be used with match.path_match_policy");
  }
  FL_ASSIGN_OR_RETURN(redirect.status, RedirectStatus(proto.response_code()));
  if (proto.port_redirect() > std::numeric_limits<uint16_t>::max()) {
    return InvalidArgument("port_redirect: ", proto.port_redirect(), " is not in [0, 65535]");
  }
  redirect.port = static_cast<uint16_t>(proto.port_redirect());
  redirect.strip_query = proto.strip_query();
  redirect.scheme = proto.https_redirect() ? "https" : proto.scheme_redirect();
  redirect.host = proto.host_redirect();
  redirect.path = proto.path_redirect();
  FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(redirect.scheme), "scheme_redirect"));
  FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(redirect.host), "host_redirect"));
  FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(redirect.path), "path_redirect"));
  FL_ASSIGN_OR_RETURN(
      redirect.rewrite,
      CompileRewrite(proto.prefix_rewrite(),
                     proto.has_regex_rewrite() ? &proto.regex_rewrite() : nullptr, regexes));
  return redirect;
}

absl::StatusOr<DirectResponse> CompileDirectResponse(const DirectResponseAction& proto,
                                                     const ActionLimits& limits, bool& reads_file) {
  using envoy::config::core::v3::DataSource;
  DirectResponse response;
  if (proto.status() < 200 || proto.status() >= 600) {
    return InvalidArgument("status: ", proto.status(), " is not in [200, 600)");
  }
  response.status = static_cast<uint16_t>(proto.status());
  if (!proto.has_body()) return response;
  switch (proto.body().specifier_case()) {
    case DataSource::kInlineString:
      response.body = proto.body().inline_string();
      break;
    case DataSource::kInlineBytes:
      response.body = proto.body().inline_bytes();
      break;
    case DataSource::kFilename: {
      reads_file = true;
      const std::string& path = proto.body().filename();
      auto body = ReadFile(path, limits.direct_response_body_max);
      if (!body.ok()) return Annotate(body.status(), StrCat("body: filename: '", path, "'"));
      response.body = *std::move(body);
      break;
    }
    case DataSource::kEnvironmentVariable: {
      const std::string& name = proto.body().environment_variable();
      const char* value = std::getenv(name.c_str());
      if (value == nullptr) {
        return InvalidArgument("body.environment_variable: '", name, "' is not set");
      }
      response.body = value;
      break;
    }
    default:
      return InvalidArgument(
          "body: one of inline_string, inline_bytes, filename, environment_variable is needed");
  }
  if (response.body.size() > limits.direct_response_body_max) {
    return InvalidArgument("body: is longer than ", limits.direct_response_body_max,
                           " bytes (RouteConfiguration.max_direct_response_body_size_bytes)");
  }
  return response;
}

}  // namespace

absl::StatusOr<Action> CompileAction(const envoy::config::route::v3::Route& proto,
                                     const ActionLimits& limits, const ForwardContext& context,
                                     bool& reads_file) {
  using envoy::config::route::v3::Route;
  switch (proto.action_case()) {
    case Route::kRoute: {
      auto forward = CompileForward(proto.route(), proto.match(), context);
      if (!forward.ok()) return Annotate(forward.status(), "route");
      return *std::move(forward);
    }
    case Route::kRedirect: {
      auto redirect =
          CompileRedirect(proto.redirect(), proto.match().has_path_match_policy(), context.regexes);
      if (!redirect.ok()) return Annotate(redirect.status(), "redirect");
      return *std::move(redirect);
    }
    case Route::kDirectResponse: {
      auto response = CompileDirectResponse(proto.direct_response(), limits, reads_file);
      if (!response.ok()) return Annotate(response.status(), "direct_response");
      return *std::move(response);
    }
    case Route::kNonForwardingAction:
      return NoForwarding();
    default:
      return InvalidArgument(
          "action: one of route, redirect, direct_response, non_forwarding_action is needed; "
          "others are not supported");
  }
}

}  // namespace fairlead::route
