#include "controlplane/model/document_parser.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "controlplane/model/resource_json.h"
#include "gtest/gtest.h"

namespace fairlead::control::model {
namespace {

std::string ErrorsOf(const std::string& text) {
  Problems problems;
  std::vector<SourceText> texts = {{"f.yaml", text}};
  ParseDocuments(texts, problems);
  return problems.empty()
             ? ""
             : std::string(problems.ToStatus(absl::StatusCode::kInvalidArgument).message());
}

fairlead::v1::Resource Parsed(const std::string& text) {
  Problems problems;
  std::vector<SourceText> texts = {{"f.yaml", text}};
  ParsedSet set = ParseDocuments(texts, problems);
  EXPECT_TRUE(problems.empty()) << ErrorsOf(text);
  EXPECT_EQ(set.resources.size(), 1u);
  return set.resources.empty() ? fairlead::v1::Resource() : set.resources[0];
}

constexpr char kRoute[] = R"(kind: Route
name: shop
listeners:
  - web
hostnames:
  - shop.example.com
  - "*"
rules:
  - matches:
      - pathPrefix: /a
        methods:
          - GET
        headers:
          - name: x-v
            exact: "2"
          - name: x-none
            present: false
    forward:
      backends:
        - service: v1
          weight: 0
        - service: v2
  - directResponse:
      status: 404
      body: "line\nline: #"
)";

TEST(DocumentParserTest, ReadsWhatTheWriterWrites) {
  fairlead::v1::Resource resource = Parsed(kRoute);
  EXPECT_EQ(ResourceToYaml(resource), kRoute);
  EXPECT_TRUE(resource.route().rules(0).forward().backends(0).has_weight());
  EXPECT_FALSE(resource.route().rules(0).forward().backends(1).has_weight());
  EXPECT_TRUE(resource.route().rules(0).matches(0).headers(1).has_present());
}

TEST(DocumentParserTest, ReadsJson) {
  fairlead::v1::Resource resource = Parsed(
      R"({"kind": "Policy", "name": "p", "timeouts": {"request": "1.5s"},
          "headers": {"request": {"set": {"x-a": "b"}}}, "apiKeys": {"disabled": true}})");
  EXPECT_EQ(resource.policy().timeouts().request().nanos(), 500000000);
  EXPECT_EQ(resource.policy().headers().request().set().at("x-a"), "b");
  EXPECT_TRUE(resource.policy().api_keys().disabled());
}

TEST(DocumentParserTest, TextFieldsKeepThePlainScalarAsWritten) {
  fairlead::v1::Resource resource = Parsed(
      "kind: Policy\nname: p\nheaders: {response: {set: {x-a: 1.10, x-b: yes, x-c: 010}}}\n");
  const auto& set = resource.policy().headers().response().set();
  EXPECT_EQ(set.at("x-a"), "1.10");
  EXPECT_EQ(set.at("x-b"), "yes");
  EXPECT_EQ(set.at("x-c"), "010");
}

TEST(DocumentParserTest, UnknownFieldNamesPlaceAndWhatIsAllowed) {
  EXPECT_EQ(ErrorsOf("kind: Service\nname: s\ndns:\n  host: a\n  prot: 80\n"),
            "f.yaml:5: Service 's': dns.\"prot\": unknown field; allowed: host, port");
}

TEST(DocumentParserTest, ManyErrorsAreReportedTogether) {
  std::string errors = ErrorsOf(R"(kind: Listener
name: web
port: http
trustedHops: "3"
accessLog: {format: XML}
---
kind: Service
name: s
connectTimeout: 5
endpoints: {address: a}
loadBalancing: {policy: round_robin}
dns:
---
kind: Gateway
---
[1, 2]
)");
  EXPECT_EQ(
      errors,
      "f.yaml:3: Listener 'web': port: found \"http\"; expected a whole number from 0 to "
      "4294967295\n"
      "f.yaml:4: Listener 'web': trustedHops: found \"3\" in quotes; expected a whole number from "
      "0 to 4294967295\n"
      "f.yaml:5: Listener 'web': accessLog.format: found \"XML\"; allowed: TEXT, JSON\n"
      "f.yaml:9 (document 2): Service 's': connectTimeout: found \"5\"; expected a duration in "
      "seconds such as 1.5s\n"
      "f.yaml:10 (document 2): Service 's': endpoints: found a mapping; expected a list\n"
      "f.yaml:11 (document 2): Service 's': loadBalancing.policy: found \"round_robin\"; allowed: "
      "ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH\n"
      "f.yaml:12 (document 2): Service 's': dns: the field has no value; give it one or leave the "
      "field out\n"
      "f.yaml:14 (document 3): kind: found \"Gateway\"; allowed: Listener, Route, Service, Policy\n"
      "f.yaml:16 (document 4): found a list; a document is a mapping with kind and name");
}

TEST(DocumentParserTest, KeysThatStandTwiceAndOneofsAreRefused) {
  EXPECT_EQ(ErrorsOf("kind: Policy\nname: p\nname: q\n"),
            "f.yaml:3: Policy 'q': name: the field stands twice");
  EXPECT_EQ(ErrorsOf("kind: Policy\nname: p\nheaders: {request: {add: {a: b, a: c}}}\n"),
            "f.yaml:3: Policy 'p': headers.request.add[\"a\"]: the key stands twice");
  EXPECT_EQ(
      ErrorsOf("kind: Route\nname: r\nrules:\n- matches:\n  - {pathPrefix: /, pathExact: /}\n"),
      "f.yaml:5: Route 'r': rules[0].matches[0].pathExact: only one of pathPrefix and pathExact "
      "can be set");
  EXPECT_EQ(ErrorsOf("kind: Policy\nname: p\n---\nkind: Policy\nname: p\n"),
            "f.yaml:4 (document 2): Policy 'p': stands twice; first at f.yaml:1");
}

