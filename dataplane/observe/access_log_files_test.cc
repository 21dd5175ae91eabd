#include "dataplane/observe/access_log_files.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "dataplane/observe/log_test_support.h"
#include "dataplane/xds/proto_check.h"
#include "envoy/config/accesslog/v3/accesslog.pb.h"
#include "envoy/extensions/access_loggers/file/v3/file.pb.h"
#include "envoy/extensions/access_loggers/stream/v3/stream.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::observe {
namespace {

using envoy::config::accesslog::v3::AccessLog;
using envoy::extensions::access_loggers::file::v3::FileAccessLog;

class AccessLogFilesTest : public testing::Test {
 protected:
  void SetUp() override { std::remove(path_.c_str()); }
  void TearDown() override { std::remove(path_.c_str()); }

  // A log to path_ with more fields as text.
  AccessLog FileProto(const std::string& fields) const {
    FileAccessLog file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &file)) << fields;
    file.set_path(path_);
    AccessLog proto;
    proto.set_name("envoy.access_loggers.file");
    proto.mutable_typed_config()->PackFrom(file);
    return proto;
  }
  // What one exchange becomes.
  std::string Logged(const std::string& fields) {
    AccessLogFiles files;
    auto log = files.Open(FileProto(fields));
    if (!log.ok()) return "error: " + std::string(log.status().message());
    (*log)->Log(exchange_.entry());
    files.Flush();
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    std::remove(path_.c_str());
    return text.str();
  }

  const TestExchange exchange_;
  const std::string path_ = testing::TempDir() + "/" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".log";
};

TEST_F(AccessLogFilesTest, DefaultFormat) {
  EXPECT_EQ(Logged(""),
            "[2023-11-14T22:13:20.123Z] \"GET /a?b=1 HTTP/1.1\" 200 - 3 11 25 21 \"10.0.0.9\" "
            "\"curl/8\" \"id-1\" \"shop.example\" \"10.1.0.1:8080\"\n");
}

TEST_F(AccessLogFilesTest, EveryFormatField) {
  EXPECT_EQ(Logged("format: '%RESPONSE_CODE% %REQ(X)%;'"), "200 -;");
  EXPECT_EQ(Logged("log_format { text_format: '%RESPONSE_CODE% %REQ(X)%;' }"), "200 -;");
  EXPECT_EQ(Logged("log_format { text_format_source { inline_string: '%REQ(X)%;' } "
                   "omit_empty_values: true }"),
            ";");
  EXPECT_EQ(Logged("log_format { text_format_source { inline_bytes: '%REQ(X)%;' } }"), "-;");
  const std::string value =
      "{ fields { key: 'c' value { string_value: '%RESPONSE_CODE%' } } "
      "fields { key: 'x' value { string_value: '%REQ(X)%' } } }";
  EXPECT_EQ(Logged("log_format { json_format " + value + " }"), "{\"c\":200,\"x\":null}\n");
  EXPECT_EQ(Logged("log_format { omit_empty_values: true json_format " + value + " }"),
            "{\"c\":200}\n");
  EXPECT_EQ(Logged("json_format " + value), "{\"c\":\"200\",\"x\":\"-\"}\n");
  EXPECT_EQ(Logged("typed_json_format " + value), "{\"c\":200,\"x\":null}\n");
}

TEST_F(AccessLogFilesTest, ReadsAFormatFromAFile) {
  const std::string source = path_ + ".format";
  std::ofstream(source) << "%RESPONSE_CODE%!";
  EXPECT_EQ(Logged("log_format { text_format_source { filename: '" + source + "' } }"), "200!");
  std::remove(source.c_str());
  EXPECT_EQ(Logged("log_format { text_format_source { filename: '" + source + "' } }"),
            "error: typed_config: log_format: text_format_source: filename: '" + source +
                "': cannot open: No such file or directory");
}

TEST_F(AccessLogFilesTest, ErrorsNameTheField) {
  EXPECT_EQ(Logged("log_format { text_format_source { inline_string: 'x %FOO%' } }"),
            "error: typed_config: log_format: text_format_source: at position 2: "
            "unknown operator %FOO%");
  EXPECT_EQ(Logged("log_format { json_format { fields { key: 'k' value { string_value: '%FOO%' } } "
                   "} }"),
            "error: typed_config: log_format: json_format: ['k']: at position 0: unknown operator "
            "%FOO%");
  AccessLogFiles files;
  AccessLog proto;
  EXPECT_EQ(files.Open(proto).status().message(), "typed_config: is missing");
  proto.mutable_typed_config()->set_type_url("type.googleapis.com/envoy.Other");
  EXPECT_FALSE(files.Open(proto).ok());
  proto = FileProto("");
  proto.mutable_filter()->mutable_traceable_filter();
  EXPECT_EQ(files.Open(proto).status().message(), "filter: traceable_filter: is not supported");
}

TEST_F(AccessLogFilesTest, LogsWhatPassesTheFilter) {
  AccessLog proto = FileProto("format: '%RESPONSE_CODE%;'");
  auto& comparison = *proto.mutable_filter()->mutable_status_code_filter()->mutable_comparison();
  comparison.set_op(envoy::config::accesslog::v3::ComparisonFilter::GE);
  comparison.mutable_value()->set_default_value(500);
  AccessLogFiles files;
  auto log = files.Open(proto);
  ASSERT_TRUE(log.ok()) << log.status();
  (*log)->Log(exchange_.entry());
  TestExchange failed;
  failed.info.response_code = 503;
  (*log)->Log(failed.entry());
  files.Flush();
  std::ostringstream text;
  text << std::ifstream(path_).rdbuf();
  EXPECT_EQ(text.str(), "503;");
}

TEST_F(AccessLogFilesTest, LogsToStandardOutput) {
  AccessLog proto;
  envoy::extensions::access_loggers::stream::v3::StdoutAccessLog stream;
  stream.mutable_log_format()->mutable_text_format_source()->set_inline_string("%REQ(:PATH)%\n");
  proto.mutable_typed_config()->PackFrom(stream);
  testing::internal::CaptureStdout();
  AccessLogFiles files;
  auto log = files.Open(proto);
  ASSERT_TRUE(log.ok()) << log.status();
  (*log)->Log(exchange_.entry());
  files.Flush();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "/a?b=1\n");
}

TEST_F(AccessLogFilesTest, SupportTableIsTrueToTheApi) {
  // Linked in, so that the names can be verified.
  (void)envoy::extensions::access_loggers::stream::v3::StderrAccessLog::descriptor();
  xds::SupportTable table;
  DeclareSupport(table);
  EXPECT_TRUE(xds::VerifyNames(table).ok()) << xds::VerifyNames(table);
  xds::ProtoCheck check(table);
  EXPECT_TRUE(check.Check(FileProto("format: 'x'"), "log").ok());
  EXPECT_FALSE(check.Check(FileProto("log_format { formatters { name: 'x' } }"), "log").ok());
}

}  // namespace
}  // namespace fairlead::observe
