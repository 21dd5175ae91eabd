// Each call to a file fails once in turn, and then every call from one on: an error that names the
// file, or the whole work done; never half of it, and never a descriptor left open.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "dataplane/base/file.h"
#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/event/epoll_loop.h"
#include "dataplane/observe/compile_log_format.h"
#include "dataplane/observe/log_file_writer.h"
#include "dataplane/route/route_table.h"
#include "dataplane/xds/bootstrap.h"
#include "dataplane/xds/client_test_support.h"
#include "dataplane/xds/file_source.h"
#include "dataplane/xds/file_watcher.h"
#include "dataplane/xds/last_good_file.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "tests/failures/file_calls.h"

namespace fairlead {
namespace {

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    EXPECT_TRUE(SetLogLevel("off").ok());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Runs `work` once for each call it makes and each way to fail. `work` checks its own outcome;
  // its message is what it told whoever asked for it, "" when it was done.
  void FailEach(const std::function<std::string()>& work) {
    ASSERT_EQ(work(), "");
    const size_t descriptors = OpenDescriptors();
    uint64_t count = 0;
    {
      const FileCalls calls({});
      work();
      count = calls.count();
    }
    ASSERT_GT(count, 0u);
    for (uint64_t n = 1; n <= count; ++n) {
      for (const How how : {How::kError, How::kInterrupted, How::kShort}) {
        for (const bool for_ever : {false, true}) {
          // What is interrupted for ever is tried for ever.
          if (for_ever && how != How::kError) continue;
          FailOne({.fail = n, .for_ever = for_ever, .how = how}, work);
          EXPECT_EQ(OpenDescriptors(), descriptors) << "call " << n;
        }
      }
    }
    EXPECT_EQ(work(), "");
  }

