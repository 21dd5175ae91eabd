#include "dataplane/dns/cares_resolver.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "dataplane/base/strings.h"
#include "gtest/gtest.h"

namespace fairlead::dns {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint16_t kTypeA = 1;
constexpr uint16_t kTypeAaaa = 28;
constexpr int kNoError = 0;
constexpr int kServFail = 2;
constexpr int kNxDomain = 3;

// What the server below says about a name.
struct Zone {
  int code = kNoError;
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  uint32_t ttl = 60;
  bool is_silent = false;
};

void AppendU16(std::string& out, size_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

// A DNS server on loopback that answers from a map: one question, compressed names.
class FakeDnsServer {
 public:
  explicit FakeDnsServer(std::map<std::string, Zone> zones) : zones_(std::move(zones)) {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const net::Address any = *net::Address::Parse("127.0.0.1", 0);
    EXPECT_EQ(bind(socket_, any.sockaddr_ptr(), any.sockaddr_size()), 0);
    sockaddr_in bound{};
    socklen_t size = sizeof(bound);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size), 0);
    address_ = StrCat("127.0.0.1:", ntohs(bound.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeDnsServer() {
    is_stopping_ = true;
    // Wakes recvfrom.
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  const std::string& address() const { return address_; }
  int questions() const { return questions_; }

 private:
  void Serve() {
    char packet[512];
    while (!is_stopping_) {
      pollfd polled{.fd = socket_, .events = POLLIN, .revents = 0};
      if (poll(&polled, 1, 50) <= 0) continue;
      sockaddr_in peer{};
      socklen_t size = sizeof(peer);
      const ssize_t bytes = recvfrom(socket_, packet, sizeof(packet), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&peer), &size);
      if (bytes < 17) continue;
      const std::string reply = Reply({packet, static_cast<size_t>(bytes)});
      if (reply.empty()) continue;
      (void)sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer),
                   size);
    }
  }
  // Empty: no answer.
  std::string Reply(std::string_view query) {
    ++questions_;
    std::string name;
    size_t at = 12;
    while (at < query.size() && query[at] != 0) {
      const auto length = static_cast<size_t>(query[at]);
      if (!name.empty()) name.push_back('.');
      name += query.substr(at + 1, length);
      at += length + 1;
    }
    const std::string_view question = query.substr(12, at + 5 - 12);
    const uint16_t type = static_cast<uint8_t>(query[at + 2]);
    const auto zone = zones_.find(name);
    const Zone found = zone == zones_.end() ? Zone{.code = kNxDomain} : zone->second;
    if (found.is_silent) return "";
    const std::vector<std::string> none;
    const std::vector<std::string>& ips =
        type == kTypeA ? found.v4 : (type == kTypeAaaa ? found.v6 : none);
    std::string reply(query.substr(0, 2));
    AppendU16(reply, 0x8180 | static_cast<unsigned>(found.code));
    AppendU16(reply, 1);
    AppendU16(reply, ips.size());
    AppendU16(reply, 0);
    AppendU16(reply, 0);
    reply += question;
    for (const std::string& ip : ips) {
      const net::Address address = *net::Address::Parse(ip, 0);
      AppendU16(reply, 0xc00c);
      AppendU16(reply, type);
      AppendU16(reply, 1);
      AppendU16(reply, found.ttl >> 16);
      AppendU16(reply, found.ttl & 0xffff);
      AppendU16(reply, address.ip_bytes().size());
      reply += address.ip_bytes();
    }
    return reply;
  }

  const std::map<std::string, Zone> zones_;
  int socket_ = -1;
  std::string address_;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<int> questions_ = 0;
  std::thread thread_;
};

// The owner's thread: the test's own, which runs what has been posted.
class Mailbox {
 public:
  CaresResolver::Executor executor() {
    return [this](std::function<void()> call) {
      const std::lock_guard lock(mutex_);
      calls_.push_back(std::move(call));
      arrived_.notify_one();
    };
  }
  // Runs the next call; false when none came in time.
  bool RunOne(milliseconds longest = seconds(20)) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, longest, [this] { return !calls_.empty(); })) return false;
    const std::function<void()> call = std::move(calls_.front());
    calls_.pop_front();
    lock.unlock();
    call();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> calls_;
};

