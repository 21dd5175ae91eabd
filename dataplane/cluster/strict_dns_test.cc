#include "dataplane/cluster/strict_dns.h"

#include <algorithm>
#include <map>
#include <optional>

#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

using dns::Answer;
using dns::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers when the test says so.
class FakeResolver final : public dns::Resolver {
 public:
  std::unique_ptr<dns::Query> Resolve(const std::string& name, dns::Family family,
                                      Callback callback) override {
    ++asked[name];
    last_family = family;
    callbacks_[name] = std::move(callback);
    return std::make_unique<FakeQuery>(*this, name);
  }
  bool IsPending(const std::string& name) const { return callbacks_.contains(name); }
  void Reply(const std::string& name, const Answer& answer) {
    // Moved out: the callback may destroy the query.
    const Callback callback = std::move(callbacks_.at(name));
    callbacks_.erase(name);
    callback(answer);
  }
  void Reply(const std::string& name, const std::vector<std::string>& ips, int ttl = 0) {
    Answer answer{.outcome = Outcome::kAddresses, .ttl = seconds(ttl)};
    for (const std::string& ip : ips) answer.addresses.push_back(*net::Address::Parse(ip, 0));
    Reply(name, answer);
  }
  void Fail(const std::string& name, Outcome outcome) { Reply(name, Answer{.outcome = outcome}); }

  std::map<std::string, int> asked;
  dns::Family last_family = dns::Family::kAuto;

 private:
  class FakeQuery final : public dns::Query {
   public:
    FakeQuery(FakeResolver& owner, std::string name) : owner_(owner), name_(std::move(name)) {}
    ~FakeQuery() override { owner_.callbacks_.erase(name_); }

   private:
    FakeResolver& owner_;
    const std::string name_;
  };

  std::map<std::string, Callback> callbacks_;
};

class StrictDnsTest : public testing::Test {
 protected:
  void Start(DnsConfig dns) {
    auto config = std::make_shared<ClusterConfig>(
        ClusterConfig{.name = "c", .discovery = Discovery::kStrictDns, .dns = std::move(dns)});
    dns_.emplace(std::move(config), resolver_, timers_, random_,
                 [this](std::shared_ptr<const upstream::EndpointSet> endpoints) {
                   ++updates_;
                   endpoints_ = std::move(endpoints);
                 });
    dns_->Start();
  }
  void Advance(event::Duration by) {
    time_.Advance(by);
    timers_.Advance(time_.Monotonic());
  }
  std::vector<std::string> Addresses() const {
    std::vector<std::string> addresses;
    for (const auto& endpoint : endpoints_->endpoints) {
      addresses.push_back(endpoint.address.ToString());
    }
    return addresses;
  }

  using Strings = std::vector<std::string>;

  event::ManualTime time_;
  event::TimerWheel timers_{time_.Monotonic()};
  event::Random random_{1};
  FakeResolver resolver_;
  std::optional<StrictDns> dns_;
  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  int updates_ = 0;
};

DnsConfig OneName() {
  return {.targets = {{.host = "a", .port = 80, .hostname = "shown", .weight = 3}},
          .family = dns::Family::kV4Only};
}

TEST_F(StrictDnsTest, EveryAddressIsAnEndpoint) {
  Start(OneName());
  EXPECT_EQ(updates_, 0);
  EXPECT_FALSE(dns_->is_warm());
  EXPECT_EQ(resolver_.last_family, dns::Family::kV4Only);
  resolver_.Reply("a", {"10.0.0.2", "10.0.0.1"});
  EXPECT_TRUE(dns_->is_warm());
  EXPECT_EQ(Addresses(), (Strings{"10.0.0.1:80", "10.0.0.2:80"}));
  EXPECT_EQ(endpoints_->endpoints[0].hostname, "shown");
  EXPECT_EQ(endpoints_->endpoints[0].weight, 3u);
}

TEST_F(StrictDnsTest, AsksAgainAfterTheRefreshRate) {
  Start(OneName());
  resolver_.Reply("a", {"10.0.0.1"}, /*ttl=*/60);
  Advance(milliseconds(4999));
  EXPECT_EQ(resolver_.asked["a"], 1);
  Advance(milliseconds(1));
  EXPECT_EQ(resolver_.asked["a"], 2);
  resolver_.Reply("a", {"10.0.0.2"});
  EXPECT_EQ(Addresses(), Strings{"10.0.0.2:80"});
  EXPECT_EQ(updates_, 2);
}

TEST_F(StrictDnsTest, AnAnswerThatChangesNothingIsNotPassedOn) {
  Start(OneName());
  resolver_.Reply("a", {"10.0.0.1", "10.0.0.2"});
  Advance(seconds(5));
  resolver_.Reply("a", {"10.0.0.2", "10.0.0.1"});
  EXPECT_EQ(updates_, 1);
  EXPECT_EQ(dns_->stats().update_no_rebuild.value(), 1u);
  EXPECT_EQ(dns_->stats().update_success.value(), 2u);
  EXPECT_EQ(dns_->stats().update_attempt.value(), 2u);
}

