#include "controlplane/model/validate.h"

#include "controlplane/model/document_parser.h"
#include "gtest/gtest.h"

namespace fairlead::control::model {
namespace {

// What is wrong with the documents, one problem a line.
std::string Wrong(const std::string& text) {
  Problems problems;
  std::vector<SourceText> texts = {{"f", text}};
  ParsedSet set = ParseDocuments(texts, problems);
  EXPECT_TRUE(problems.empty()) << problems.ToStatus(absl::StatusCode::kInvalidArgument);
  for (const auto& resource : set.resources) ValidateResource(resource, problems);
  problems.Locate(set.sources);
  std::string out;
  for (const Problem& problem : problems.kept()) out += problem.ToString() + "\n";
  return out;
}

std::string WrongMatch(const std::string& match) {
  return Wrong("kind: Route\nname: r\nrules:\n- matches: [{" + match +
               "}]\n  directResponse: {status: 200}\n");
}

TEST(ValidateTest, GoodResourcesPass) {
  EXPECT_EQ(
      Wrong(
          "kind: Listener\nname: web\nport: 80\naddress: '::1'\naccessLog: {path: /dev/stdout}\n"),
      "");
  EXPECT_EQ(Wrong("kind: Service\nname: s\nendpoints: [{address: 10.0.0.1, port: 80}]\n"), "");
  EXPECT_EQ(Wrong("kind: Service\nname: s\n"), "");
  EXPECT_EQ(Wrong("kind: Policy\nname: p\nrateLimit: {requests: 5}\n"), "");
  EXPECT_EQ(WrongMatch("pathPrefix: /"), "");
  EXPECT_EQ(
      WrongMatch(
          "pathPrefix: /a/, headers: [{name: X-Y, exact: ''}], query: [{name: q, regex: a+}]"),
      "");
}

TEST(ValidateTest, ProblemsOfFieldsHaveTheirLine) {
  EXPECT_EQ(
      Wrong("kind: Listener\nname: Web\naddress: here\nport: 70000\n"),
      "f:2: Listener 'Web': name: found \"Web\"; a name is 1 to 253 of a-z, 0-9, '-' and '.', and "
      "starts and ends with a letter or digit\n"
      "f:3: Listener 'Web': address: found \"here\"; expected an IPv4 or IPv6 address\n"
      "f:4: Listener 'Web': port: found 70000; a port is a number from 1 to 65535\n");
}

TEST(ValidateTest, AProblemOfAMissingFieldHasTheLineAroundIt) {
  EXPECT_EQ(Wrong("kind: Route\nname: r\nrules:\n- matches: []\n  name: first\n- forward: {}\n"),
            "f:4: Route 'r': rules[0]: expected one of forward, redirect, directResponse\n"
            "f:6: Route 'r': rules[1].forward: there are no backends\n");
}

TEST(ValidateTest, PathsThatCannotMatchAreRefused) {
  EXPECT_NE(WrongMatch("pathPrefix: a"), "");
  EXPECT_NE(WrongMatch("pathPrefix: /a//b"), "");
  EXPECT_NE(WrongMatch("pathExact: /a/../b"), "");
  EXPECT_NE(WrongMatch("pathExact: '/a?b=c'"), "");
  EXPECT_NE(WrongMatch("pathExact: \"/a\\r\\nb\""), "");
}

TEST(ValidateTest, ExpressionsMustCompileAndStaySmall) {
  EXPECT_NE(WrongMatch("pathRegex: '('").find("not valid in RE2 syntax"), std::string::npos);
  EXPECT_NE(WrongMatch("pathRegex: '(?=a)'"), "");
  EXPECT_NE(WrongMatch("pathRegex: '((a{1,100}){1,10}b){1,10}'"), "");
  EXPECT_NE(WrongMatch("headers: [{name: a, regex: '['}]"), "");
  EXPECT_NE(WrongMatch("pathRegex: ''"), "");
}

TEST(ValidateTest, HeadersAreTokensAndValuesHaveNoLineEnd) {
  EXPECT_NE(WrongMatch("headers: [{name: ':path', exact: a}]").find("pseudo"), std::string::npos);
  EXPECT_NE(WrongMatch("headers: [{name: 'a b', exact: a}]"), "");
  EXPECT_NE(WrongMatch("headers: [{name: a}]"), "");
  auto set = [](const std::string& entry) {
    return Wrong("kind: Policy\nname: p\nheaders: {request: {set: {" + entry + "}}}\n");
  };
  EXPECT_EQ(set("x-a: 'b c'"), "");
  EXPECT_NE(set("x-a: \"b\\r\\nx: y\"").find("line end"), std::string::npos);
  EXPECT_NE(set("x-a: \"b\\0\""), "");
  EXPECT_NE(set("x-a: ''"), "");
  EXPECT_NE(set("Host: b").find("rewriteHost"), std::string::npos);
  EXPECT_NE(set("Content-Length: 5"), "");
  EXPECT_NE(set("x-a: b, X-A: c"), "");
}

TEST(ValidateTest, MethodsAreUpperCase) {
  EXPECT_EQ(WrongMatch("methods: [GET, M-SEARCH]"), "");
  EXPECT_NE(WrongMatch("methods: [get]"), "");
  EXPECT_NE(WrongMatch("methods: [GET, GET]"), "");
}

TEST(ValidateTest, WeightsMustLetSomethingThrough) {
  auto forward = [](const std::string& backends) {
    return Wrong("kind: Route\nname: r\nrules:\n- forward: {backends: [" + backends + "]}\n");
  };
  EXPECT_EQ(forward("{service: a, weight: 0}, {service: b}"), "");
  EXPECT_NE(forward("{service: a, weight: 0}, {service: b, weight: 0}").find("all weights are 0"),
            std::string::npos);
  EXPECT_NE(forward("{service: a, weight: 1000001}"), "");
  EXPECT_NE(forward("{service: a}, {service: a}"), "");
}

TEST(ValidateTest, RewriteOfAnExpressionIsRefused) {
  EXPECT_NE(Wrong("kind: Route\nname: r\nrules:\n- matches: [{pathRegex: /a.*}]\n"
                  "  forward: {backends: [{service: s}], rewritePrefix: /b}\n"),
            "");
}

TEST(ValidateTest, ServiceRules) {
  EXPECT_NE(Wrong("kind: Service\nname: s\nendpoints: [{address: a.example, port: 1}]\n"), "");
  EXPECT_NE(
      Wrong("kind: Service\nname: s\nendpoints: [{address: 10.0.0.1, port: 1, weight: 129}]\n"),
      "");
  EXPECT_NE(Wrong("kind: Service\nname: s\nendpoints: [{address: 10.0.0.1, port: 1}]\ndns: {host: "
                  "a, port: 1}\n"),
            "");
  EXPECT_NE(Wrong("kind: Service\nname: s\nloadBalancing: {policy: RING_HASH}\n"), "");
  EXPECT_NE(Wrong("kind: Service\nname: s\nloadBalancing: {hashOn: [{sourceAddress: true}]}\n"),
            "");
  EXPECT_NE(Wrong("kind: Service\nname: s\nconnectTimeout: 0s\n"), "");
}

TEST(ValidateTest, PolicyRules) {
  auto policy = [](const std::string& fields) {
    return Wrong("kind: Policy\nname: p\n" + fields + "\n");
  };
  EXPECT_NE(policy("timeouts: {request: -1s}"), "");
  EXPECT_EQ(policy("timeouts: {request: 0s}"), "");
  EXPECT_NE(policy("timeouts: {idle: 0.0001s}").find("finer than a millisecond"),
            std::string::npos);
  EXPECT_NE(policy("rateLimit: {requests: 0}"), "");
  EXPECT_EQ(policy("rateLimit: {disabled: true}"), "");
  EXPECT_NE(policy("rateLimit: {requests: 5, burst: 2}"), "");
  EXPECT_NE(policy("rateLimit: {requests: 5, per: 0.01s}"), "");
  EXPECT_NE(policy("apiKeys: {}"), "");
  EXPECT_EQ(policy("apiKeys: {disabled: true}"), "");
  std::string twice =
      policy("apiKeys: {credentials: [{client: a, key: sesame}, {client: b, key: sesame}]}");
  EXPECT_NE(twice, "");
  EXPECT_EQ(twice.find("sesame"), std::string::npos) << "a key must not be shown";
}

TEST(ValidateTest, AResourceWithoutKindIsRefused) {
  Problems problems;
  ValidateResource(fairlead::v1::Resource(), problems);
  EXPECT_EQ(problems.total(), 1u);
}

TEST(ValidateTest, FieldsOfANewerApiAreRefused) {
  fairlead::v1::Resource resource;
  resource.mutable_route()->set_name("r");
  auto& rule = *resource.mutable_route()->add_rules();
  rule.mutable_direct_response()->set_status(200);
  Problems none;
  ValidateResource(resource, none);
  EXPECT_TRUE(none.empty());
  rule.GetReflection()->MutableUnknownFields(&rule)->AddVarint(1000, 1);
  Problems problems;
  ValidateResource(resource, problems);
  EXPECT_EQ(problems.total(), 1u);
}

}  // namespace
}  // namespace fairlead::control::model