TEST(DocumentParserTest, AtMostTwentyErrorsAreKept) {
  std::string text = "kind: Policy\nname: p\n";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, "f", i, ": 1\n");
  Problems problems;
  std::vector<SourceText> texts = {{"f", text}};
  ParseDocuments(texts, problems);
  EXPECT_EQ(problems.kept().size(), 20u);
}

TEST(DocumentParserTest, AliasBombIsRefused) {
  std::string text = "kind: Route\nname: r\nx0: &a0 [a, a, a, a, a, a, a, a]\n";
  // Within a known field, so that the walk follows the aliases.
  text = "kind: Route\nname: r\nhostnames: &h [";
  for (int i = 0; i < 200; ++i) text += "a.b,";
  text += "]\nrules:\n- matches: &m\n  - methods: *h\n";
  for (int i = 0; i < 200; ++i) text += "  - methods: *h\n";
  for (int i = 0; i < 200; ++i) text += "- matches: *m\n";
  EXPECT_NE(ErrorsOf(text).find("aliases expand"), std::string::npos);
}

TEST(DocumentParserTest, AliasesOfUsualSizeWork) {
  fairlead::v1::Resource resource =
      Parsed("kind: Policy\nname: p\nheaders: {request: &e {set: {a: b}}, response: *e}\n");
  EXPECT_EQ(resource.policy().headers().response().set().at("a"), "b");
}

TEST(DocumentParserTest, HostileTextIsAnError) {
  for (const std::string& text :
       {std::string(100000, '['), std::string(100000, '{'), std::string("a: *b"),
        std::string("a: &a *a"), std::string("\0\0\0", 3),
        std::string("kind: Policy\nname: \"\xff\xfe\""), std::string("%YAML 9.9\n---\na"),
        std::string("? ? ? ? ?"), std::string("kind: Policy\nname: [p"), std::string("!!binary x"),
        std::string("kind: Policy\nname: p\nname: &x {<<: *x}"), std::string("- - - - -")}) {
    EXPECT_NE(ErrorsOf(text), "") << text.substr(0, 40);
  }
}

// Goal: no text can crash the reader. Method: a good text with random bytes changed, cut or
// doubled.
TEST(DocumentParserTest, DamagedTextNeverCrashes) {
  std::mt19937 random(20251125);
  const std::string alphabet =
      "{}[]&*!|>'\"%@`#,?:- \n\t\\\x80\xff"
      "a0~<";
  for (int round = 0; round < 3000; ++round) {
    std::string text = kRoute;
    for (unsigned edits = 1 + random() % 6; edits > 0; --edits) {
      size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = alphabet[random() % alphabet.size()];
          break;
        case 1:
          text.insert(at, 1, alphabet[random() % alphabet.size()]);
          break;
        case 2:
          text.erase(at, 1 + random() % 20);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
      }
      if (text.empty()) text = "x";
    }
    Problems problems;
    std::vector<SourceText> texts = {{"f", text}};
    for (const auto& resource : ParseDocuments(texts, problems).resources) {
      // What it reads, it can write and read again.
      std::string yaml = ResourceToYaml(resource);
      EXPECT_EQ(ResourceToYaml(Parsed(yaml)), yaml) << text;
    }
  }
}

TEST(DocumentParserTest, EmptyDocumentsAreSkipped) {
  EXPECT_EQ(ErrorsOf("---\n# nothing\n---\nkind: Policy\nname: p\n---\n"), "");
  EXPECT_EQ(ErrorsOf(""), "");
}

TEST(DocumentParserTest, ExpectedKindMayBeLeftOut) {
  Problems problems;
  std::vector<SourceText> texts = {{"body", "name: s"}};
  EXPECT_EQ(ParseDocuments(texts, problems, Kind::kService).resources.size(), 1u);
  std::vector<SourceText> other = {{"body", "kind: Policy\nname: s"}};
  ParseDocuments(other, problems, Kind::kService);
  EXPECT_EQ(problems.kept()[0].ToString(),
            "body:1: kind: found \"Policy\"; here it must be Service");
}

// Every type that the API uses can be written in a document.
void CheckTypes(const google::protobuf::Descriptor& type, int depth) {
  ASSERT_LT(depth, 20);
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    using Field = google::protobuf::FieldDescriptor;
    if (field.is_map()) {
      EXPECT_EQ(field.message_type()->map_key()->cpp_type(), Field::CPPTYPE_STRING)
          << field.full_name();
      EXPECT_EQ(field.message_type()->map_value()->cpp_type(), Field::CPPTYPE_STRING)
          << field.full_name();
    } else if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      if (field.message_type()->full_name() == "google.protobuf.Duration") {
        EXPECT_FALSE(field.is_repeated()) << field.full_name();
      } else {
        CheckTypes(*field.message_type(), depth + 1);
      }
    } else if (field.is_repeated()) {
      EXPECT_EQ(field.cpp_type(), Field::CPPTYPE_STRING) << field.full_name();
    } else {
      EXPECT_TRUE(
          field.cpp_type() == Field::CPPTYPE_STRING || field.cpp_type() == Field::CPPTYPE_BOOL ||
          field.cpp_type() == Field::CPPTYPE_UINT32 || field.cpp_type() == Field::CPPTYPE_UINT64 ||
          field.cpp_type() == Field::CPPTYPE_ENUM)
          << field.full_name();
    }
  }
}

TEST(DocumentParserTest, KnowsEveryTypeOfTheApi) {
  CheckTypes(*fairlead::v1::Resource::descriptor(), 0);
}

}  // namespace
}  // namespace fairlead::control::model
