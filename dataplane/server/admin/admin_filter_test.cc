#include "dataplane/server/admin/admin_filter.h"

#include <memory>

#include "dataplane/event/loop.h"
#include "dataplane/server/admin/fake_source.h"
#include "dataplane/server/admin/pages.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fairlead::server::admin {
namespace {

using codec::HeaderId;
using testing::HasSubstr;
using testing::StartsWith;

// What a client would get.
struct Response {
  uint16_t status = 0;
  std::string body;
};

class AdminFilterTest : public testing::Test {
 protected:
  Response Ask(std::string_view method, std::string_view path, std::string_view origin = "",
               std::string_view host = "127.0.0.1:9901") {
    stream_.Clear();
    stream_.request.method = codec::LookupMethod(method);
    stream_.request.method_text = method;
    stream_.request.path = path;
    stream_.request.authority = host;
    if (!origin.empty()) stream_.request.headers.Set(HeaderId::kOrigin, origin);
    const filters::Decision decision = filter_.OnRequest(stream_, nullptr);
    EXPECT_EQ(decision.verdict, filters::Verdict::kReplied);
    Response response{stream_.response.status, ""};
    codec::BodyPiece piece;
    if (stream_.response_body != nullptr && stream_.response_body->TryRead(piece)) {
      response.body = piece.data.view();
    }
    if (stream_.response.framing.kind == codec::Framing::Kind::kLength) {
      EXPECT_EQ(stream_.response.framing.length, response.body.size());
    }
    return response;
  }
  std::string_view Field(std::string_view name) const {
    return std::as_const(stream_.response.headers).Get(name);
  }

