// What a route configuration that cannot be used says of it: where, what was found, what is
// allowed.

#include <fstream>

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::ErrorOfHost;

constexpr std::string_view kWhere = "route configuration 'r': virtual host 'h': ";

// The error of one route, without where it is.
std::string ErrorOfRoute(const std::string& match, const std::string& action) {
  const std::string error =
      ErrorOfHost(StrCat("routes { name: \"it\" match { ", match, " } ", action, " }"));
  const std::string where = StrCat(kWhere, "routes[0] 'it': ");
  EXPECT_TRUE(error.empty() || error.starts_with(where)) << error;
  return error.empty() ? "" : error.substr(where.size());
}
std::string ErrorOfMatch(const std::string& match) {
  return ErrorOfRoute(match, "route { cluster: \"c\" }");
}
std::string ErrorOfAction(const std::string& action) {
  return ErrorOfRoute("prefix: \"/\"", action);
}
std::string ErrorOfForward(const std::string& fields) {
  return ErrorOfAction(StrCat("route { cluster: \"c\" ", fields, " }"));
}

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(CompileErrorsTest, NameTheRouteByItsPlaceWhenItHasNoName) {
  EXPECT_EQ(ErrorOfHost("routes { match { prefix: '/' } route { cluster: 'c' } } "
                        "routes { match { prefix: '/' } route {} }"),
            StrCat(kWhere,
                   "routes[1]: route: one of cluster, cluster_header, weighted_clusters is needed; "
                   "other ways to name a cluster are not supported"));
}

