#include "dataplane/observe/json_format.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

#include "dataplane/observe/log_test_support.h"

namespace fairlead::observe {
namespace {

google::protobuf::Struct Parse(const std::string& json) {
  google::protobuf::Struct proto;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &proto).ok()) << json;
  return proto;
}

std::string Format(const std::string& json, const TestExchange& exchange,
                   JsonFormat::Options options = {}) {
  const auto format = JsonFormat::Compile(Parse(json), options);
  if (!format.ok()) return "error: " + std::string(format.status().message());
  std::string out;
  format->Append(exchange.entry(), out);
  return out;
}

TEST(JsonFormatTest, SingleOperatorsKeepTheirTypes) {
  const TestExchange exchange;
  EXPECT_EQ(Format(R"({"status": "%RESPONSE_CODE%", "path": "%REQ(:PATH)%", "no": "%REQ(X-A)%",
                       "both": "%RESPONSE_CODE% %REQ(X-A)%", "port": "%DOWNSTREAM_LOCAL_PORT%",
                       "text": "plain"})",
                   exchange),
            "{\"both\":\"200 -\",\"no\":null,\"path\":\"/a?b=1\",\"port\":80,\"status\":200,"
            "\"text\":\"plain\"}\n");
}

TEST(JsonFormatTest, NestsObjectsAndLists) {
  const TestExchange exchange;
  EXPECT_EQ(Format(R"({"a": {"b": ["%DURATION%", 1, 2.5, true, null, "x"]}, "e": {}, "s": ""})",
                   exchange),
            "{\"a\":{\"b\":[25,1,2.5,true,null,\"x\"]},\"e\":{},\"s\":\"\"}\n");
}

TEST(JsonFormatTest, OmitsEmptyValuesWhenAsked) {
  const TestExchange exchange;
  EXPECT_EQ(Format(R"({"a": "%REQ(X-A)%", "b": "%REQ(X-A)%!", "c": ["%REQ(X-A)%"], "d": 1})",
                   exchange, {.omit_empty_values = true}),
            "{\"b\":\"!\",\"c\":[null],\"d\":1}\n");
}

TEST(JsonFormatTest, DeprecatedFormHasStringsOnly) {
  const TestExchange exchange;
  EXPECT_EQ(
      Format(R"({"a": "%REQ(X-A)%", "s": "%RESPONSE_CODE%"})", exchange, {.strings_only = true}),
      "{\"a\":\"-\",\"s\":\"200\"}\n");
}

TEST(JsonFormatTest, ValuesAndKeysCannotForgeJson) {
  TestExchange exchange;
  exchange.request.headers.Add("x-evil", "\",\"admin\":true,\"x\":\"\n\xff");
  EXPECT_EQ(Format(R"({"k\"ey": "%REQ(X-EVIL)%"})", exchange),
            "{\"k\\\"ey\":\"\\\",\\\"admin\\\":true,\\\"x\\\":\\\"\\n\xef\xbf\xbd\"}\n");
}

TEST(JsonFormatTest, ErrorsNameThePath) {
  const TestExchange exchange;
  EXPECT_EQ(Format(R"({"a": {"b": ["x", "%FOO%"]}})", exchange),
            "error: ['a']: ['b']: [1]: at position 0: unknown operator %FOO%");
}

TEST(JsonFormatTest, RefusesDeepNesting) {
  google::protobuf::Struct deep;
  google::protobuf::Struct* at = &deep;
  for (int i = 0; i < 60; ++i) at = (*at->mutable_fields())["a"].mutable_struct_value();
  const auto format = JsonFormat::Compile(deep, {});
  ASSERT_FALSE(format.ok());
  EXPECT_NE(std::string(format.status().message()).find("deeper than 32"), std::string::npos);
}

}  // namespace
}  // namespace fairlead::observe
