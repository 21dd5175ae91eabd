// Whatever changes, translating from the last translation gives what translating anew gives.

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "controlplane/translate/translate.h"
#include "controlplane/xds/type_table.h"
#include "gtest/gtest.h"

namespace fairlead::control::translate {
namespace {

using fairlead::v1::Resource;
using model::Change;
using model::EntryPtr;
using model::State;

class RandomResources {
 public:
  explicit RandomResources(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return random_() % n; }
  bool Sometimes() { return Below(2) == 0; }

  Resource Policy(size_t i) {
    Resource resource;
    resource.mutable_policy()->set_name(absl::StrCat("p", i));
    if (Sometimes()) resource.mutable_policy()->mutable_rate_limit()->set_requests(1 + Below(3));
    return resource;
  }
  Resource Service(size_t i) {
    Resource resource;
    auto& service = *resource.mutable_service();
    service.set_name(absl::StrCat("s", i));
    auto& endpoint = *service.mutable_endpoints()->Add();
    endpoint.set_address("127.0.0.1");
    endpoint.set_port(1 + Below(3));
    if (Sometimes()) {
      auto& balancing = *service.mutable_load_balancing();
      balancing.set_policy(fairlead::v1::LoadBalancing::RING_HASH);
      balancing.add_hash_on()->set_header(absl::StrCat("x-", Below(2)));
    }
    return resource;
  }
  Resource Listener(size_t i) {
    Resource resource;
    resource.mutable_listener()->set_name(absl::StrCat("l", i));
    resource.mutable_listener()->set_port(8000 + i);
    if (Below(4) == 0) resource.mutable_listener()->add_policies(PolicyName());
    return resource;
  }
  Resource Route(size_t i) {
    Resource resource;
    auto& route = *resource.mutable_route();
    route.set_name(absl::StrCat("r", i));
    if (Below(3) == 0) route.add_listeners(absl::StrCat("l", Below(kListeners)));
    for (size_t k = Below(4); k > 0; --k) {
      static constexpr const char* kHosts[] = {"a.test", "B.test", "c.test", "*.d.test", "*"};
      route.add_hostnames(kHosts[Below(5)]);
    }
    if (Below(3) == 0) route.add_policies(PolicyName());
    for (size_t k = 1 + Below(2); k > 0; --k) AddRule(route);
    return resource;
  }

  static constexpr size_t kPolicies = 3;
  static constexpr size_t kServices = 3;
  static constexpr size_t kListeners = 2;
  static constexpr size_t kRoutes = 8;

 private:
  std::string PolicyName() { return absl::StrCat("p", Below(kPolicies)); }
  void AddRule(fairlead::v1::Route& route) {
    auto& rule = *route.add_rules();
    for (size_t k = Below(3); k > 0; --k) {
      rule.add_matches()->set_path_prefix(absl::StrCat("/", Below(3)));
    }
    if (Below(3) == 0) rule.add_policies(PolicyName());
    for (size_t k = 1 + Below(2); k > 0; --k) {
      rule.mutable_forward()->add_backends()->set_service(absl::StrCat("s", Below(kServices)));
    }
  }

  std::mt19937 random_;
};

// The changes that put `resources` into `state`, and take one of its routes away.
std::vector<Change> Changes(const State& state, const std::vector<Resource>& resources) {
  std::vector<Change> changes;
  for (const Resource& resource : resources) {
    EntryPtr after = model::MakeEntry(resource, state.revision() + 1);
    bool is_there = false;
    for (const Change& change : changes) is_there |= change.key == after->key;
    if (is_there) continue;
    changes.push_back({after->key, state.Find(after->key), after});
  }
  return changes;
}

std::vector<Resource> First(RandomResources& random) {
  std::vector<Resource> all;
  for (size_t i = 0; i < RandomResources::kPolicies; ++i) all.push_back(random.Policy(i));
  for (size_t i = 0; i < RandomResources::kServices; ++i) all.push_back(random.Service(i));
  for (size_t i = 0; i < RandomResources::kListeners; ++i) all.push_back(random.Listener(i));
  return all;
}

std::vector<Change> Next(RandomResources& random, const State& state) {
  std::vector<Resource> changed;
  for (size_t n = 1 + random.Below(3); n > 0; --n) {
    switch (random.Below(8)) {
      case 0:
        changed.push_back(random.Policy(random.Below(RandomResources::kPolicies)));
        break;
      case 1:
        changed.push_back(random.Service(random.Below(RandomResources::kServices)));
        break;
      case 2:
        changed.push_back(random.Listener(random.Below(RandomResources::kListeners)));
        break;
      default:
        changed.push_back(random.Route(random.Below(RandomResources::kRoutes)));
    }
  }
  std::vector<Change> changes = Changes(state, changed);
  for (Change& change : changes) {
    const bool is_route = change.key.kind == model::Kind::kRoute;
    if (is_route && change.before != nullptr && random.Below(4) == 0) change.after = nullptr;
  }
  return changes;
}

void ExpectSame(const Translation& incremental, const Translation& whole) {
  EXPECT_EQ(incremental.warnings, whole.warnings);
  for (const auto& [type, resources] : whole.snapshot->types()) {
    EXPECT_EQ(incremental.snapshot->TypeVersion(type), resources->version()) << type;
  }
}

TEST(TranslatePropertyTest, FromTheLastTranslationComesTheSameAsAnew) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomResources random(seed);
    State state = State().With(Changes(State(), First(random)), 1);
    auto last = Translate(std::make_shared<const State>(state));
    ASSERT_TRUE(last.ok()) << last.status();
    for (int step = 0; step < 50; ++step) {
      state = state.With(Next(random, state), state.revision() + 1);
      const auto shared = std::make_shared<const State>(state);
      auto incremental = Translate(shared, &*last);
      auto whole = Translate(shared);
      ASSERT_TRUE(incremental.ok() && whole.ok());
      ExpectSame(*incremental, *whole);
      if (testing::Test::HasFailure()) return;
      last = std::move(incremental);
    }
  }
}

TEST(TranslatePropertyTest, AChangeTranslatesOnlyTheHostsItTouches) {
  RandomResources random(7);
  std::vector<Resource> all = First(random);
  for (int i = 0; i < 100; ++i) {
    Resource resource = random.Route(0);
    resource.mutable_route()->set_name(absl::StrCat("route", i));
    resource.mutable_route()->clear_hostnames();
    resource.mutable_route()->add_hostnames(absl::StrCat("h", i, ".test"));
    resource.mutable_route()->clear_listeners();
    all.push_back(resource);
  }
  State state = State().With(Changes(State(), all), 1);
  auto first = Translate(std::make_shared<const State>(state));
  ASSERT_TRUE(first.ok());
  all.back().mutable_route()->mutable_rules(0)->set_name("renamed");
  state = state.With(Changes(state, {all.back()}), 2);
  auto second = Translate(std::make_shared<const State>(state), &*first);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->tables.at("l0")->SharedWith(*first->tables.at("l0")), 99u);
}

}  // namespace
}  // namespace fairlead::control::translate