TEST(CompileErrorsTest, Paths) {
  EXPECT_EQ(ErrorOfMatch(""),
            "match: path_specifier: one of prefix, path, path_separated_prefix, safe_regex, "
            "path_match_policy is needed; others are not supported");
  EXPECT_TRUE(Has(ErrorOfMatch("connect_matcher {}"), "others are not supported"));
  EXPECT_EQ(ErrorOfMatch("safe_regex { regex: '/a(' }"),
            "match: safe_regex.regex: '/a(' is not a regular expression RE2 takes: missing ): "
            "/a(");
  EXPECT_TRUE(Has(ErrorOfMatch("safe_regex { regex: '((a{100}){100}){100}' }"), "RE2"));
  for (const char* prefix : {"/a/", "/", "", "/a?b", "/a#b"}) {
    EXPECT_TRUE(Has(ErrorOfMatch(StrCat("path_separated_prefix: '", prefix, "'")),
                    "must have two characters or more, no '?' or '#', and not end in '/'"))
        << prefix;
  }
  EXPECT_EQ(ErrorOfMatch("prefix: '/" + std::string(70'000, 'a') + "'"),
            "match: prefix: is longer than 65535 bytes");
}

TEST(CompileErrorsTest, UriTemplates) {
  const auto policy = [](const char* name, const char* type, const std::string& field) {
    return StrCat(name, " { name: 'x' typed_config { [type.googleapis.com/envoy.extensions.path.",
                  type, "] { ", field, " } } } ");
  };
  const std::string match = policy(
      "path_match_policy", "match.uri_template.v3.UriTemplateMatchConfig", "path_template: '/{a}'");
  const auto rewrite = [&](const std::string& text) {
    return policy("path_rewrite_policy", "rewrite.uri_template.v3.UriTemplateRewriteConfig",
                  "path_template_rewrite: '" + text + "'");
  };
  const auto route = [&](const std::string& fields, const std::string& path) {
    return ErrorOfRoute(path, "route { cluster: 'c' " + fields + " }");
  };
  EXPECT_EQ(route(rewrite("/x/{a}"), match), "");
  EXPECT_EQ(ErrorOfMatch(policy("path_match_policy", "match.uri_template.v3.UriTemplateMatchConfig",
                                "path_template: '/{a'")),
            "match: path_match_policy.path_template: '/{a': has a '{' without '}'");
  EXPECT_TRUE(Has(ErrorOfMatch("path_match_policy { name: 'x' }"),
                  "match: path_match_policy.typed_config: is ''"));
  EXPECT_EQ(route(rewrite("/{b}"), match),
            "route: path_rewrite_policy.path_template_rewrite: '/{b}': 'b' is no variable of the "
            "match's path_template '/{a}'");
  EXPECT_EQ(route(rewrite("/x"), "prefix: '/'"),
            "route: path_rewrite_policy: needs match.path_match_policy");
  EXPECT_TRUE(Has(route(rewrite("/x") + "regex_rewrite { pattern { regex: 'a' } }", match),
                  "path_rewrite_policy: is set together with"));
  EXPECT_TRUE(Has(route("prefix_rewrite: '/x'", match), "cannot be used with"));
  EXPECT_TRUE(Has(ErrorOfRoute(match, "redirect { prefix_rewrite: '/x' }"),
                  "redirect: prefix_rewrite: cannot be used with match.path_match_policy"));
}

TEST(CompileErrorsTest, Conditions) {
  const std::string prefix = "prefix: '/' ";
  EXPECT_EQ(ErrorOfMatch(prefix + "headers { name: 'x' } headers { name: ':status' }"),
            "match: headers[1]: name: ':status' is no header of a request; a field's name, :path, "
            ":method, :authority or :scheme is needed");
  EXPECT_TRUE(Has(ErrorOfMatch(prefix + "headers { name: 'x' string_match {} }"),
                  "match: headers[0]: string_match: no pattern that is supported is set"));
  EXPECT_TRUE(
      Has(ErrorOfMatch(prefix + "headers { name: 'x' string_match { safe_regex { regex: '[' } } }"),
          "match: headers[0]: string_match: safe_regex: regex: '[' is not a regular"));
  EXPECT_TRUE(Has(ErrorOfMatch(prefix + "headers { name: 'x' string_match { safe_regex { regex: "
                                        "'a' } ignore_case: true } }"),
                  "string_match: ignore_case: has no effect on safe_regex"));
  EXPECT_EQ(ErrorOfMatch(prefix + "query_parameters {}"),
            "match: query_parameters[0]: name: is empty");
}

TEST(CompileErrorsTest, Actions) {
  EXPECT_TRUE(Has(ErrorOfAction(""), "action: one of route, redirect, direct_response, non_f"));
  EXPECT_TRUE(Has(ErrorOfAction("filter_action {}"), "others are not supported"));
  EXPECT_EQ(ErrorOfAction("route { cluster: '' }"), "route: cluster: is empty");
  EXPECT_TRUE(Has(ErrorOfAction("route { cluster_header: ':status' }"),
                  "route: cluster_header: ':status' is no header of a request"));
  EXPECT_TRUE(Has(ErrorOfAction("route { cluster_specifier_plugin: 'x' }"), "are not supported"));
  EXPECT_EQ(ErrorOfForward("timeout { seconds: -1 }"),
            "route: timeout: -1 s 0 ns is not a duration of 0 or more");
  EXPECT_TRUE(Has(ErrorOfForward("idle_timeout { seconds: 999999999999999 }"), "idle_timeout"));
  EXPECT_TRUE(Has(ErrorOfForward("prefix_rewrite: '/a' regex_rewrite { pattern { regex: 'a' } }"),
                  "prefix_rewrite: is set together with regex_rewrite"));
  EXPECT_TRUE(Has(ErrorOfForward("regex_rewrite { pattern { regex: '(' } }"),
                  "route: regex_rewrite: pattern.regex: '('"));
  EXPECT_TRUE(Has(ErrorOfForward("regex_rewrite { pattern { regex: 'a' } substitution: '\\\\1' }"),
                  "route: regex_rewrite: substitution: '\\1'"));
  EXPECT_TRUE(Has(ErrorOfForward("prefix_rewrite: '/a\\r\\nb'"), "has a line break"));
  EXPECT_TRUE(Has(ErrorOfForward("host_rewrite_literal: 'a\\nb'"), "host_rewrite_literal: has a"));
  EXPECT_TRUE(Has(ErrorOfForward("host_rewrite_header: ':status'"),
                  "route: host_rewrite_header: ':status' is no header of a request"));
  EXPECT_TRUE(Has(ErrorOfForward("host_rewrite_path_regex { pattern { regex: '(' } }"),
                  "route: host_rewrite_path_regex: pattern.regex: '('"));
  EXPECT_TRUE(Has(ErrorOfForward("cluster_not_found_response_code: 9"), "9 is not a code"));
}

TEST(CompileErrorsTest, WeightedClusters) {
  const auto error = [](const std::string& clusters) {
    return ErrorOfAction("route { weighted_clusters { " + clusters + " } }");
  };
  EXPECT_EQ(error(""), "route: weighted_clusters: clusters: the weights sum up to 0");
  EXPECT_EQ(error("clusters { name: 'a' weight {} }"),
            "route: weighted_clusters: clusters: the weights sum up to 0");
  EXPECT_EQ(error("clusters { name: 'a' }"),
            "route: weighted_clusters: clusters[0]: weight: is missing");
  EXPECT_EQ(
      error("clusters { weight { value: 1 } }"),
      "route: weighted_clusters: clusters[0]: name: is empty, and so is cluster_header; one of "
      "them is needed");
  EXPECT_TRUE(Has(error("clusters { name: 'a' cluster_header: 'b' weight { value: 1 } }"),
                  "clusters[0]: name: is set together with cluster_header"));
  EXPECT_TRUE(Has(error("header_name: ':x' clusters { name: 'a' weight { value: 1 } }"),
                  "weighted_clusters: header_name: ':x' is no header of a request"));
  EXPECT_TRUE(Has(error("clusters { name: 'a' weight { value: 4294967295 } } "
                        "clusters { name: 'b' weight { value: 1 } }"),
                  "clusters[1]: weight: the weights sum up to more than 4294967295"));
  EXPECT_TRUE(Has(error("clusters { name: 'a' weight { value: 1 } request_headers_to_remove: "
                        "'host' }"),
                  "clusters[0]: request_headers_to_remove[0]: 'host'"));
}

TEST(CompileErrorsTest, HashPolicies) {
  EXPECT_TRUE(Has(ErrorOfForward("hash_policy {}"), "route: hash_policy[0]: one of header"));
  EXPECT_TRUE(Has(ErrorOfForward("hash_policy { filter_state { key: 'x' } }"), "not supported"));
  EXPECT_TRUE(Has(ErrorOfForward("hash_policy { cookie { name: 'c' ttl { seconds: 1 } } }"),
                  "hash_policy[0]: cookie.ttl: the proxy does not make cookies"));
  EXPECT_TRUE(Has(ErrorOfForward("hash_policy { header { header_name: ':status' } }"),
                  "header.header_name: ':status' is no header of a request"));
  EXPECT_TRUE(Has(ErrorOfForward("hash_policy { query_parameter {} }"), "name: is empty"));
}

TEST(CompileErrorsTest, Redirects) {
  EXPECT_EQ(ErrorOfAction("redirect { port_redirect: 65536 }"),
            "redirect: port_redirect: 65536 is not in [0, 65535]");
  EXPECT_TRUE(Has(ErrorOfAction("redirect { response_code: 17 }"), "17 is not a redirect's code"));
  EXPECT_TRUE(Has(ErrorOfAction("redirect { path_redirect: '/a\\nb' }"), "path_redirect: has a"));
  EXPECT_TRUE(Has(ErrorOfAction("redirect { host_redirect: 'a\\rb' }"), "host_redirect: has a"));
}

TEST(CompileErrorsTest, DirectResponses) {
  EXPECT_EQ(ErrorOfAction("direct_response { status: 199 }"),
            "direct_response: status: 199 is not in [200, 600)");
  EXPECT_TRUE(Has(ErrorOfAction("direct_response { status: 600 }"), "600 is not in"));
  EXPECT_EQ(ErrorOfAction("direct_response { status: 200 body { filename: '/nonexistent/x' } }"),
            "direct_response: body: filename: '/nonexistent/x': cannot open: No such file or "
            "directory");
  EXPECT_EQ(
      ErrorOfAction("direct_response { status: 200 body { environment_variable: 'FAIRLEAD_NO' } }"),
      "direct_response: body.environment_variable: 'FAIRLEAD_NO' is not set");
  EXPECT_EQ(ErrorOfAction("direct_response { status: 200 body { inline_string: '" +
                          std::string(4097, 'x') + "' } }"),
            "direct_response: body: is longer than 4096 bytes "
            "(RouteConfiguration.max_direct_response_body_size_bytes)");
}

TEST(CompileErrorsTest, DirectResponseLimitCanBeSet) {
  const auto config = [](int size) {
    return StrCat(
        "max_direct_response_body_size_bytes { value: 5 } virtual_hosts { name: 'h' "
        "domains: '*' routes { match { prefix: '/' } direct_response { status: 200 body "
        "{ inline_string: '",
        std::string(static_cast<size_t>(size), 'x'), "' } } } }");
  };
  EXPECT_EQ(testing::ErrorOf(config(5)), "");
  EXPECT_TRUE(Has(testing::ErrorOf(config(6)), "is longer than 5 bytes"));
  const std::string file = ::testing::TempDir() + "/too_long_a_body";
  std::ofstream(file) << "123456";
  EXPECT_TRUE(Has(testing::ErrorOf("max_direct_response_body_size_bytes { value: 5 } virtual_hosts "
                                   "{ name: 'h' domains: '*' routes { match { prefix: '/' } "
                                   "direct_response { status: 200 body { filename: '" +
                                   file + "' } } } }"),
                  "has more than the 5 bytes allowed"));
}

TEST(CompileErrorsTest, HeaderEdits) {
  const auto error = [](const std::string& edit) {
    return ErrorOfRoute("prefix: '/'", "route { cluster: 'c' } " + edit);
  };
  const auto add = [&](const std::string& name, const std::string& value) {
    return error("response_headers_to_add { header { key: '" + name + "' value: '" + value +
                 "' } }");
  };
  EXPECT_EQ(add("x", "a %UNKNOWN%"),
            "response_headers_to_add[0]: header.value: 'a %UNKNOWN%': at position 2: unknown "
            "operator %UNKNOWN%");
  EXPECT_TRUE(Has(add("x", "100%"), "a lone %"));
  EXPECT_TRUE(Has(add("x", "a%%%b"), "a lone %"));
  EXPECT_EQ(add("x", "%DOWNSTREAM_REMOTE_ADDRESS% %REQ(x)%"), "");
  EXPECT_TRUE(Has(add("x", "a\\r\\nset-cookie: b"), "has a line break"));
  EXPECT_TRUE(Has(add("x y", "a"), "'x y' is not a header name"));
  EXPECT_TRUE(Has(add("", "a"), "'' is not a header name"));
  EXPECT_TRUE(Has(add(":path", "a"), "':path' is a pseudo-header"));
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "connection", "te"}) {
    EXPECT_TRUE(Has(add(name, "a"), "is written by the proxy itself")) << name;
  }
  EXPECT_TRUE(Has(error("request_headers_to_remove: 'x' request_headers_to_remove: 'HOST'"),
                  "request_headers_to_remove[1]: 'HOST' is written by the proxy itself"));
  EXPECT_TRUE(Has(error("request_headers_to_remove: ':path'"), "is a pseudo-header"));
  // Removed anyway.
  EXPECT_EQ(error("request_headers_to_remove: 'Connection'"), "");
  EXPECT_TRUE(Has(error("request_headers_to_add { header { key: 'x' value: 'a' } append {} "
                        "append_action: ADD_IF_ABSENT }"),
                  "request_headers_to_add[0]"));
}

TEST(CompileErrorsTest, LevelsAreNamed) {
  EXPECT_EQ(ErrorOfHost("request_headers_to_remove: 'host'"),
            StrCat(kWhere,
                   "request_headers_to_remove[0]: 'host' is written by the proxy itself and "
                   "may not be changed; use host_rewrite_literal"));
  EXPECT_EQ(
      testing::ErrorOf("name: 'r' response_headers_to_remove: 'content-length'"),
      "route configuration 'r': response_headers_to_remove[0]: 'content-length' is written by "
      "the proxy itself and may not be changed");
}

}  // namespace
}  // namespace fairlead::route
