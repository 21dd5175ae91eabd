#include "controlplane/xds/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/base/check.h"
#include "dataplane/base/status.h"
#include "envoy/config/core/v3/base.pb.h"

namespace fairlead::control::xds {
namespace {

constexpr std::size_t kNameBytesMax = 4096;
constexpr std::size_t kNodeBytesMax = 1024;

std::string UserAgentOf(const envoy::config::core::v3::Node& node) {
  std::string text = node.user_agent_name();
  if (!node.user_agent_version().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : " ", node.user_agent_version());
  } else if (node.has_user_agent_build_version()) {
    const auto& version = node.user_agent_build_version().version();
    absl::StrAppend(&text, text.empty() ? "" : " ", version.major_number(), ".",
                    version.minor_number(), ".", version.patch());
  }
  return text.substr(0, kNodeBytesMax);
}

}  // namespace

// One step of a change. The steps are the rows, in the order in which they go out.
struct Session::Phase {
  int order;
  bool is_removal;
};

const std::vector<Session::Phase>& Session::Phases() {
  static const auto* const phases = [] {
    auto* list = new std::vector<Phase>;
    std::vector<int> orders;
    for (const TypeTraits& traits : kTypes) orders.push_back(traits.order);
    std::sort(orders.begin(), orders.end());
    for (const int order : orders) list->push_back({order, false});
    // What is removed was in use until all of the above was accepted.
    for (const TypeTraits& traits : kTypes) {
      if (traits.removed_last) list->push_back({traits.order, true});
    }
    return list;
  }();
  return *phases;
}

Session::Session(Variant variant, Context context)
    : variant_(variant), context_(std::move(context)) {
  FL_CHECK(context_.diffs != nullptr);
}

// ---------------------------------------------------------------------------------------------
// Requests

absl::Status Session::OnNode(bool is_present, const envoy::config::core::v3::Node& node) {
  if (node_.has_value()) return absl::OkStatus();
  if (!is_present || node.id().empty()) {
    return InvalidArgument("the first request of a stream must carry node.id");
  }
  node_ = Node{node.id().substr(0, kNodeBytesMax), node.cluster().substr(0, kNodeBytesMax),
               UserAgentOf(node)};
  return absl::OkStatus();
}

absl::StatusOr<TypeState*> Session::StateFor(std::string_view type_url) {
  const std::string_view only = context_.only_type_url;
  if (!only.empty()) {
    if (!type_url.empty() && type_url != only) {
      return InvalidArgument("type_url is '", type_url.substr(0, kNameBytesMax),
                             "', but this stream carries '", only, "' only");
    }
    type_url = only;
  }
  if (type_url.empty()) {
    return InvalidArgument("type_url is empty; an aggregated stream needs it in every request");
  }
  if (type_url.size() > kNameBytesMax) {
    return InvalidArgument("type_url has ", type_url.size(), " bytes; at most ", kNameBytesMax);
  }
  const TypeTraits& traits = TraitsOf(type_url);
  Key key(traits.order, std::string(type_url));
  const auto found = states_.find(key);
  if (found != states_.end()) return &found->second;
  if (states_.size() >= context_.types_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", context_.types_max, " resource types on one stream"));
  }
  TypeState& state = states_[std::move(key)];
  state.traits = &traits;
  state.is_full_set = variant_ == Variant::kStateOfTheWorld && traits.full_set;
  state.status.type_url = type_url;
  return &state;
}

void Session::OnAnswer(TypeState& state, std::string_view nonce, const std::string* rejection,
                       absl::Time wall_now) {
  if (rejection != nullptr) {
    Resolve(state.Reject(nonce, *rejection, wall_now));
    // A type that was asked for only now is part of the revision too.
    if (target_ != nullptr && revision_acknowledged_ == target_->revision) {
      revision_acknowledged_ = former_revision_acknowledged_;
    }
    // Clusters that were refused will not ask for endpoints.
    if (state.traits->type_url == kClusterType) awaited_endpoints_.clear();
  } else if (!nonce.empty()) {
    Resolve(state.Acknowledge(nonce));
  }
}

void Session::Resolve(const std::vector<TypeState::InFlight>& answered) {
  if (awaited_endpoints_.empty()) return;
  for (const TypeState::InFlight& response : answered) {
    for (const auto& resource : *response.resources) {
      if (resource->type_url == kEndpointType) awaited_endpoints_.erase(resource->name);
    }
  }
}

bool Session::IsOwnNonce(std::string_view nonce) const {
  return nonce.starts_with(context_.nonce_prefix);
}

