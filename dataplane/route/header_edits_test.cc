// What routes do to header fields, and in which order.

#include "dataplane/route/header_edits.h"

#include "dataplane/base/strings.h"
#include "dataplane/observe/log_test_support.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::Fields;
using testing::Find;
using testing::MakeTable;

// A table of one route with the given fields at each level.
std::shared_ptr<const RouteTable> Levels(std::string_view table, std::string_view host,
                                         std::string_view route) {
  return MakeTable(
      StrCat("virtual_hosts { name: \"h\" domains: \"*\" routes { match { prefix: "
             "\"/\" } route { cluster: \"c\" } ",
             route, " } ", host, " } ", table));
}

std::string Add(const std::string& name, const std::string& value, const std::string& more = "") {
  return "request_headers_to_add { header { key: '" + name + "' value: '" + value + "' } " + more +
         " } ";
}

std::string Remove(const std::string& name) { return "request_headers_to_remove: '" + name + "' "; }

// The fields of a request after the route's edits.
std::string Edited(const RouteTable& table,
                   std::vector<std::pair<std::string, std::string>> headers) {
  codec::HeaderMap map;
  for (const auto& [name, value] : headers) map.Add(name, value);
  const observe::TestExchange exchange;
  ApplyEdits(Find(table, {})->request_edits, exchange.entry(), map);
  return Fields(map);
}

TEST(HeaderEditsTest, Actions) {
  const auto edited = [](const std::string& action, bool is_there) {
    const auto table = Levels("", "", Add("X-A", "new", "append_action: " + action));
    return Edited(*table, is_there
                              ? std::vector<std::pair<std::string, std::string>>{{"x-a", "1"},
                                                                                 {"x-b", "b"},
                                                                                 {"x-a", "2"}}
                              : std::vector<std::pair<std::string, std::string>>{{"x-b", "b"}});
  };
  EXPECT_EQ(edited("APPEND_IF_EXISTS_OR_ADD", true), "x-a: 1\nx-b: b\nx-a: 2\nx-a: new\n");
  EXPECT_EQ(edited("APPEND_IF_EXISTS_OR_ADD", false), "x-b: b\nx-a: new\n");
  EXPECT_EQ(edited("ADD_IF_ABSENT", true), "x-a: 1\nx-b: b\nx-a: 2\n");
  EXPECT_EQ(edited("ADD_IF_ABSENT", false), "x-b: b\nx-a: new\n");
  EXPECT_EQ(edited("OVERWRITE_IF_EXISTS_OR_ADD", true), "x-a: new\nx-b: b\n");
  EXPECT_EQ(edited("OVERWRITE_IF_EXISTS_OR_ADD", false), "x-b: b\nx-a: new\n");
  EXPECT_EQ(edited("OVERWRITE_IF_EXISTS", true), "x-a: new\nx-b: b\n");
  EXPECT_EQ(edited("OVERWRITE_IF_EXISTS", false), "x-b: b\n");
}

TEST(HeaderEditsTest, DeprecatedAppend) {
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "2", "append { value: true }")), {{"x", "1"}}),
            "x: 1\nx: 2\n");
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "2", "append {}")), {{"x", "1"}}), "x: 2\n");
}

TEST(HeaderEditsTest, RemovalComesBeforeAddition) {
  const auto table = Levels("", "", Add("x", "new") + Remove("X"));
  EXPECT_EQ(Edited(*table, {{"x", "old"}, {"x", "older"}}), "x: new\n");
}

TEST(HeaderEditsTest, ALevelIsJudgedBeforeItIsApplied) {
  // Both see that the field is absent, and overwriting comes before adding.
  const auto table = Levels("", "",
                            Add("x", "1", "append_action: ADD_IF_ABSENT") +
                                Add("x", "2", "append_action: ADD_IF_ABSENT") +
                                Add("x", "3", "append_action: OVERWRITE_IF_EXISTS"));
  EXPECT_EQ(Edited(*table, {}), "x: 1\nx: 2\n");
}

TEST(HeaderEditsTest, LevelsFollowEachOther) {
  const std::string overwrite = "append_action: OVERWRITE_IF_EXISTS_OR_ADD";
  const std::string table_level = Add("x", "table", overwrite) + Remove("y");
  const std::string host_level = Add("x", "host", overwrite) + Add("y", "host");
  const std::string route_level = Add("x", "route", overwrite) + Add("y", "route");
  // Route, virtual host, table: the last one wins, and removes what the others added.
  EXPECT_EQ(Edited(*Levels(table_level, host_level, route_level), {}), "x: table\n");
  EXPECT_EQ(Edited(*Levels(table_level + "most_specific_header_mutations_wins: true", host_level,
                           route_level),
                   {{"y", "old"}}),
            "x: route\ny: host\ny: route\n");
}