  std::unique_ptr<event::Loop> loop_ = event::NewEpollLoop(event::TimeSource::System(), 1);
  filters::Stream stream_{*loop_};
  FakeSource source_;
  AdminFilter filter_{MakePages(source_), /*is_loopback=*/true};
};

TEST_F(AdminFilterTest, MenuNamesEveryPage) {
  const Response html = Ask("GET", "/");
  EXPECT_EQ(html.status, 200);
  EXPECT_EQ(Field("content-type"), kHtmlType);
  const Response text = Ask("GET", "/help");
  EXPECT_EQ(Field("content-type"), kTextType);
  EXPECT_THAT(text.body, StartsWith("admin commands are:\n  /: "));
  for (const AdminPage& page : MakePages(source_)) {
    EXPECT_THAT(html.body, HasSubstr(page.path));
    EXPECT_THAT(text.body, HasSubstr(StrCat("\n  ", page.path)));
  }
}

TEST_F(AdminFilterTest, RepliesAreNeitherCachedNorSniffed) {
  Ask("GET", "/memory");
  EXPECT_EQ(Field("content-type"), kJsonType);
  EXPECT_EQ(Field("cache-control"), "no-cache, max-age=0");
  EXPECT_EQ(Field("x-content-type-options"), "nosniff");
  EXPECT_THAT(std::string(Field("content-security-policy")), HasSubstr("frame-ancestors 'none'"));
  EXPECT_TRUE(stream_.is_local_reply);
}

TEST_F(AdminFilterTest, UnknownPathsGetTheMenu) {
  for (const char* path : {"/nothing", "", "*", "/stats/", "//", "/quitquitquit2", "/%00"}) {
    const Response response = Ask("GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_THAT(response.body, StartsWith("invalid path. admin commands are:\n")) << path;
  }
}

TEST_F(AdminFilterTest, PagesThatChangeAnythingWantPost) {
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(Ask(method, "/quitquitquit").status, 405) << method;
    EXPECT_EQ(Field("allow"), "POST");
  }
  EXPECT_EQ(Ask("GET", "/quitquitquit").body, "Method GET not allowed, POST required.\n");
  EXPECT_EQ(source_.quits, 0);
  EXPECT_EQ(Ask("POST", "/quitquitquit").body, "OK\n");
  EXPECT_EQ(source_.quits, 1);
}

TEST_F(AdminFilterTest, PagesThatShowTakeGetAndHead) {
  EXPECT_EQ(Ask("GET", "/ready").status, 200);
  EXPECT_EQ(Ask("HEAD", "/ready").status, 200);
  EXPECT_EQ(Ask("POST", "/ready").status, 405);
  EXPECT_EQ(Field("allow"), "GET, HEAD");
}

TEST_F(AdminFilterTest, WebPagesOfOthersCannotPost) {
  constexpr std::string_view kPath = "/quitquitquit";
  EXPECT_EQ(Ask("POST", kPath, "http://evil.example").status, 403);
  EXPECT_EQ(Ask("POST", kPath, "null").status, 403);
  EXPECT_EQ(Ask("POST", kPath, "http://127.0.0.1:80").status, 403);
  EXPECT_EQ(Ask("POST", kPath, "http://127.0.0.1:9901.evil.example").status, 403);
  // A name that its owner has made to resolve to us.
  EXPECT_EQ(Ask("POST", kPath, "http://evil.example:9901", "evil.example:9901").status, 403);
  EXPECT_EQ(source_.quits, 0);

  EXPECT_EQ(Ask("POST", kPath, "http://127.0.0.1:9901").status, 200);
  EXPECT_EQ(Ask("POST", kPath, "http://localhost:9901", "localhost:9901").status, 200);
  EXPECT_EQ(Ask("POST", kPath, "http://[::1]:9901", "[::1]:9901").status, 200);
  EXPECT_EQ(source_.quits, 3);
}

TEST_F(AdminFilterTest, OnLoopbackNoOtherNameIsAnswered) {
  // DNS rebinding: a page of evil.example, whose name has come to resolve to 127.0.0.1, reads.
  EXPECT_EQ(Ask("GET", "/config_dump", "", "evil.example:9901").status, 403);
  EXPECT_EQ(Ask("GET", "/config_dump", "", "localhost:9901").status, 200);
  EXPECT_EQ(Ask("GET", "/config_dump", "", "").status, 200);
  const AdminFilter open(MakePages(source_), /*is_loopback=*/false);
  stream_.Clear();
  stream_.request.method = codec::Method::kGet;
  stream_.request.path = "/ready";
  stream_.request.authority = "proxy.svc:9901";
  open.OnRequest(stream_, nullptr);
  EXPECT_EQ(stream_.response.status, 200);
}

TEST_F(AdminFilterTest, LogLevelIsShownToGetAndSetByPost) {
  EXPECT_EQ(Ask("GET", "/logging").status, 200);
  EXPECT_EQ(Ask("GET", "/logging?level=off").status, 405);
  EXPECT_EQ(Ask("GET", "/drain_listeners").status, 405);
  EXPECT_THAT(Ask("GET", "/").body,
              HasSubstr("<form method=\"post\" action=\"/logging?level=debug\">"));
  EXPECT_THAT(Ask("GET", "/").body,
              HasSubstr("<form method=\"post\" action=\"/drain_listeners?graceful\">"));
}

TEST_F(AdminFilterTest, StatisticsAreStreamed) {
  Ask("GET", "/stats");
  EXPECT_EQ(stream_.response.framing.kind, codec::Framing::Kind::kChunked);
  ASSERT_NE(stream_.response_body, nullptr);
}

TEST_F(AdminFilterTest, UnknownParametersAreRefusedByName) {
  const Response response = Ask("GET", "/listeners?fromat=json");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "unknown query parameter 'fromat'; /listeners takes: format\n");
  EXPECT_EQ(Ask("GET", "/memory?x").body, "unknown query parameter 'x'; /memory takes none\n");
}

TEST(ParseTargetTest, TakesQueriesApart) {
  const AdminRequest request = ParseTarget("/stats?a=1&&b&c=x%2By+z&%64=%&e=%4&f=%zz&a=2");
  EXPECT_EQ(request.path, "/stats");
  EXPECT_EQ(request.parameters.size(), 7u);
  EXPECT_EQ(request.Find("a"), "1");
  EXPECT_EQ(request.Find("b"), "");
  EXPECT_EQ(request.Find("c"), "x+y+z");
  EXPECT_EQ(request.Find("d"), "%");
  EXPECT_EQ(request.Find("e"), "%4");
  EXPECT_EQ(request.Find("f"), "%zz");
  EXPECT_FALSE(request.Has("g"));
  EXPECT_TRUE(ParseTarget("").path.empty());
  EXPECT_TRUE(ParseTarget("/x?").parameters.empty());
}

}  // namespace
}  // namespace fairlead::server::admin