absl::Status Session::CheckNames(const TypeState& state, std::size_t names) const {
  if (names <= context_.names_max) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(state.status.type_url, ": ", names,
                                                   " resource names on one stream; at most ",
                                                   context_.names_max));
}

absl::Status Session::CheckName(const TypeState& state, std::string_view name) const {
  if (name.size() <= kNameBytesMax) return absl::OkStatus();
  return InvalidArgument(state.status.type_url, ": a resource name has ", name.size(),
                         " bytes; at most ", kNameBytesMax);
}

// ---------------------------------------------------------------------------------------------
// What is due

std::optional<Response> Session::Next(Instant now) {
  if (newest_ == nullptr) return std::nullopt;
  if (target_ == nullptr) target_ = newest_;
  for (;;) {
    if (auto response = NextAnswer()) return response;
    Change change = NextChange(now);
    if (change.response.has_value()) return std::move(change.response);
    if (change.is_held) return std::nullopt;
    const bool is_under_way = target_ != newest_ && !IsSettledUpTo(std::numeric_limits<int>::max());
    if (Waits(AwaitsEndpoints() || is_under_way, now)) return std::nullopt;
    if (target_ == newest_) break;
    target_ = newest_;
  }
  const bool is_accepted = std::all_of(states_.begin(), states_.end(), [](const auto& entry) {
    return entry.second.IsAnswered() && !entry.second.HasRejection();
  });
  if (is_accepted && !states_.empty() && revision_acknowledged_ != target_->revision) {
    former_revision_acknowledged_ = std::exchange(revision_acknowledged_, target_->revision);
  }
  return std::nullopt;
}

std::optional<Response> Session::NextAnswer() {
  for (auto& [key, state] : states_) {
    if (!state.HasAnswerDue()) continue;
    auto response = state.is_full_set ? AnswerFullSet(state) : Answer(state);
    if (response.has_value()) return response;
  }
  return std::nullopt;
}

Session::Change Session::NextChange(Instant now) {
  for (const Phase& phase : Phases()) {
    for (auto& [key, state] : states_) {
      if (key.first != phase.order || state.base == nullptr) continue;
      const bool is_due =
          phase.is_removal ? !state.lingering.empty() : state.base != TargetOf(state);
      if (!is_due) continue;
      if (!IsGateOpen(phase, now)) return {.is_held = true};
      auto response = phase.is_removal ? SendRemovals(state) : SendChange(state);
      if (response.has_value()) return {.response = std::move(response)};
    }
  }
  return {};
}

// A change goes out when what it builds on has been answered.
bool Session::IsGateOpen(const Phase& phase, Instant now) {
  const int order = phase.is_removal ? std::numeric_limits<int>::max() : phase.order;
  const bool needs_endpoints = order > TraitsOf(kEndpointType).order;
  return !Waits(!IsSettledUpTo(order) || (needs_endpoints && AwaitsEndpoints()), now);
}

bool Session::IsSettledUpTo(int order) const {
  return std::all_of(states_.begin(), states_.end(), [order](const auto& entry) {
    return entry.first.first > order || entry.second.IsSettled();
  });
}

bool Session::AwaitsEndpoints() {
  if (awaited_endpoints_.empty()) return false;
  const auto endpoints = target_->Type(kEndpointType);
  absl::erase_if(awaited_endpoints_, [&endpoints](const std::string& name) {
    return endpoints->Find(name) == nullptr;
  });
  return !awaited_endpoints_.empty();
}

// Answers that never come hold the client up once, not at each step.
bool Session::Waits(bool is_needed, Instant now) {
  if (is_needed && !held_until_.has_value()) held_until_ = now + context_.hold_max;
  if (is_needed && now < *held_until_) return true;
  if (is_needed) GiveUpWaiting();
  held_until_.reset();
  return false;
}

void Session::GiveUpWaiting() {
  awaited_endpoints_.clear();
  for (auto& [key, state] : states_) {
    for (TypeState::InFlight& response : state.in_flight) response.is_overdue = true;
  }
}

// ---------------------------------------------------------------------------------------------
// Responses

const std::shared_ptr<const TypeResources>& Session::TargetOf(const TypeState& state) {
  const auto found = target_->types().find(state.status.type_url);
  if (found != target_->types().end()) return found->second;
  // One object for all that are empty, so that "unchanged" is the same pointer.
  static const auto* const empty = new auto(Snapshot().Type(""));
  return *empty;
}