class CaresResolverTest : public testing::Test {
 protected:
  void Start(CaresResolver::Options options = {}) {
    options.servers = server_.address();
    auto resolver = CaresResolver::Create(options, mailbox_.executor());
    ASSERT_TRUE(resolver.ok()) << resolver.status();
    resolver_ = *std::move(resolver);
  }
  Answer Ask(const std::string& name, Family family) {
    std::optional<Answer> answer;
    const auto query = resolver_->Resolve(name, family, [&](const Answer& got) { answer = got; });
    EXPECT_FALSE(answer.has_value()) << "never from within Resolve";
    EXPECT_TRUE(mailbox_.RunOne());
    return answer.value_or(Answer{});
  }
  static std::vector<std::string> Ips(const Answer& answer) {
    std::vector<std::string> ips;
    for (const net::Address& address : answer.addresses) ips.push_back(address.ip());
    std::sort(ips.begin(), ips.end());
    return ips;
  }

  using Strings = std::vector<std::string>;

  FakeDnsServer server_{{
      {"both.test", {.v4 = {"10.0.0.1", "10.0.0.2"}, .v6 = {"2001:db8::1"}, .ttl = 300}},
      {"four.test", {.v4 = {"10.0.0.4"}, .ttl = 7}},
      {"empty.test", {}},
      {"broken.test", {.code = kServFail}},
      {"silent.test", {.is_silent = true}},
  }};
  Mailbox mailbox_;
  std::unique_ptr<CaresResolver> resolver_;
};

TEST_F(CaresResolverTest, Families) {
  Start();
  EXPECT_EQ(Ips(Ask("both.test", Family::kV4Only)), (Strings{"10.0.0.1", "10.0.0.2"}));
  EXPECT_EQ(Ips(Ask("both.test", Family::kV6Only)), Strings{"2001:db8::1"});
  EXPECT_EQ(Ips(Ask("both.test", Family::kAuto)), Strings{"2001:db8::1"});
  EXPECT_EQ(Ips(Ask("both.test", Family::kV4Preferred)), (Strings{"10.0.0.1", "10.0.0.2"}));
  EXPECT_EQ(Ips(Ask("both.test", Family::kAll)), (Strings{"10.0.0.1", "10.0.0.2", "2001:db8::1"}));
}

TEST_F(CaresResolverTest, FallsBackToTheOtherFamily) {
  Start();
  const Answer answer = Ask("four.test", Family::kAuto);
  EXPECT_EQ(answer.outcome, Outcome::kAddresses);
  EXPECT_EQ(Ips(answer), Strings{"10.0.0.4"});
  EXPECT_EQ(answer.ttl, seconds(7));
  EXPECT_EQ(Ask("four.test", Family::kV6Only).outcome, Outcome::kNoData);
}

TEST_F(CaresResolverTest, OutcomesAreToldApart) {
  Start();
  EXPECT_EQ(Ask("empty.test", Family::kAuto).outcome, Outcome::kNoData);
  EXPECT_EQ(Ask("empty.test", Family::kAll).outcome, Outcome::kNoData);
  EXPECT_EQ(Ask("gone.test", Family::kV4Only).outcome, Outcome::kNoName);
  EXPECT_EQ(Ask("gone.test", Family::kAuto).outcome, Outcome::kNoName);
  const Answer broken = Ask("broken.test", Family::kAuto);
  EXPECT_EQ(broken.outcome, Outcome::kFailure);
  EXPECT_NE(broken.error, "");
}

TEST_F(CaresResolverTest, SilenceIsATimeout) {
  Start({.timeout = milliseconds(50), .tries = 1});
  EXPECT_EQ(Ask("silent.test", Family::kV4Only).outcome, Outcome::kTimeout);
}

