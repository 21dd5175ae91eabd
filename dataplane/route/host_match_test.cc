// Which virtual host a request's Host finds.

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::ErrorOf;
using testing::MakeTable;
using testing::Matched;

// One virtual host for each domain, whose route is named after it.
std::string Hosts(const std::vector<std::string>& domains) {
  std::string text = "name: \"main\" ";
  for (const std::string& domain : domains) {
    text += StrCat("virtual_hosts { name: \"", domain, "!\" domains: \"", domain,
                   "\" routes { name: \"", domain,
                   "\" match { prefix: \"/\" } route { cluster: \"c\" } } } ");
  }
  return text;
}

std::string Host(const RouteTable& table, const std::string& host) {
  return Matched(table, {.host = host});
}

TEST(HostMatchTest, ExactThenSuffixThenPrefixThenAny) {
  const auto table = MakeTable(Hosts({"*", "www.*", "*.example.com", "www.example.com"}));
  EXPECT_EQ(Host(*table, "www.example.com"), "www.example.com");
  EXPECT_EQ(Host(*table, "api.example.com"), "*.example.com");
  EXPECT_EQ(Host(*table, "www.example.org"), "www.*");
  EXPECT_EQ(Host(*table, "example.org"), "*");
}

TEST(HostMatchTest, LongestWildcardWins) {
  const auto table =
      MakeTable(Hosts({"*.com", "*.example.com", "*-bar.example.com", "w*", "www*"}));
  EXPECT_EQ(Host(*table, "foo-bar.example.com"), "*-bar.example.com");
  EXPECT_EQ(Host(*table, "foo.example.com"), "*.example.com");
  EXPECT_EQ(Host(*table, "example.com"), "*.com");
  EXPECT_EQ(Host(*table, "www.org"), "www*");
  EXPECT_EQ(Host(*table, "web.org"), "w*");
}

TEST(HostMatchTest, WildcardTakesAtLeastOneCharacter) {
  const auto table = MakeTable(Hosts({"*.example.com", "www.*"}));
  EXPECT_EQ(Host(*table, ".example.com"), "none");
  EXPECT_EQ(Host(*table, "example.com"), "none");
  EXPECT_EQ(Host(*table, "www."), "none");
  EXPECT_EQ(Host(*table, "a.b.example.com"), "*.example.com");
}

TEST(HostMatchTest, CaseDoesNotMatter) {
  const auto table = MakeTable(Hosts({"Example.COM", "*.Shop.com"}));
  EXPECT_EQ(Host(*table, "eXample.com"), "Example.COM");
  EXPECT_EQ(Host(*table, "A.SHOP.COM"), "*.Shop.com");
}

TEST(HostMatchTest, PortIsPartOfTheHost) {
  const auto table = MakeTable(Hosts({"a.com", "b.com:8080", "*:9090"}));
  EXPECT_EQ(Host(*table, "a.com"), "a.com");
  EXPECT_EQ(Host(*table, "a.com:80"), "none");
  EXPECT_EQ(Host(*table, "b.com:8080"), "b.com:8080");
  EXPECT_EQ(Host(*table, "b.com"), "none");
  EXPECT_EQ(Host(*table, "any.org:9090"), "*:9090");
}

TEST(HostMatchTest, PortCanBeIgnored) {
  const auto table =
      MakeTable(Hosts({"a.com", "[2001:db8::1]"}) + "ignore_port_in_host_matching: true");
  EXPECT_EQ(Host(*table, "a.com:80"), "a.com");
  EXPECT_EQ(Host(*table, "a.com"), "a.com");
  EXPECT_EQ(Host(*table, "[2001:db8::1]:443"), "[2001:db8::1]");
  EXPECT_EQ(Host(*table, "[2001:db8::1]"), "[2001:db8::1]");
}

TEST(HostMatchTest, TlsCanBeAskedFor) {
  const auto answer = [](const std::string& need, testing::Request request) -> std::string {
    const auto table = testing::MakeHost("require_tls: " + need +
                                         " routes { name: 'r' match { prefix: '/a' } "
                                         "route { cluster: 'c' } }");
    request.path = "/a";
    const Route* route = testing::Find(*table, request);
    if (std::holds_alternative<Redirect>(route->action)) {
      return std::get<Redirect>(route->action).scheme;
    }
    return route->name;
  };
  EXPECT_EQ(answer("NONE", {}), "r");
  EXPECT_EQ(answer("ALL", {}), "https");
  EXPECT_EQ(answer("ALL", {.scheme = "https"}), "r");
  EXPECT_EQ(answer("ALL", {.headers = {{"x-forwarded-proto", "https"}}}), "r");
  EXPECT_EQ(answer("ALL", {.headers = {{"x-envoy-internal", "true"}}}), "https");
  EXPECT_EQ(answer("EXTERNAL_ONLY", {}), "https");
  EXPECT_EQ(answer("EXTERNAL_ONLY", {.headers = {{"x-envoy-internal", "true"}}}), "r");
}

TEST(HostMatchTest, NoHostFindsOnlyAny) {
  EXPECT_EQ(Host(*MakeTable(Hosts({"a.com", "*.com"})), ""), "none");
  EXPECT_EQ(Host(*MakeTable(Hosts({"a.com", "*"})), ""), "*");
  EXPECT_EQ(Host(*MakeTable(Hosts({"*"})), ""), "*");
}

TEST(HostMatchTest, VeryLongHostIsHandled) {
  const auto table = MakeTable(Hosts({"*.com", "x*", "a.com"}));
  EXPECT_EQ(Host(*table, std::string(60'000, 'A') + ".com"), "*.com");
  EXPECT_EQ(Host(*table, "X" + std::string(60'000, 'A')), "x*");
  EXPECT_EQ(Host(*table, std::string(60'000, '.')), "none");
}

TEST(HostMatchTest, DomainTwiceIsRefusedWhateverItsCase) {
  EXPECT_EQ(ErrorOf(Hosts({"a.com", "b.com", "A.com"})),
            "route configuration 'main': virtual host 'A.com!': domains[0]: 'A.com' is a domain of "
            "virtual host 'a.com!' already; a domain may be there only once");
  EXPECT_NE(ErrorOf(Hosts({"*", "*"})), "");
  EXPECT_NE(ErrorOf(Hosts({"*.a", "*.a"})), "");
  EXPECT_NE(ErrorOf(Hosts({"a.*", "a.*"})), "");
  EXPECT_EQ(ErrorOf(Hosts({"*.a", "a.*", "*", "a"})), "");
}

TEST(HostMatchTest, MisplacedWildcardIsRefused) {
  for (const char* domain : {"a.*.com", "*.*", "**", "*a*"}) {
    EXPECT_NE(ErrorOf(Hosts({domain})).find("has a '*' that is not its only one"),
              std::string::npos)
        << domain;
  }
  EXPECT_NE(ErrorOf(Hosts({std::string(2000, 'a')})).find("is longer than 1024 bytes"),
            std::string::npos);
}

}  // namespace
}  // namespace fairlead::route
