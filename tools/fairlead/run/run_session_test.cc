// `run` with shell scripts as children, a fake management server and a host whose events the test
// writes.

#include "tools/fairlead/run/run_session.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/fairlead/exit_code.h"
#include "tools/fairlead/fake_management.h"
#include "tools/fairlead/run/run_command.h"

namespace fairlead::cli {
namespace {

// Waits for news of children. Once `is_up` holds, each Wait() lets an interval pass and takes the
// next step instead; after the last step comes an interrupt.
class FakeHost : public Host {
 public:
  Event Wait(absl::Duration timeout) override {
    std::unique_lock lock(mutex_);
    if (has_interrupted || !is_up()) {
      changed_.wait(lock, [&] { return notifications_ > 0; });
      notifications_ = 0;
      return Event::kNotified;
    }
    now_ += timeout;
    if (steps.empty()) {
      has_interrupted = true;
      return Event::kInterrupt;
    }
    const auto step = std::move(steps.front());
    steps.pop_front();
    lock.unlock();
    return step();
  }
  void Notify() override {
    const std::lock_guard lock(mutex_);
    ++notifications_;
    changed_.notify_all();
  }
  absl::Time Now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  std::function<bool()> is_up;
  std::deque<std::function<Event()>> steps;
  bool has_interrupted = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int notifications_ = 0;
  absl::Time now_ = absl::UnixEpoch();
};

class RunSessionTest : public testing::Test {
 protected:
  RunSessionTest() : folder_(std::filesystem::path(testing::TempDir()) / "run_session") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Write("gateway.yaml", "kind: Service\nname: a\n");
    // Both stay until SIGTERM.
    Script("control", "echo '" + ReadyLine() + "'; echo \"control $@\" >&2\n" + kUntilTerm);
    Script("proxy", "echo \"proxy $@\"\n" + kUntilTerm);
    host_.is_up = [this] { return Log().find("Ctrl-C ends") != std::string::npos; };
    server_.on_apply = [this](const v1::ApplyRequest& request, v1::ChangeResponse* response) {
      texts_.push_back(request.documents(0).text());
      if (texts_.back() == "broken") {
        return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "gateway.yaml:1: not a resource");
      }
      response->set_revision(static_cast<int64_t>(texts_.size()));
      return grpc::Status::OK;
    };
  }

  std::string ReadyLine() const {
    return R"({"ready":true,"xds":"127.0.0.1:1","management":")" + server_.address() +
           R"(","http":"127.0.0.1:2"})";
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  void Script(const std::string& name, const std::string& text) {
    Write(name, "#!/bin/sh\n" + text);
    chmod((folder_ / name).c_str(), 0755);
  }
  std::string Read(const std::string& name) {
    std::ifstream stream(folder_ / name);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  absl::Status Run() {
    RunSession session({.control = (folder_ / "control").string(),
                        .proxy = (folder_ / "proxy").string(),
                        .control_arguments = {"--log-level", "debug"},
                        .data_folder = folder_.string(),
                        .files = {(folder_ / "gateway.yaml").string()}},
                       host_, log_);
    return session.Run();
  }

  std::string Log() { return out_.Text(); }

  // A step: changes the file.
  std::function<Host::Event()> Change(const std::string& text) {
    return [this, text] {
      Write("gateway.yaml", text);
      return Host::Event::kTick;
    };
  }
  static std::function<Host::Event()> Pass() {
    return [] { return Host::Event::kTick; };
  }

  // A stream that may be read while children write to it.
  class LockedStream : public std::ostream {
   public:
    LockedStream() : std::ostream(&buffer_) {}
    std::string Text() {
      const std::lock_guard lock(buffer_.mutex);
      return buffer_.text;
    }

   private:
    struct Buffer : std::streambuf {
      int overflow(int c) override {
        const std::lock_guard lock(mutex);
        text += static_cast<char>(c);
        return c;
      }
      std::streamsize xsputn(const char* data, std::streamsize size) override {
        const std::lock_guard lock(mutex);
        text.append(data, static_cast<size_t>(size));
        return size;
      }
      std::mutex mutex;
      std::string text;
    };
    Buffer buffer_;
  };

  const std::string kUntilTerm =
      "trap 'echo ended; kill $child; exit 0' TERM; sleep 1000 & child=$!; wait\n";
  std::filesystem::path folder_;
  FakeManagement server_;
  std::vector<std::string> texts_;
  LockedStream out_;
  LogPrinter log_{out_, Paint(false)};
  FakeHost host_;
};

TEST_F(RunSessionTest, StartsAppliesAndEndsBothCleanly) {
  const absl::Status status = Run();
  ASSERT_TRUE(status.ok()) << status << Log();
  const std::string log = Log();
  EXPECT_EQ(texts_, std::vector<std::string>{"kind: Service\nname: a\n"});
  EXPECT_TRUE(server_.apply.prune());
  EXPECT_NE(log.find("control  | control --data-dir " + folder_.string() +
                     "/control --log-level debug\n"),
            std::string::npos)
      << log;
  EXPECT_NE(Read("bootstrap.yaml").find("port_value: 1\n"), std::string::npos);
  EXPECT_EQ(log.find("ready"), std::string::npos) << log;
}

