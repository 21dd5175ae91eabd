#include "dataplane/http/local_reply.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/event/epoll_loop.h"
#include "dataplane/http/compile_local_reply.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::http {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::LocalReplyConfig;

absl::StatusOr<std::shared_ptr<const LocalReplies>> Compile(const std::string& text) {
  LocalReplyConfig proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return CompileLocalReplies(proto);
}

std::string StatusIs(const std::string& code) {
  return "filter { status_code_filter { comparison { op: EQ value { default_value: " + code +
         " runtime_key: 'k' } } } } ";
}

class LocalReplyTest : public ::testing::Test {
 protected:
  LocalReplyTest() { stream.request.path = "/a"; }

  // "STATUS TYPE BODY" of the reply.
  std::string Mapped(const std::string& config, const filters::LocalReply& reply) {
    const auto replies = Compile(config);
    if (!replies.ok()) return std::string(replies.status().message());
    stream.Reply(reply);
    MapLocalReply(**replies, stream);
    EXPECT_EQ(stream.response.framing.length, stream.local_reply.size());
    const std::string_view type = stream.response.headers.Get(codec::HeaderId::kContentType);
    return std::to_string(stream.response.status) + " " + std::string(type) + " " +
           std::string(stream.local_reply.view());
  }

  std::unique_ptr<event::Loop> loop = event::NewEpollLoop(event::TimeSource::System(), 1);
  filters::Stream stream{*loop};
};

TEST_F(LocalReplyTest, WithoutAMapperNothingChanges) {
  EXPECT_EQ(Mapped("", {503, "sorry", "d", 0}), "503 text/plain sorry");
  EXPECT_EQ(Mapped("mappers { " + StatusIs("404") + "status_code { value: 410 } }",
                   {503, "sorry", "d", 0}),
            "503 text/plain sorry");
}

TEST_F(LocalReplyTest, TheFirstMapperThatHoldsMaps) {
  const std::string config =
      "mappers { " + StatusIs("404") +
      "status_code { value: 410 } body { inline_string: 'gone' } } mappers { " + StatusIs("404") +
      "status_code { value: 411 } }";
  EXPECT_EQ(Mapped(config, {404, "", "d", 0}), "410 text/plain gone");
}

TEST_F(LocalReplyTest, FieldsSeeTheFormerStatusAndFormatsTheNewOne) {
  const std::string config =
      "mappers { " + StatusIs("404") +
      "status_code { value: 410 } body { inline_string: 'x' } "
      "headers_to_add { header { key: 'x-was' value: '%RESPONSE_CODE% %LOCAL_REPLY_BODY%' } } } "
      "body_format { text_format_source { inline_string: "
      "'%LOCAL_REPLY_BODY% %RESPONSE_CODE% %REQ(:path)%\\n' } }";
  EXPECT_EQ(Mapped(config, {404, "", "d", 0}), "410 text/plain x 410 /a\n");
  EXPECT_EQ(stream.response.headers.Get("x-was"), "404 ");
}

TEST_F(LocalReplyTest, JsonAndTypesOfTheirOwn) {
  EXPECT_EQ(Mapped("body_format { json_format { fields { key: 'code' value { string_value: "
                   "'%RESPONSE_CODE%' } } fields { key: 'text' value { string_value: "
                   "'%LOCAL_REPLY_BODY%' } } } }",
                   {503, "a \"b\"", "d", 0}),
            "503 application/json {\"code\":503,\"text\":\"a \\\"b\\\"\"}\n");
  EXPECT_EQ(Mapped("body_format { text_format_source { inline_string: '<%LOCAL_REPLY_BODY%>' } "
                   "content_type: 'text/html' }",
                   {503, "b", "d", 0}),
            "503 text/html <b>");
}

TEST_F(LocalReplyTest, AnEmptyBodyHasNoType) {
  EXPECT_EQ(Mapped("mappers { " + StatusIs("503") + "body { inline_string: '' } }",
                   {503, "sorry", "d", 0}),
            "503  ");
  EXPECT_EQ(stream.response_body, nullptr);
}

TEST_F(LocalReplyTest, ErrorsNameTheField) {
  const auto error = [](const std::string& config) {
    return std::string(Compile(config).status().message());
  };
  EXPECT_EQ(error("mappers { " + StatusIs("1") + "} mappers { " + StatusIs("1") +
                  "headers_to_add { header { key: 'x' value: '%NONE%' } } }"),
            "mappers[1]: headers_to_add[0]: header.value: '%NONE%': at position 0: unknown "
            "operator %NONE%");
  EXPECT_TRUE(error("body_format { text_format_source { inline_string: '100%' } }")
                  .starts_with("body_format: text_format_source: at position 3: a lone %"));
}

}  // namespace
}  // namespace fairlead::http
