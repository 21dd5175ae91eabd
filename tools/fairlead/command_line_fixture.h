#ifndef FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_LINE_FIXTURE_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_LINE_FIXTURE_H_

// Runs commands in the test's process against a FakeManagement, at a fixed time.
//
//     class GetTest : public CommandLineFixture {};
//     TEST_F(GetTest, ...) { EXPECT_EQ(Run({"get"}), 0); EXPECT_EQ(out(), "..."); }

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tools/fairlead/command_line.h"
#include "tools/fairlead/fake_management.h"

namespace fairlead::cli {

class CommandLineFixture : public testing::Test {
 protected:
  // Runs without adding anything to the words.
  int RunBare(const std::vector<std::string>& words) {
    in_ = std::istringstream(input_);
    out_.str("");
    err_.str("");
    Environment env{.in = in_,
                    .out = out_,
                    .err = err_,
                    .out_is_terminal = is_terminal_,
                    .columns = columns_,
                    .variable = [this](const std::string& name) -> std::optional<std::string> {
                      const auto found = variables_.find(name);
                      if (found == variables_.end()) return std::nullopt;
                      return found->second;
                    },
                    .now = [] { return absl::FromUnixSeconds(1'700'000'000); }};
    return static_cast<int>(RunCommandLine(words, env));
  }

  // Runs against the fake server.
  int Run(std::vector<std::string> words) {
    words.insert(words.begin(), {"--server", server_.address()});
    return RunBare(words);
  }

  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  // A file of the test's own folder.
  static std::string File(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  template <typename Message>
  static void Parse(const std::string& text, Message& message) {
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  }

  FakeManagement server_;
  std::string input_;
  std::map<std::string, std::string> variables_ = {{"USER", "ada"}};
  bool is_terminal_ = false;
  int columns_ = 0;

 private:
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_LINE_FIXTURE_H_