  const std::string folder_ = StrCat(testing::TempDir(), "/files_test_",
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::string path_ = StrCat(folder_, "/f.yaml");

 private:
  void FailOne(FileCalls::Plan plan, const std::function<std::string()>& work) {
    std::string failed, message;
    {
      const FileCalls calls(plan);
      message = work();
      failed = calls.failed();
    }
    SCOPED_TRACE(StrCat("call ", plan.fail, ", ", failed, ", way ", static_cast<int>(plan.how),
                        plan.for_ever ? ", for ever" : ""));
    if (plan.how == How::kShort) {
      EXPECT_EQ(message, "");
    } else if (!message.empty()) {
      EXPECT_NE(message.find(folder_), std::string::npos) << message;
    }
  }
};

TEST_F(FilesTest, Bootstrap) {
  const std::string id(100'000, 'x');
  std::ofstream(path_) << "node: {id: " << id << "}\n";
  FailEach([&] {
    const auto bootstrap = xds::LoadBootstrap(path_, "", {});
    if (bootstrap.ok()) EXPECT_EQ(bootstrap->node().id(), id);
    return std::string(bootstrap.status().message());
  });
}

// A file of resources: one update, with the resource or with what is wrong with the file.
TEST_F(FilesTest, ResourcesOfAFileSource) {
  std::ofstream(path_) << "version_info: '1'\nresources: [{'@type': "
                       << xds::TypeUrl(xds::ResourceType::kCluster) << ", name: a}]\n";
  FailEach([&]() -> std::string {
    event::ManualTime time;
    event::EpollLoop loop(time, /*seed=*/1);
    xds::FileWatcher watcher(loop);
    xds::FakeHandler handler;
    const auto source =
        xds::FileSource::Open({.path = path_, .watched_directory = ""}, handler, watcher, loop);
    if (!source.ok()) return std::string(source.status().message());
    (*source)->SetInterest(xds::ResourceType::kCluster, {.is_wildcard = true, .names = {}});
    for (int i = 0; i < 10; ++i) {
      time.Advance(std::chrono::milliseconds(1));
      loop.RunOnce(event::Duration(0));
    }
    EXPECT_EQ(handler.updates.size(), 1u);
    if (handler.updates.size() != 1) return "";
    const xds::Update& update = handler.updates[0];
    EXPECT_EQ(update.resources.size() + update.source_errors.size(), 1u);
    return update.source_errors.empty() ? "" : update.source_errors[0].message;
  });
}

TEST_F(FilesTest, AddressFile) {
  FailEach([&] {
    const absl::Status status = Annotate(WriteFile(path_, "127.0.0.1:9901"), path_);
    if (status.ok()) EXPECT_EQ(Read(path_), "127.0.0.1:9901");
    return std::string(status.message());
  });
}

TEST_F(FilesTest, LastGoodConfigurationIsTheOldOneOrTheNewOne) {
  int number = 0;
  std::string last = "none";
  FailEach([&] {
    const std::string next(50'000, static_cast<char>('a' + ++number % 26));
    const absl::Status status = xds::LastGoodFile::Write(folder_, next);
    const std::string got = Read(StrCat(folder_, "/", xds::LastGoodFile::kName));
    if (status.ok()) EXPECT_EQ(got, next);
    EXPECT_TRUE(got == next || got == last || last == "none");
    last = got;
    return std::string(status.message());
  });
}

TEST_F(FilesTest, LastGoodConfigurationIsRead) {
  const std::string bytes(50'000, 'x');
  ASSERT_TRUE(xds::LastGoodFile::Write(folder_, bytes).ok());
  FailEach([&] {
    const auto read = xds::LastGoodFile::Read(folder_);
    if (read.ok()) EXPECT_EQ(*read, bytes);
    return std::string(read.status().message());
  });
}

TEST_F(FilesTest, ResponseBody) {
  std::ofstream(path_) << "body";
  envoy::config::route::v3::RouteConfiguration config;
  auto& host = *config.add_virtual_hosts();
  host.set_name("h");
  host.add_domains("*");
  auto& route = *host.add_routes();
  route.mutable_match()->set_prefix("/");
  route.mutable_direct_response()->set_status(200);
  route.mutable_direct_response()->mutable_body()->set_filename(path_);
  FailEach([&] {
    cluster::ClusterSlots slots;
    const auto table = route::RouteTable::Compile(config, {slots, nullptr}, nullptr);
    return std::string(table.status().message().data(), table.status().message().size());
  });
}

TEST_F(FilesTest, LogFormat) {
  std::ofstream(path_) << "%PROTOCOL%\n";
  envoy::config::core::v3::DataSource source;
  source.set_filename(path_);
  FailEach([&] {
    const auto text = observe::ReadText(source);
    if (text.ok()) EXPECT_EQ(*text, "%PROTOCOL%\n");
    return std::string(text.status().message());
  });
}

// Lines are written whole or counted as lost; a file that cannot be opened anew goes on.
TEST_F(FilesTest, AccessLog) {
  constexpr uint64_t kLines = 60;
  FailEach([&] {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + ".1");
    uint64_t dropped = 0;
    {
      observe::LogFileWriter writer;
      const auto file = writer.Open(path_);
      if (!file.ok()) return std::string(file.status().message());
      for (uint64_t i = 0; i < kLines; ++i) {
        (*file)->Append(StrCat("line ", i, "\n"));
        if (i == 20) writer.Flush();
        if (i != 40) continue;
        std::filesystem::rename(path_, path_ + ".1");
        writer.Reopen();
      }
      writer.Flush();
      dropped = writer.dropped_lines();
    }
    std::istringstream text(Read(path_ + ".1") + Read(path_));
    uint64_t whole = 0;
    for (std::string line; std::getline(text, line);) {
      EXPECT_TRUE(line.starts_with("line ") || std::string("line ").starts_with(line)) << line;
      whole += line.size() > 5 ? 1 : 0;
    }
    EXPECT_EQ(whole + dropped, kLines);
    return std::string();
  });
}

}  // namespace
}  // namespace fairlead