TEST(HeaderEditsTest, EmptyValueIsLeftOutUnlessKept) {
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "", "append_action: OVERWRITE_IF_EXISTS_OR_ADD")),
                   {{"x", "1"}}),
            "x: 1\n");
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "", "keep_empty_value: true")), {}), "x: \n");
}

TEST(HeaderEditsTest, PercentSignIsWrittenTwice) {
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "100%% of %%a%%")), {}), "x: 100% of %a%\n");
}

TEST(HeaderEditsTest, SingleFieldsAreContinued) {
  const auto table =
      Levels("", "",
             Add("user-agent", "proxy") + Add("x-forwarded-for", "1.2.3.4") + Add("cookie", "b=2"));
  EXPECT_EQ(
      Edited(*table, {{"user-agent", "curl"}, {"x-forwarded-for", "9.9.9.9"}, {"cookie", "a=1"}}),
      "user-agent: curl,proxy\nx-forwarded-for: 9.9.9.9,1.2.3.4\ncookie: a=1\ncookie: b=2\n");
}

TEST(HeaderEditsTest, ResponsesHaveTheirOwn) {
  const auto table = Levels("", "response_headers_to_remove: 'server'",
                            "response_headers_to_add { header { key: 'x' value: 'y' } }");
  const Route* route = Find(*table, {});
  EXPECT_TRUE(route->request_edits.empty());
  codec::HeaderMap map;
  map.Add("server", "origin");
  ApplyEdits(route->response_edits, observe::TestExchange().entry(), map);
  EXPECT_EQ(Fields(map), "x: y\n");
}

TEST(HeaderEditsTest, LevelsWithoutEditsCostNothing) {
  EXPECT_TRUE(Find(*Levels("", "", ""), {})->request_edits.empty());
  const auto table = Levels(Add("a", "b"), "", "");
  EXPECT_EQ(Find(*table, {})->request_edits.size(), 1u);
}

// The exchange is the one of log_test_support.h.
TEST(HeaderEditsTest, CommandOperators) {
  const auto value = [](const std::string& format) {
    return Edited(*Levels("", "", Add("x", format)), {});
  };
  EXPECT_EQ(value("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"), "x: 10.0.0.9\n");
  EXPECT_EQ(value("<%REQ(user-agent)%> %PROTOCOL% 100%%"), "x: <curl/8> HTTP/1.1 100%\n");
  EXPECT_EQ(value("%REQ(x-none?:path)%"), "x: /a?b=1\n");
  EXPECT_EQ(value("%PATH(NQ)%?%QUERY_PARAMS%"), "x: /a?b=1\n");
  EXPECT_EQ(value("%QUERY_PARAM(b)%"), "x: 1\n");
  EXPECT_EQ(value("%START_TIME(%s.%3f)%"), "x: 1700000000.123\n");
  EXPECT_EQ(value("%UPSTREAM_REMOTE_PORT%"), "x: 8080\n");
}

TEST(HeaderEditsTest, WithoutAValueNothingIsWritten) {
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "%REQ(x-none)%")), {}), "");
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "%REQ(x-none)%", "keep_empty_value: true")), {}),
            "x: \n");
  EXPECT_EQ(Edited(*Levels("", "", Add("x", "a%REQ(x-none)%b")), {}), "x: ab\n");
  EXPECT_EQ(Edited(*Levels("", "",
                           Add("x", "%REQ(x-none)%", "append_action: OVERWRITE_IF_EXISTS_OR_ADD")),
                   {{"x", "1"}}),
            "x: 1\n");
}

// What a level adds is not seen by its own values, but by those of the next level.
TEST(HeaderEditsTest, ValuesOfALevelAreMadeBeforeItAddsAny) {
  const auto table = Levels(Add("c", "%REQ(a)%"), "", Add("a", "1") + Add("b", "<%REQ(a)%>"));
  codec::RequestHead head;
  const codec::ResponseHead response;
  const observe::StreamInfo info;
  ApplyEdits(Find(*table, {})->request_edits, {head, response, info}, head.headers);
  EXPECT_EQ(Fields(head.headers), "a: 1\nb: <>\nc: 1\n");
}

}  // namespace
}  // namespace fairlead::route