TEST_F(StrictDnsTest, EmptyAnswerEmptiesTheCluster) {
  Start(OneName());
  resolver_.Reply("a", {"10.0.0.1"});
  Advance(seconds(5));
  resolver_.Fail("a", Outcome::kNoData);
  EXPECT_TRUE(Addresses().empty());
  EXPECT_EQ(dns_->stats().update_empty.value(), 1u);
  Advance(seconds(5));
  resolver_.Reply("a", {"10.0.0.1"});
  EXPECT_EQ(Addresses(), Strings{"10.0.0.1:80"});
}

TEST_F(StrictDnsTest, NameThatDoesNotExistEmptiesTheCluster) {
  Start(OneName());
  resolver_.Reply("a", {"10.0.0.1"});
  Advance(seconds(5));
  resolver_.Fail("a", Outcome::kNoName);
  EXPECT_TRUE(Addresses().empty());
  EXPECT_EQ(dns_->stats().update_no_name.value(), 1u);
}

TEST_F(StrictDnsTest, FailuresKeepTheLastAddresses) {
  Start(OneName());
  resolver_.Reply("a", {"10.0.0.1"});
  for (const Outcome outcome : {Outcome::kFailure, Outcome::kTimeout, Outcome::kFailure}) {
    Advance(seconds(5));
    resolver_.Fail("a", outcome);
  }
  EXPECT_EQ(Addresses(), Strings{"10.0.0.1:80"});
  EXPECT_EQ(updates_, 1);
  EXPECT_EQ(dns_->stats().update_failure.value(), 2u);
  EXPECT_EQ(dns_->stats().update_timeout.value(), 1u);
}

TEST_F(StrictDnsTest, AFailureAtFirstIsWarmAndEmpty) {
  Start(OneName());
  resolver_.Fail("a", Outcome::kTimeout);
  EXPECT_TRUE(dns_->is_warm());
  EXPECT_TRUE(Addresses().empty());
}

TEST_F(StrictDnsTest, WaitsForAllNamesThenFollowsEach) {
  Start({.targets = {{.host = "a", .port = 1}, {.host = "b", .port = 2}}});
  resolver_.Reply("a", {"10.0.0.1"});
  EXPECT_EQ(updates_, 0);
  resolver_.Reply("b", {"10.0.0.1"});
  EXPECT_EQ(Addresses(), (Strings{"10.0.0.1:1", "10.0.0.1:2"}));
  Advance(seconds(5));
  // One name's end does not touch the other's addresses.
  resolver_.Fail("a", Outcome::kNoName);
  EXPECT_EQ(Addresses(), Strings{"10.0.0.1:2"});
  resolver_.Fail("b", Outcome::kFailure);
  EXPECT_EQ(Addresses(), Strings{"10.0.0.1:2"});
}

TEST_F(StrictDnsTest, TtlWhenAsked) {
  DnsConfig config = OneName();
  config.respect_ttl = true;
  Start(config);
  resolver_.Reply("a", {"10.0.0.1"}, /*ttl=*/60);
  Advance(seconds(59));
  EXPECT_EQ(resolver_.asked["a"], 1);
  Advance(seconds(1));
  EXPECT_EQ(resolver_.asked["a"], 2);
  // Unknown, or 0: the refresh rate.
  resolver_.Reply("a", {"10.0.0.1"}, /*ttl=*/0);
  Advance(seconds(5));
  EXPECT_EQ(resolver_.asked["a"], 3);
}

TEST_F(StrictDnsTest, JitterSpreadsQuestions) {
  DnsConfig config = OneName();
  config.jitter = seconds(5);
  Start(config);
  std::vector<int> waits;
  for (int i = 0; i < 50; ++i) {
    resolver_.Reply("a", {"10.0.0.1"});
    int waited = 0;
    for (; !resolver_.IsPending("a"); ++waited) Advance(milliseconds(100));
    waits.push_back(waited);
  }
  EXPECT_GE(*std::min_element(waits.begin(), waits.end()), 50);
  EXPECT_LE(*std::max_element(waits.begin(), waits.end()), 100);
  EXPECT_GT(*std::max_element(waits.begin(), waits.end()),
            *std::min_element(waits.begin(), waits.end()) + 20);
}

TEST_F(StrictDnsTest, FailuresBackOffWithinTheirBounds) {
  DnsConfig config = OneName();
  config.failure_refresh_base = milliseconds(100);
  config.failure_refresh_most = milliseconds(400);
  Start(config);
  for (const int bound : {100, 200, 400, 400, 400}) {
    resolver_.Fail("a", Outcome::kFailure);
    Advance(milliseconds(bound + 1));
    EXPECT_TRUE(resolver_.IsPending("a")) << bound;
  }
  // A success ends it.
  resolver_.Reply("a", {"10.0.0.1"});
  Advance(milliseconds(4999));
  EXPECT_FALSE(resolver_.IsPending("a"));
}

TEST_F(StrictDnsTest, DestructionWithdrawsQuestionsAndTimers) {
  Start({.targets = {{.host = "a", .port = 1}, {.host = "b", .port = 2}}});
  resolver_.Reply("a", {"10.0.0.1"});
  dns_.reset();
  EXPECT_FALSE(resolver_.IsPending("b"));
  EXPECT_TRUE(timers_.empty());
}

TEST_F(StrictDnsTest, WithoutNamesThereIsAnEmptySet) {
  Start({});
  EXPECT_EQ(updates_, 1);
  EXPECT_TRUE(Addresses().empty());
}

}  // namespace
}  // namespace fairlead::cluster
