#include "dataplane/cluster/strict_dns.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "dataplane/base/log.h"

namespace fairlead::cluster {
namespace {

using dns::Outcome;
using std::chrono::milliseconds;
using upstream::Endpoint;

}  // namespace

struct StrictDns::Name {
  Name(StrictDns& owner, const DnsTarget& target)
      : owner(owner), target(target), timer(&StrictDns::OnTimer, this) {}

  StrictDns& owner;
  const DnsTarget& target;
  event::Timer timer;
  std::unique_ptr<dns::Query> query;
  std::vector<net::Address> addresses;
  bool is_answered = false;
  // In a row.
  uint32_t failures = 0;
};

StrictDns::StrictDns(std::shared_ptr<const ClusterConfig> config, dns::Resolver& resolver,
                     event::TimerWheel& timers, event::Random& random, OnEndpoints on_endpoints)
    : config_(std::move(config)),
      resolver_(resolver),
      timers_(timers),
      random_(random),
      on_endpoints_(std::move(on_endpoints)) {
  for (const DnsTarget& target : config_->dns.targets) {
    names_.push_back(std::make_unique<Name>(*this, target));
  }
  unanswered_ = names_.size();
}

StrictDns::~StrictDns() = default;

void StrictDns::Start() {
  if (names_.empty()) Publish();
  for (const auto& name : names_) Ask(*name);
}

void StrictDns::OnTimer(void* name) {
  auto* self = static_cast<Name*>(name);
  self->owner.Ask(*self);
}

void StrictDns::Ask(Name& name) {
  stats_.update_attempt.Add();
  name.query = resolver_.Resolve(name.target.host, config_->dns.family,
                                 [this, &name](const dns::Answer& answer) {
                                   name.query.reset();
                                   OnAnswer(name, answer);
                                 });
}

void StrictDns::OnAnswer(Name& name, const dns::Answer& answer) {
  const bool is_failure = !Apply(name, answer);
  name.failures = is_failure ? name.failures + 1 : 0;
  name.timer.Arm(timers_, UntilNext(name, answer, is_failure));
  if (!name.is_answered) {
    name.is_answered = true;
    --unanswered_;
  }
  if (unanswered_ == 0) Publish();
}

bool StrictDns::Apply(Name& name, const dns::Answer& answer) {
  switch (answer.outcome) {
    case Outcome::kAddresses:
      stats_.update_success.Add();
      name.addresses = answer.addresses;
      return true;
    case Outcome::kNoData:
      stats_.update_empty.Add();
      name.addresses.clear();
      return true;
    case Outcome::kNoName:
      stats_.update_no_name.Add();
      name.addresses.clear();
      return true;
    case Outcome::kFailure:
      stats_.update_failure.Add();
      break;
    case Outcome::kTimeout:
      stats_.update_timeout.Add();
      break;
  }
  FL_LOG(debug, "cluster '{}': resolving '{}' failed ({}); its {} addresses stay", config_->name,
         name.target.host, answer.error, name.addresses.size());
  return false;
}

event::Duration StrictDns::UntilNext(const Name& name, const dns::Answer& answer, bool is_failure) {
  const DnsConfig& dns = config_->dns;
  if (is_failure && dns.failure_refresh_base.count() > 0) {
    // A random part of base, 2 base, 4 base ... most.
    const int64_t most = dns.failure_refresh_most.count();
    int64_t bound = dns.failure_refresh_base.count();
    for (uint32_t i = 1; i < name.failures && bound < most; ++i) bound *= 2;
    bound = std::min(bound, most);
    return milliseconds(1 + static_cast<int64_t>(random_.Below(static_cast<uint64_t>(bound))));
  }
  milliseconds wait = dns.refresh_rate;
  if (!is_failure && dns.respect_ttl && answer.ttl.count() > 0) {
    wait = std::min<milliseconds>(answer.ttl, std::chrono::hours(24 * 365));
  }
  const auto jitter = static_cast<uint64_t>(dns.jitter.count());
  return wait + milliseconds(static_cast<int64_t>(random_.Below(jitter)));
}

void StrictDns::Publish() {
  std::vector<Endpoint> endpoints;
  for (const auto& name : names_) {
    for (const net::Address& address : name->addresses) {
      endpoints.push_back({.address = address.WithPort(name->target.port),
                           .hostname = name->target.hostname,
                           .weight = name->target.weight,
                           .is_healthy = name->target.is_healthy,
                           .hash_key = "",
                           .metadata = name->target.metadata});
    }
  }
  auto set = MakeEndpointSet(config_->balancer, std::move(endpoints));
  if (current_ != nullptr && set->endpoints == current_->endpoints) {
    stats_.update_no_rebuild.Add();
    return;
  }
  current_ = set;
  on_endpoints_(std::move(set));
}

}  // namespace fairlead::cluster
