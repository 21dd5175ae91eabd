#include "tools/fairlead/run/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>

#include "tools/fairlead/exit_code.h"

namespace fairlead::cli {
namespace {

// Runs a shell script and collects what it says. Waits are for events, with the test's own timeout
// as the only bound.
class Child {
 public:
  explicit Child(const std::string& script) {
    auto child = ChildProcess::Start({.command = {"/bin/sh", "-c", script},
                                      .on_line =
                                          [this](std::string_view line, bool is_stdout) {
                                            const std::lock_guard lock(mutex_);
                                            lines_.push_back((is_stdout ? "out:" : "err:") +
                                                             std::string(line));
                                            changed_.notify_all();
                                          },
                                      .on_exit =
                                          [this] {
                                            const std::lock_guard lock(mutex_);
                                            has_ended_ = true;
                                            changed_.notify_all();
                                          }});
    EXPECT_TRUE(child.ok()) << child.status();
    process_ = *std::move(child);
  }

  void AwaitLines(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lines_.size() >= count; });
  }

  std::string AwaitExit() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return has_ended_; });
    return process_->exit_text().value_or("still running");
  }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  ChildProcess& process() { return *process_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  bool has_ended_ = false;
  std::unique_ptr<ChildProcess> process_;
};

TEST(ChildProcessTest, CutsOutputIntoLines) {
  Child child("printf 'one\\n\\ntwo'; printf 'three\\n' >&2; exit 3");
  EXPECT_EQ(child.AwaitExit(), "exit status 3");
  // The order between the two streams is not defined.
  std::vector<std::string> out, err;
  for (const std::string& line : child.lines()) {
    (line.starts_with("out:") ? out : err).push_back(line);
  }
  EXPECT_EQ(out, (std::vector<std::string>{"out:one", "out:", "out:two"}));
  EXPECT_EQ(err, (std::vector<std::string>{"err:three"}));
}

TEST(ChildProcessTest, CutsEndlessLines) {
  Child child("head -c 200000 /dev/zero | tr '\\0' x");
  EXPECT_EQ(child.AwaitExit(), "exit status 0");
  const std::vector<std::string> lines = child.lines();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].size(), 4 + ChildProcess::kMaxLineBytes);
}

TEST(ChildProcessTest, SignalsReachIt) {
  Child child("trap 'echo bye; exit 0' TERM; echo up; while :; do read x < /dev/zero; done");
  child.AwaitLines(1);
  EXPECT_FALSE(child.process().has_ended());
  child.process().Signal(SIGKILL);
  EXPECT_EQ(child.AwaitExit(), "killed by signal 9 (Killed)");
  child.process().Signal(SIGTERM);
}

TEST(ChildProcessTest, EndsThoughAGrandchildHoldsThePipes) {
  Child child("sleep 1000 & echo $!; exit 0");
  EXPECT_EQ(child.AwaitExit(), "exit status 0");
  const std::vector<std::string> lines = child.lines();
  ASSERT_EQ(lines.size(), 1u);
  kill(std::stoi(lines[0].substr(4)), SIGKILL);
}

TEST(ChildProcessTest, DestructionKills) {
  Child child("echo up; exec sleep 1000");
  child.AwaitLines(1);
}

TEST(ChildProcessTest, AProgramThatIsNotThereIsSaid) {
  const auto child = ChildProcess::Start({.command = {"/no/such/program"}});
  EXPECT_EQ(child.status().message(), "cannot start /no/such/program: No such file or directory");
  EXPECT_EQ(ExitCodeOf(child.status()), ExitCode::kChildFailed);
}

}  // namespace
}  // namespace fairlead::cli