Session::Step Session::Advance(TypeState& state) {
  Step step;
  const std::shared_ptr<const TypeResources> target = TargetOf(state);
  const std::shared_ptr<const TypeResources> base = std::exchange(state.base, target);
  const auto ahead = std::exchange(state.ahead, {});
  if (base == nullptr || base == target) return step;
  const auto diff = context_.diffs->Get(base, target);
  for (const auto& resource : diff->changed) {
    if (!state.subscription.Wants(resource->name)) continue;
    const auto lingering = state.lingering.find(resource->name);
    const bool is_still_there =
        lingering != state.lingering.end() && lingering->second->version == resource->version;
    if (lingering != state.lingering.end()) state.lingering.erase(lingering);
    const auto sent = ahead.find(resource->name);
    const bool is_sent = sent != ahead.end() && sent->second == resource->version;
    if (!is_still_there && !is_sent) step.changed.push_back(resource);
  }
  // A state-of-the-world response cannot remove a resource of a type that is not complete.
  if (variant_ == Variant::kStateOfTheWorld && !state.is_full_set) return step;
  for (const auto& resource : diff->removed) {
    if (!state.subscription.Wants(resource->name)) continue;
    const auto sent = ahead.find(resource->name);
    if (sent != ahead.end() && sent->second.empty()) continue;
    if (!state.traits->removed_last) {
      step.removed.push_back(resource->name);
      continue;
    }
    if (state.lingering.empty()) state.lingering_version = base->version();
    state.lingering[resource->name] = resource;
  }
  return step;
}

