#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_EFFECTIVE_POLICY_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_EFFECTIVE_POLICY_H_

// What holds for one rule after the policies of its listener, its route and its own, in this order,
// each list in the order written. A part that a policy leaves out is left to the policies before
// it; of a part that several set, the last wins. Header edits are applied one after the other
// instead.
//
//     EffectivePolicy policy = ResolvePolicies(state, listener, route, rule);
//
// Thread: any. Pointers are into the state.

#include <optional>

#include "controlplane/model/state.h"
#include "controlplane/translate/header_edits.h"

namespace fairlead::control::translate {

struct EffectivePolicy {
  // Null: not set by any policy.
  const google::protobuf::Duration* request_timeout = nullptr;
  const google::protobuf::Duration* idle_timeout = nullptr;
  // Null: none, or switched off.
  const fairlead::v1::ApiKeys* api_keys = nullptr;
  const fairlead::v1::RateLimit* rate_limit = nullptr;
  HeaderEditSequence request_headers;
  HeaderEditSequence response_headers;
};

// All references must resolve.
EffectivePolicy ResolvePolicies(const model::State& state, const fairlead::v1::Listener& listener,
                                const fairlead::v1::Route& route, const fairlead::v1::Rule& rule);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_EFFECTIVE_POLICY_H_