TEST_F(CaresResolverTest, TheDeadlineEndsAQuery) {
  Start({.timeout = seconds(60), .tries = 4, .deadline = milliseconds(50)});
  EXPECT_EQ(Ask("silent.test", Family::kAuto).outcome, Outcome::kTimeout);
  // The lookup that goes on inside does not disturb the next.
  EXPECT_EQ(Ask("four.test", Family::kV4Only).outcome, Outcome::kAddresses);
}

TEST_F(CaresResolverTest, AnIpAddressIsItsOwnAnswer) {
  Start();
  EXPECT_EQ(Ips(Ask("10.1.2.3", Family::kV6Only)), Strings{"10.1.2.3"});
  EXPECT_EQ(Ips(Ask("::1", Family::kAuto)), Strings{"::1"});
  EXPECT_EQ(server_.questions(), 0);
}

TEST_F(CaresResolverTest, BadNamesFail) {
  Start();
  EXPECT_EQ(Ask("", Family::kAuto).outcome, Outcome::kFailure);
  EXPECT_EQ(Ask(std::string("a\0b", 3), Family::kAuto).outcome, Outcome::kFailure);
  EXPECT_NE(Ask(std::string(100, 'a') + ".test", Family::kV4Only).outcome, Outcome::kAddresses);
  EXPECT_NE(Ask("a..test", Family::kV4Only).outcome, Outcome::kAddresses);
}

TEST_F(CaresResolverTest, AWithdrawnQueryIsNotCalledBack) {
  Start();
  bool was_called = false;
  auto query =
      resolver_->Resolve("four.test", Family::kV4Only, [&](const Answer&) { was_called = true; });
  query.reset();
  EXPECT_TRUE(mailbox_.RunOne());
  EXPECT_FALSE(was_called);
}

TEST_F(CaresResolverTest, TheCallbackMayDestroyTheQuery) {
  Start();
  std::unique_ptr<Query> query;
  Outcome outcome = Outcome::kFailure;
  query = resolver_->Resolve("four.test", Family::kV4Only, [&](const Answer& answer) {
    query.reset();
    outcome = answer.outcome;
  });
  EXPECT_TRUE(mailbox_.RunOne());
  EXPECT_EQ(outcome, Outcome::kAddresses);
}

TEST_F(CaresResolverTest, TooManyQueriesFailAtOnce) {
  Start({.timeout = seconds(60), .deadline = seconds(60), .queries_max = 2});
  const auto ignore = [](const Answer&) {};
  const auto one = resolver_->Resolve("silent.test", Family::kV4Only, ignore);
  const auto two = resolver_->Resolve("silent.test", Family::kV4Only, ignore);
  const Answer third = Ask("four.test", Family::kV4Only);
  EXPECT_EQ(third.outcome, Outcome::kFailure);
  EXPECT_EQ(third.error, "more than 2 queries are under way");
}

TEST_F(CaresResolverTest, MayBeDestroyedWithQueriesUnderWay) {
  Start({.timeout = seconds(60)});
  bool was_called = false;
  const auto query =
      resolver_->Resolve("silent.test", Family::kAll, [&](const Answer&) { was_called = true; });
  EXPECT_EQ(Ask("four.test", Family::kV4Only).outcome, Outcome::kAddresses);
  resolver_.reset();
  EXPECT_FALSE(mailbox_.RunOne(milliseconds(0)));
  EXPECT_FALSE(was_called);
}

TEST_F(CaresResolverTest, ManyAtOnce) {
  Start();
  constexpr int kQueries = 200;
  int answered = 0;
  std::vector<std::unique_ptr<Query>> queries;
  for (int i = 0; i < kQueries; ++i) {
    queries.push_back(resolver_->Resolve("both.test", Family::kV4Only, [&](const Answer& answer) {
      answered += answer.outcome == Outcome::kAddresses ? 1 : 0;
    }));
  }
  for (int i = 0; i < kQueries; ++i) ASSERT_TRUE(mailbox_.RunOne());
  EXPECT_EQ(answered, kQueries);
}

TEST(CaresResolverCreateTest, ServersMustBeAddresses) {
  EXPECT_FALSE(CaresResolver::Create({.servers = "not an address"}, [](auto) {}).ok());
}

}  // namespace
}  // namespace fairlead::dns