ResourceList Session::FullSet(const TypeState& state) const {
  ResourceList resources;
  const TypeResources::Map& map = state.base->map();
  if (state.subscription.is_wildcard()) {
    resources.reserve(map.size() + state.lingering.size());
    for (const auto& [name, resource] : map) resources.push_back(resource);
  } else {
    for (const std::string& name : state.subscription.names()) {
      if (const auto* found = state.base->Find(name)) resources.push_back(*found);
    }
  }
  for (const auto& [name, resource] : state.lingering) {
    if (state.subscription.Wants(name)) resources.push_back(resource);
  }
  std::sort(resources.begin(), resources.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
  return resources;
}

std::optional<Response> Session::AnswerFullSet(TypeState& state) {
  const bool is_first = state.base == nullptr;
  ResourceList changed = Advance(state).changed;
  // Content is equal when versions are, and nothing but "everything" was ever subscribed to, so
  // that the client of a broken stream has all of it.
  const std::string resumed = std::exchange(state.resumed_version, "");
  if (is_first && !resumed.empty() && state.subscription.is_pure_wildcard() &&
      resumed == state.base->version()) {
    state.pending.clear();
    state.is_all_pending = state.is_answer_due = false;
    state.status.version_sent = state.status.version_acknowledged = resumed;
    return std::nullopt;
  }
  ResourceList resources = FullSet(state);
  if (is_first || state.is_all_pending) {
    changed = resources;
  } else {
    for (const auto& resource : resources) {
      if (state.pending.contains(resource->name)) changed.push_back(resource);
    }
  }
  return Make(state, std::move(resources), {}, changed);
}

std::optional<Response> Session::Answer(TypeState& state) {
  ResourceList resources;
  std::vector<std::string> removed;
  if (state.is_all_pending) {
    AnswerAll(state, resources, removed);
  } else {
    AnswerNames(state, resources, removed);
  }
  if (state.initial_versions.has_value()) {
    const auto initial = *std::exchange(state.initial_versions, std::nullopt);
    if (!state.traits->resend_on_reconnect) {
      std::erase_if(resources, [&initial](const auto& resource) {
        const auto had = initial.find(resource->name);
        return had != initial.end() && had->second == resource->version;
      });
    }
    for (const auto& [name, version] : initial) {
      if (state.subscription.Wants(name) && state.base->Find(name) == nullptr) {
        removed.push_back(name);
      }
    }
  }
  std::sort(resources.begin(), resources.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
  std::sort(removed.begin(), removed.end());
  removed.erase(std::unique(removed.begin(), removed.end()), removed.end());
  if (variant_ == Variant::kStateOfTheWorld) removed.clear();
  if (resources.empty() && removed.empty() && !state.is_answer_due) {
    state.pending.clear();
    state.is_all_pending = false;
    return std::nullopt;
  }
  const ResourceList changed = resources;
  return Make(state, std::move(resources), std::move(removed), changed);
}

void Session::AnswerAll(TypeState& state, ResourceList& resources,
                        std::vector<std::string>& removed) {
  removed = Advance(state).removed;
  for (const auto& [name, resource] : state.base->map()) resources.push_back(resource);
  for (const std::string& name : state.pending) {
    if (state.subscription.Wants(name) && state.base->Find(name) == nullptr) {
      removed.push_back(name);
    }
  }
}

void Session::AnswerNames(TypeState& state, ResourceList& resources,
                          std::vector<std::string>& removed) {
  const std::shared_ptr<const TypeResources> target = TargetOf(state);
  if (state.base == nullptr) state.base = target;
  for (const std::string& name : state.pending) {
    if (!state.subscription.Wants(name)) continue;
    const auto* found = target->Find(name);
    if (found != nullptr) {
      resources.push_back(*found);
    } else {
      removed.push_back(name);
    }
    state.lingering.erase(name);
    if (state.base != target) state.ahead[name] = found != nullptr ? (*found)->version : "";
  }
}

std::optional<Response> Session::SendChange(TypeState& state) {
  Step step = Advance(state);
  if (state.is_full_set) {
    if (step.changed.empty() && step.removed.empty()) return std::nullopt;
    return Make(state, FullSet(state), {}, step.changed);
  }
  AddRejectedCompanions(state, step);
  if (step.changed.empty() && step.removed.empty()) {
    // What was refused is not wanted any more, and there is nothing to acknowledge.
    if (state.HasRejection() && state.rejected.empty()) state.ClearRejection();
    return std::nullopt;
  }
  const ResourceList changed = step.changed;
  return Make(state, std::move(step.changed), std::move(step.removed), changed);
}

void Session::AddRejectedCompanions(TypeState& state, Step& step) {
  if (state.rejected.empty()) return;
  const bool is_repaired =
      std::any_of(state.rejected.begin(), state.rejected.end(), [&state](const auto& entry) {
        const auto* now = state.base->Find(entry.first);
        return now == nullptr || (*now)->version != entry.second;
      });
  if (!is_repaired) return;
  for (const auto& [name, version] : state.rejected) {
    const auto* now = state.base->Find(name);
    // One that changed is among the changes already.
    if (now != nullptr && (*now)->version == version) step.changed.push_back(*now);
  }
  state.rejected.clear();
  std::sort(step.changed.begin(), step.changed.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
}

std::optional<Response> Session::SendRemovals(TypeState& state) {
  const auto lingering = std::exchange(state.lingering, {});
  if (state.is_full_set) return Make(state, FullSet(state), {}, {});
  std::vector<std::string> removed;
  for (const auto& [name, resource] : lingering) removed.push_back(name);
  return Make(state, {}, std::move(removed), {});
}

Response Session::Make(TypeState& state, ResourceList resources, std::vector<std::string> removed,
                       const ResourceList& changed) {
  Response response;
  response.variant = variant_;
  response.type_url = state.status.type_url;
  response.version = TargetOf(state)->version();
  if (!state.lingering.empty()) {
    absl::StrAppend(&response.version, "+", state.lingering_version);
  }
  response.nonce = absl::StrCat(context_.nonce_prefix, ++nonces_);
  response.resources = std::make_shared<const ResourceList>(std::move(resources));
  response.removed = std::move(removed);
  state.pending.clear();
  state.is_all_pending = state.is_answer_due = false;
  state.Sent(response);
  if (state.status.type_url == kClusterType) ExpectEndpointsOf(changed);
  return response;
}

// A client warms each of these clusters until it gets the endpoints (again): they follow even if
// they are what it has. The next listeners and routes wait for them.
void Session::ExpectEndpointsOf(const ResourceList& clusters) {
  TypeState* const endpoints = FindState(kEndpointType);
  if (endpoints == nullptr) return;
  for (const auto& cluster : clusters) {
    const std::string& name = cluster->eds_name;
    if (name.empty() || target_->Find(kEndpointType, name) == nullptr) continue;
    awaited_endpoints_.insert(name);
    if (endpoints->subscription.Wants(name)) endpoints->pending.insert(name);
  }
}

TypeState* Session::FindState(std::string_view type_url) {
  const auto found = states_.find(Key(TraitsOf(type_url).order, std::string(type_url)));
  return found == states_.end() ? nullptr : &found->second;
}

std::vector<fleet::TypeStatus> Session::Statuses() const {
  std::vector<fleet::TypeStatus> statuses;
  statuses.reserve(states_.size());
  for (const auto& [key, state] : states_) statuses.push_back(state.status);
  std::sort(statuses.begin(), statuses.end(),
            [](const auto& a, const auto& b) { return a.type_url < b.type_url; });
  return statuses;
}

}  // namespace fairlead::control::xds
