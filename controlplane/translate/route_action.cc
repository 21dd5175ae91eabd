#include "controlplane/translate/route_action.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "controlplane/translate/filter_names.h"
#include "controlplane/translate/route_match.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.pb.h"

namespace fairlead::control::translate {
namespace {

using envoy::config::route::v3::RedirectAction;
using fairlead::v1::Backend;
using fairlead::v1::LoadBalancing;

const LoadBalancing& LoadBalancingOf(const model::State& state, const Backend& backend) {
  model::EntryPtr entry = state.Find({model::Kind::kService, backend.service()});
  return entry == nullptr ? LoadBalancing::default_instance()
                          : entry->resource.service().load_balancing();
}

// What is hashed is the service's to say, and the route's to do.
const LoadBalancing* FirstHashing(const model::State& state, const fairlead::v1::Forward& forward) {
  for (const Backend& backend : forward.backends()) {
    const LoadBalancing& lb = LoadBalancingOf(state, backend);
    if (lb.policy() == LoadBalancing::RING_HASH) return &lb;
  }
  return nullptr;
}

void SetHashPolicy(const LoadBalancing& lb, envoy::config::route::v3::RouteAction& action) {
  for (const fairlead::v1::HashOn& hash_on : lb.hash_on()) {
    auto& policy = *action.add_hash_policy();
    if (hash_on.has_header()) {
      policy.mutable_header()->set_header_name(absl::AsciiStrToLower(hash_on.header()));
    } else {
      policy.mutable_connection_properties()->set_source_ip(true);
    }
    // The first that yields a value decides, instead of all being mixed.
    if (lb.hash_on_size() > 1) policy.set_terminal(true);
  }
}

void SetForward(const model::State& state, const fairlead::v1::Forward& forward,
                const fairlead::v1::Match& match, envoy::config::route::v3::RouteAction& action) {
  if (forward.backends_size() == 1) {
    action.set_cluster(forward.backends(0).service());
  } else {
    for (const Backend& backend : forward.backends()) {
      auto& cluster = *action.mutable_weighted_clusters()->add_clusters();
      cluster.set_name(backend.service());
      cluster.mutable_weight()->set_value(backend.has_weight() ? backend.weight() : 1);
    }
  }
  if (!forward.rewrite_prefix().empty()) SetPathRewrite(match, forward.rewrite_prefix(), action);
  if (!forward.rewrite_host().empty()) action.set_host_rewrite_literal(forward.rewrite_host());
  if (const LoadBalancing* lb = FirstHashing(state, forward)) SetHashPolicy(*lb, action);
}

RedirectAction::RedirectResponseCode RedirectCode(uint32_t status) {
  switch (status) {
    case 302:
      return RedirectAction::FOUND;
    case 303:
      return RedirectAction::SEE_OTHER;
    case 307:
      return RedirectAction::TEMPORARY_REDIRECT;
    case 308:
      return RedirectAction::PERMANENT_REDIRECT;
    default:
      return RedirectAction::MOVED_PERMANENTLY;
  }
}

void SetRedirect(const fairlead::v1::Redirect& redirect, RedirectAction& out) {
  if (!redirect.scheme().empty()) out.set_scheme_redirect(redirect.scheme());
  if (!redirect.host().empty()) out.set_host_redirect(redirect.host());
  if (redirect.port() != 0) out.set_port_redirect(redirect.port());
  if (!redirect.path().empty()) out.set_path_redirect(redirect.path());
  out.set_response_code(RedirectCode(redirect.status()));
}

void AddHeader(const HeaderEditSequence::Addition& addition,
               envoy::config::core::v3::HeaderValueOption& out) {
  out.mutable_header()->set_key(addition.name);
  // The user's value is text; in xDS '%' starts a substitution.
  out.mutable_header()->set_value(absl::StrReplaceAll(addition.value, {{"%", "%%"}}));
  out.set_append_action(addition.overwrites
                            ? envoy::config::core::v3::HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD
                            : envoy::config::core::v3::HeaderValueOption::APPEND_IF_EXISTS_OR_ADD);
}

envoy::extensions::filters::http::api_key_auth::v3::ApiKeyAuthPerRoute ToApiKeyAuth(
    const fairlead::v1::ApiKeys& keys) {
  envoy::extensions::filters::http::api_key_auth::v3::ApiKeyAuthPerRoute out;
  for (const fairlead::v1::Credential& credential : keys.credentials()) {
    auto& added = *out.add_credentials();
    added.set_key(credential.key());
    added.set_client(credential.client());
  }
  for (const fairlead::v1::KeySource& source : keys.sources()) {
    auto& added = *out.add_key_sources();
    added.set_header(absl::AsciiStrToLower(source.header()));
    added.set_query(source.query());
    added.set_cookie(source.cookie());
  }
  if (keys.sources().empty()) out.add_key_sources()->set_header("x-api-key");
  return out;
}

envoy::extensions::filters::http::local_ratelimit::v3::LocalRateLimit ToLocalRateLimit(
    const fairlead::v1::RateLimit& limit, const std::string& rule_name) {
  envoy::extensions::filters::http::local_ratelimit::v3::LocalRateLimit out;
  out.set_stat_prefix(rule_name);
  auto& bucket = *out.mutable_token_bucket();
  bucket.set_max_tokens(limit.burst() != 0 ? limit.burst() : limit.requests());
  bucket.mutable_tokens_per_fill()->set_value(limit.requests());
  if (limit.has_per()) {
    *bucket.mutable_fill_interval() = limit.per();
  } else {
    bucket.mutable_fill_interval()->set_seconds(1);
  }
  // Both are 0 % by default.
  for (auto* fraction : {out.mutable_filter_enabled(), out.mutable_filter_enforced()}) {
    fraction->mutable_default_value()->set_numerator(100);
    fraction->mutable_default_value()->set_denominator(envoy::type::v3::FractionalPercent::HUNDRED);
  }
  return out;
}

}  // namespace

void SetAction(const model::State& state, const fairlead::v1::Rule& rule,
               const fairlead::v1::Match& match, envoy::config::route::v3::Route& out) {
  switch (rule.action_case()) {
    case fairlead::v1::Rule::kForward:
      return SetForward(state, rule.forward(), match, *out.mutable_route());
    case fairlead::v1::Rule::kRedirect:
      return SetRedirect(rule.redirect(), *out.mutable_redirect());
    case fairlead::v1::Rule::kDirectResponse:
      out.mutable_direct_response()->set_status(rule.direct_response().status());
      if (!rule.direct_response().body().empty()) {
        out.mutable_direct_response()->mutable_body()->set_inline_string(
            rule.direct_response().body());
      }
      return;
    case fairlead::v1::Rule::ACTION_NOT_SET:
      return;
  }
}

void SetPolicy(const EffectivePolicy& policy, const std::string& rule_name,
               envoy::config::route::v3::Route& out) {
  if (out.has_route()) {
    if (policy.request_timeout != nullptr) {
      *out.mutable_route()->mutable_timeout() = *policy.request_timeout;
    }
    if (policy.idle_timeout != nullptr) {
      *out.mutable_route()->mutable_idle_timeout() = *policy.idle_timeout;
    }
  }
  for (std::string& name : policy.request_headers.Removed()) {
    out.add_request_headers_to_remove(std::move(name));
  }
  for (const auto& addition : policy.request_headers.Additions()) {
    AddHeader(addition, *out.add_request_headers_to_add());
  }
  for (std::string& name : policy.response_headers.Removed()) {
    out.add_response_headers_to_remove(std::move(name));
  }
  for (const auto& addition : policy.response_headers.Additions()) {
    AddHeader(addition, *out.add_response_headers_to_add());
  }
  auto& filters = *out.mutable_typed_per_filter_config();
  if (policy.api_keys != nullptr) {
    filters[std::string(kApiKeyAuthFilter)].PackFrom(ToApiKeyAuth(*policy.api_keys));
  }
  if (policy.rate_limit != nullptr) {
    filters[std::string(kLocalRateLimitFilter)].PackFrom(
        ToLocalRateLimit(*policy.rate_limit, rule_name));
  }
}

std::string HashWarning(const model::State& state, const fairlead::v1::Rule& rule) {
  if (rule.forward().backends_size() < 2) return "";
  const LoadBalancing* first = FirstHashing(state, rule.forward());
  if (first == nullptr) return "";
  for (const Backend& backend : rule.forward().backends()) {
    const LoadBalancing& lb = LoadBalancingOf(state, backend);
    if (lb.policy() != LoadBalancing::RING_HASH) continue;
    bool is_same = lb.hash_on_size() == first->hash_on_size();
    for (int i = 0; is_same && i < lb.hash_on_size(); ++i) {
      is_same = lb.hash_on(i).SerializeAsString() == first->hash_on(i).SerializeAsString();
    }
    if (!is_same) {
      return absl::StrCat("Service '", backend.service(),
                          "' hashes on something else than the first of the rule's services that "
                          "hashes, which decides for all of them");
    }
  }
  return "";
}

}  // namespace fairlead::control::translate