TEST_F(RunSessionTest, AppliesChangesOnceTheyRestAndKeepsTheLastGoodState) {
  host_.steps = {
      Pass(), Change("kind: Service\nname: bb\n"),  Pass(), Pass(), Change("broken"), Pass(),
      Pass(), Change("kind: Service\nname: ccc\n"), Pass(), Pass()};
  const absl::Status status = Run();
  ASSERT_TRUE(status.ok()) << status << Log();
  EXPECT_EQ(texts_,
            (std::vector<std::string>{"kind: Service\nname: a\n", "kind: Service\nname: bb\n",
                                      "broken", "kind: Service\nname: ccc\n"}));
  EXPECT_NE(Log().find("fairlead | NOT applied: gateway.yaml:1: not a resource\n"
                       "fairlead | revision 2 stays in force\n"),
            std::string::npos)
      << Log();
}

TEST_F(RunSessionTest, SaysWhenARevisionIsLiveAndWhenItIsRejected) {
  v1::Proxy& proxy = *server_.proxies.add_proxies();
  proxy.set_node_id("proxy-1");
  proxy.add_types()->set_last_nack("listener 'web': port 80 is taken");
  server_.list.add_resources()->mutable_resource()->mutable_listener()->set_port(8080);
  host_.steps = {Pass(), Pass(),
                 [&] {
                   proxy.clear_types();
                   proxy.set_revision_acknowledged(1);
                   return Host::Event::kTick;
                 },
                 Pass(), Pass()};
  ASSERT_TRUE(Run().ok());
  EXPECT_NE(Log().find("the proxy rejected it: listener 'web': port 80 is taken\n"),
            std::string::npos)
      << Log();
  EXPECT_NE(Log().find("http://127.0.0.1:8080\nfairlead | revision 1 is live\n"), std::string::npos)
      << Log();
}

TEST_F(RunSessionTest, AFileThatIsWrongAtTheStartIsTheUsersError) {
  Write("gateway.yaml", "broken");
  const absl::Status status = Run();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kRefused);
  EXPECT_EQ(status.message(), "gateway.yaml:1: not a resource");
  EXPECT_EQ(Log().find("proxy    |"), std::string::npos) << Log();
}

TEST_F(RunSessionTest, AControlPlaneThatCannotStartIsSaid) {
  Script("control", "echo 'port 18000 is taken' >&2; exit 1");
  const absl::Status status = Run();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kChildFailed);
  EXPECT_EQ(status.message(), "fairlead-control ended by itself: exit status 1; its log is above");
  EXPECT_EQ(Log(), "control  | port 18000 is taken\n");
}

TEST_F(RunSessionTest, AProxyThatDiesEndsTheControlPlane) {
  Script("proxy", "kill -SEGV $$");
  // No step and no interrupt: only the news of the child ends it.
  host_.is_up = [] { return false; };
  const absl::Status status = Run();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kChildFailed);
  EXPECT_EQ(status.message(),
            "fairlead-proxy ended by itself: killed by signal 11 (Segmentation fault); its log is "
            "above");
  EXPECT_NE(Log().find("control  | ended\n"), std::string::npos) << Log();
}

TEST(ReadyLineTest, OnlyAReadyLineCounts) {
  EXPECT_FALSE(ParseReadyLine("listening"));
  EXPECT_FALSE(ParseReadyLine("{}"));
  EXPECT_FALSE(ParseReadyLine("[1]"));
  EXPECT_FALSE(ParseReadyLine(R"({"ready":true})"));
  EXPECT_FALSE(ParseReadyLine(R"({"ready":false,"xds":"a:1","management":"b:2"})"));
  EXPECT_FALSE(ParseReadyLine(R"({"ready":true,"xds":1,"management":"b:2"})"));
  const auto addresses = ParseReadyLine(R"({"ready":true,"xds":"a:1","management":"b:2"})");
  ASSERT_TRUE(addresses);
  EXPECT_EQ(addresses->management, "b:2");
}

TEST(FindProgramTest, LooksBesideTheProgramAndInBazelsLayout) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(testing::TempDir()) / "layout";
  fs::remove_all(root);
  fs::create_directories(root / "tools/fairlead");
  fs::create_directories(root / "dataplane");
  const std::string executable = (root / "tools/fairlead/fairlead").string();
  EXPECT_FALSE(FindProgram("fairlead-proxy", "dataplane", "", executable).ok());
  const auto place = [&](const fs::path& path) {
    std::ofstream stream(path);
    stream.close();
    chmod(path.c_str(), 0755);
    return path.string();
  };
  const std::string built = place(root / "dataplane/fairlead-proxy");
  EXPECT_EQ(*FindProgram("fairlead-proxy", "dataplane", "", executable), built);
  EXPECT_EQ(*FindProgram("fairlead-proxy", "dataplane", root.string(), ""), built);
  const std::string beside = place(root / "tools/fairlead/fairlead-proxy");
  EXPECT_EQ(*FindProgram("fairlead-proxy", "dataplane", "", executable), beside);
}

}  // namespace
}  // namespace fairlead::cli
