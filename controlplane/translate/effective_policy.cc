#include "controlplane/translate/effective_policy.h"

#include "dataplane/base/check.h"

namespace fairlead::control::translate {
namespace {

void Apply(const fairlead::v1::Policy& policy, EffectivePolicy& out) {
  const fairlead::v1::Timeouts& timeouts = policy.timeouts();
  if (timeouts.has_request()) out.request_timeout = &timeouts.request();
  if (timeouts.has_idle()) out.idle_timeout = &timeouts.idle();
  out.request_headers.Then(policy.headers().request());
  out.response_headers.Then(policy.headers().response());
  if (policy.has_api_keys()) {
    out.api_keys = policy.api_keys().disabled() ? nullptr : &policy.api_keys();
  }
  if (policy.has_rate_limit()) {
    out.rate_limit = policy.rate_limit().disabled() ? nullptr : &policy.rate_limit();
  }
}

}  // namespace

EffectivePolicy ResolvePolicies(const model::State& state, const fairlead::v1::Listener& listener,
                                const fairlead::v1::Route& route, const fairlead::v1::Rule& rule) {
  EffectivePolicy effective;
  for (const auto* names : {&listener.policies(), &route.policies(), &rule.policies()}) {
    for (const std::string& name : *names) {
      model::EntryPtr entry = state.Find({model::Kind::kPolicy, name});
      FL_CHECK(entry != nullptr);
      Apply(entry->resource.policy(), effective);
    }
  }
  return effective;
}

}  // namespace fairlead::control::translate
