// The hash that a request's policies make, against values computed with XXH64 (seed 0).

#include "dataplane/route/hash_policy.h"

#include "dataplane/balance/hash.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::Find;
using testing::Request;

std::optional<uint64_t> Hash(const std::string& policies, const Request& request,
                             const std::string& ip = "10.0.0.7") {
  const auto table = testing::MakeHost(
      StrCat("routes { match { prefix: \"/\" } route { cluster: \"c\" ", policies, " } }"));
  codec::RequestHead head;
  testing::FillHead(request, head);
  const auto& forward = std::get<Forward>(Find(*table, request)->action);
  return RequestHash(forward.hash_policies, head, *net::Address::Parse(ip, 4711));
}

std::string Header(const std::string& name, const std::string& more = "") {
  return "hash_policy { header { header_name: '" + name + "' } " + more + " } ";
}

TEST(HashPolicyTest, KnownValues) {
  // xxhsum -H1 of "blue" and of "10.0.0.7".
  EXPECT_EQ(balance::HashOf(""), 0xef46db3751d8e999u);
  EXPECT_EQ(Hash(Header("X-User"), {.headers = {{"x-user", "blue"}}}), balance::HashOf("blue"));
  EXPECT_EQ(Hash("hash_policy { connection_properties { source_ip: true } }", {}),
            balance::HashOf("10.0.0.7"));
}

TEST(HashPolicyTest, SourceIsTheAddressWithoutItsPort) {
  const std::string policy = "hash_policy { connection_properties { source_ip: true } }";
  EXPECT_EQ(Hash(policy, {}, "2001:db8::1"), balance::HashOf("2001:db8::1"));
  EXPECT_EQ(Hash("hash_policy { connection_properties { source_ip: false } }", {}), std::nullopt);
}

TEST(HashPolicyTest, NoPolicyAndNoTextMakeNoHash) {
  EXPECT_EQ(Hash("", {}), std::nullopt);
  EXPECT_EQ(Hash(Header("x-user"), {}), std::nullopt);
  EXPECT_EQ(Hash("hash_policy { query_parameter { name: 'q' } }", {.path = "/?p=1"}), std::nullopt);
  EXPECT_EQ(Hash("hash_policy { cookie { name: 'c' } }", {.headers = {{"cookie", "d=1"}}}),
            std::nullopt);
}

TEST(HashPolicyTest, PseudoHeaders) {
  EXPECT_EQ(Hash(Header(":path"), {.path = "/a?b"}), balance::HashOf("/a?b"));
  EXPECT_EQ(Hash(Header("Host"), {.host = "A.com"}), balance::HashOf("A.com"));
}

TEST(HashPolicyTest, OrderOfRepeatedHeadersDoesNotMatter) {
  const auto one = Hash(Header("x"), {.headers = {{"x", "foo"}, {"x", "bar"}}});
  const auto other = Hash(Header("x"), {.headers = {{"x", "bar"}, {"x", "foo"}}});
  EXPECT_EQ(one, other);
  EXPECT_TRUE(one.has_value());
  EXPECT_NE(one, Hash(Header("x"), {.headers = {{"x", "bar"}}}));
}

TEST(HashPolicyTest, QueryParameterIsTheFirstAndRaw) {
  const std::string policy = "hash_policy { query_parameter { name: 'k' } }";
  EXPECT_EQ(Hash(policy, {.path = "/?a=1&k=%41&k=b"}), balance::HashOf("%41"));
  EXPECT_EQ(Hash(policy, {.path = "/?k"}), balance::HashOf(""));
}

TEST(HashPolicyTest, Cookies) {
  const auto hash = [](const std::string& cookie) {
    return Hash("hash_policy { cookie { name: 'sid' } }", {.headers = {{"cookie", cookie}}});
  };
  EXPECT_EQ(hash("sid=abc"), balance::HashOf("abc"));
  EXPECT_EQ(hash("a=b; sid=abc; sid=def"), balance::HashOf("abc"));
  EXPECT_EQ(hash("a=b;sid=\"abc\""), balance::HashOf("abc"));
  EXPECT_EQ(hash("xsid=1; sid; sid=a=b"), balance::HashOf("a=b"));
  EXPECT_EQ(hash("sid="), std::nullopt);
  EXPECT_EQ(hash(";;= ;  "), std::nullopt);
  EXPECT_EQ(Hash("hash_policy { cookie { name: 'sid' } }",
                 {.headers = {{"cookie", "a=b"}, {"cookie", "sid=abc"}}}),
            balance::HashOf("abc"));
}

TEST(HashPolicyTest, PoliciesAreCombined) {
  const uint64_t a = balance::HashOf("a"), b = balance::HashOf("b");
  const Request request{.headers = {{"x", "a"}, {"y", "b"}}};
  EXPECT_EQ(Hash(Header("x") + Header("y"), request), ((a << 1) | (a >> 63)) ^ b);
  EXPECT_EQ(Hash(Header("x") + Header("x"), request), ((a << 1) | (a >> 63)) ^ a);
  EXPECT_EQ(Hash(Header("none") + Header("y"), request), b);
}

TEST(HashPolicyTest, TerminalPolicyEndsTheListOnceThereIsAHash) {
  const Request request{.headers = {{"x", "a"}, {"y", "b"}}};
  EXPECT_EQ(Hash(Header("x", "terminal: true") + Header("y"), request), balance::HashOf("a"));
  EXPECT_EQ(Hash(Header("none", "terminal: true") + Header("y"), request), balance::HashOf("b"));
}

}  // namespace
}  // namespace fairlead::route
