// What is declared as supported exists, and what is not is refused by its path.

#include "dataplane/route/supported.h"

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "dataplane/xds/proto_check.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

std::string Checked(const std::string& text) {
  xds::SupportTable table;
  DeclareSupport(table);
  return std::string(
      ToStd(xds::ProtoCheck(table).Check(testing::ParseConfig(text), "routes").message()));
}

TEST(SupportedTest, NamesExist) {
  xds::SupportTable table;
  DeclareSupport(table);
  EXPECT_EQ(xds::VerifyNames(table).message(), "");
}

TEST(SupportedTest, WhatIsCompiledIsAllowed) {
  EXPECT_EQ(Checked(R"(
      name: "r" ignore_port_in_host_matching: true
      max_direct_response_body_size_bytes { value: 10 }
      virtual_hosts { name: "h" domains: "*" response_headers_to_remove: "server"
        routes { name: "a"
          match { prefix: "/" case_sensitive {}
                  headers { name: "x" string_match { safe_regex { google_re2 {} regex: "a" } } }
                  headers { name: "y" exact_match: "b" invert_match: true }
                  headers { name: "z" range_match { start: 1 end: 2 } }
                  query_parameters { name: "q" string_match { exact: "a" ignore_case: true } }
                  runtime_fraction { default_value { numerator: 1 } runtime_key: "k" } }
          route { weighted_clusters { clusters { name: "c" weight { value: 1 } } }
                  hash_policy { cookie { name: "c" } terminal: true }
                  regex_rewrite { pattern { regex: "a" } substitution: "b" } timeout {} }
          request_headers_to_add { header { key: "a" value: "b" } append {} } }
        routes { match { path: "/" } redirect { https_redirect: true } }
        routes { match { path: "/" } direct_response { status: 200 body { filename: "a" } } } })"),
            "");
}

TEST(SupportedTest, TheRestIsRefusedByItsPath) {
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  const auto host = [](const std::string& fields) {
    return Checked("name: 'r' virtual_hosts { name: 'h' domains: '*' " + fields + " }");
  };
  EXPECT_TRUE(has(host("retry_policy {}"), "virtual_hosts[0].retry_policy"));
  for (const char* field : {"tls_context {}", "dynamic_metadata {}", "filter_state {}"}) {
    const std::string name = std::string(field).substr(0, std::string(field).find(' '));
    EXPECT_TRUE(
        has(host(StrCat("routes { match { prefix: '/' ", field, " } route { cluster: 'c' } }")),
            StrCat("virtual_hosts[0].routes[0].match.", name)))
        << host(StrCat("routes { match { prefix: '/' ", field, " } route { cluster: 'c' } }"));
  }
  for (const char* field : {"retry_policy", "hedge_policy", "request_mirror_policies",
                            "upgrade_configs", "metadata_match"}) {
    EXPECT_TRUE(
        has(host(StrCat("routes { match { prefix: '/' } route { cluster: 'c' ", field, " {} } }")),
            StrCat("virtual_hosts[0].routes[0].route.", field)));
  }
  for (const char* field : {"grpc_timeout_header_max", "grpc_timeout_header_offset"}) {
    EXPECT_TRUE(has(host(StrCat("routes { match { prefix: '/' } route { cluster: 'c' "
                                "max_stream_duration { ",
                                field, " { seconds: 1 } } } }")),
                    StrCat("route.max_stream_duration.", field)));
  }
  EXPECT_TRUE(has(host("routes { match { prefix: '/' } route { cluster: 'c' hash_policy { cookie { "
                       "name: 'c' ttl {} } } } }"),
                  "hash_policy[0].cookie.ttl"));
  EXPECT_TRUE(
      has(host("routes { match { prefix: '/' } route { cluster: 'c' } request_headers_to_add "
               "{ header { key: 'a' raw_value: 'b' } } }"),
          "request_headers_to_add[0].header.raw_value"));
}

}  // namespace
}  // namespace fairlead::route
