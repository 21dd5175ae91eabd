// Exit codes and error texts: what scripts and people rely on when something goes wrong.

#include "tools/fairlead/exit_code.h"

#include "tools/fairlead/command.h"
#include "tools/fairlead/command_line_fixture.h"

namespace fairlead::cli {
namespace {

class ExitCodeTest : public CommandLineFixture {
 protected:
  int RunWithFailure(grpc::StatusCode code, const std::string& message) {
    server_.failure = grpc::Status(code, message);
    return Run({"get", "service", "shop"});
  }
};

TEST_F(ExitCodeTest, UsageIsTwo) {
  EXPECT_EQ(RunBare({}), 2);
  EXPECT_EQ(RunBare({"aply"}), 2);
  EXPECT_EQ(err(), "fairlead: unknown command 'aply'; did you mean 'apply'?\nTry: fairlead help\n");
  EXPECT_EQ(RunBare({"apply"}), 2);
  EXPECT_EQ(err(),
            "fairlead: no documents given; add -f FILE, -f DIR or -f -\nTry: fairlead help\n");
  EXPECT_EQ(RunBare({"get", "pods"}), 2);
  EXPECT_EQ(RunBare({"get", "route", "a", "b"}), 2);
  EXPECT_EQ(RunBare({"delete", "route"}), 2);
  EXPECT_EQ(RunBare({"get", "-o", "xml"}), 2);
  EXPECT_EQ(RunBare({"get", "--timeout", "never"}), 2);
  EXPECT_EQ(RunBare({"get", "--server", "nonsense"}), 2);
  EXPECT_EQ(RunBare({"run"}), 2);
  EXPECT_EQ(RunBare({"run", "-f", "-"}), 2);
  EXPECT_EQ(RunBare({"run", "--server", "a:1", "-f", "x"}), 2);
}

TEST_F(ExitCodeTest, InvalidInputIsThreeAndTheServersWordsAreKept) {
  EXPECT_EQ(
      RunWithFailure(grpc::StatusCode::INVALID_ARGUMENT, "gateway.yaml:3: 'prot': no such field"),
      3);
  EXPECT_EQ(err(), "fairlead: gateway.yaml:3: 'prot': no such field\n");
  EXPECT_EQ(RunWithFailure(grpc::StatusCode::FAILED_PRECONDITION, "Route/shop refers to it"), 3);
  EXPECT_EQ(RunWithFailure(grpc::StatusCode::INTERNAL, ""), 3);
  EXPECT_EQ(err(), "fairlead: the server answered INTERNAL\n");
  EXPECT_EQ(Run({"apply", "-f", "/no/such/file.yaml"}), 3);
}

TEST_F(ExitCodeTest, NotFoundIsFour) {
  EXPECT_EQ(RunWithFailure(grpc::StatusCode::NOT_FOUND, "no Service 'shop'"), 4);
}

TEST_F(ExitCodeTest, ConflictIsFive) {
  EXPECT_EQ(RunWithFailure(grpc::StatusCode::ABORTED, "etag e1 is stale"), 5);
}

TEST_F(ExitCodeTest, UnreachableIsSixAndSaysHowToStartAServer) {
  std::string address;
  {
    // An address where nobody listens any more.
    FakeManagement gone;
    address = gone.address();
  }
  EXPECT_EQ(RunBare({"get", "--server", address}), 6);
  EXPECT_NE(err().find("cannot reach the control plane at " + address), std::string::npos) << err();
  EXPECT_NE(err().find("fairlead run -f FILE"), std::string::npos) << err();
  variables_["FAIRLEAD_SERVER"] = address;
  EXPECT_EQ(RunBare({"get"}), 6);
}

TEST_F(ExitCodeTest, TimeoutIsSix) {
  server_.hangs = true;
  EXPECT_EQ(Run({"get", "--timeout", "50ms"}), 6);
  EXPECT_NE(err().find("within 50ms"), std::string::npos) << err();
}

TEST_F(ExitCodeTest, UnauthenticatedIsSevenAndSaysHowToGiveAToken) {
  EXPECT_EQ(RunWithFailure(grpc::StatusCode::UNAUTHENTICATED, "a bearer token is required"), 7);
  EXPECT_NE(err().find("refused a call without a token"), std::string::npos) << err();
  EXPECT_NE(err().find("--token-file FILE"), std::string::npos) << err();
}

TEST_F(ExitCodeTest, ACancelledCallIsARefusedToken) {
  EXPECT_EQ(RunWithFailure(grpc::StatusCode::CANCELLED, "CANCELLED"), 7);
}

TEST_F(ExitCodeTest, TokensAreSent) {
  ASSERT_EQ(Run({"get"}), 0);
  EXPECT_EQ(server_.authorization, "");
  variables_["FAIRLEAD_TOKEN"] = "from-env";
  ASSERT_EQ(Run({"get"}), 0);
  EXPECT_EQ(server_.authorization, "Bearer from-env");
  ASSERT_EQ(Run({"get", "--token-file", File("token", "from-file\nsecond\n")}), 0);
  EXPECT_EQ(server_.authorization, "Bearer from-file");
  EXPECT_EQ(Run({"get", "--token-file", File("empty", "\n")}), 3);
  EXPECT_EQ(Run({"get", "--token-file", File("odd", "to ken")}), 3);
  EXPECT_EQ(Run({"get", "--token-file", "/no/such"}), 3);
}

TEST_F(ExitCodeTest, AMissingProgramOfRunIsEight) {
  const std::string file = File("empty.yaml", "");
  EXPECT_EQ(
      RunBare({"run", "-f", file, "--bin-dir", "/no/such", "--data", testing::TempDir() + "/d"}),
      8);
  EXPECT_NE(err().find("cannot find fairlead-control; looked for /no/such/fairlead-control"),
            std::string::npos)
      << err();
}

TEST_F(ExitCodeTest, EveryCommandHasHelpWithAnExample) {
  for (const Command& command : Commands()) {
    ASSERT_EQ(RunBare({command.name, "--help"}), 0) << command.name;
    EXPECT_NE(out().find("Usage: fairlead " + command.name), std::string::npos) << out();
    EXPECT_NE(out().find("Examples:\n"), std::string::npos) << out();
    const std::string by_flag = out();
    ASSERT_EQ(RunBare({"help", command.name}), 0);
    EXPECT_EQ(out(), by_flag);
  }
  ASSERT_EQ(RunBare({"--help"}), 0);
  EXPECT_NE(out().find("Exit codes:\n"), std::string::npos);
  ASSERT_EQ(RunBare({"--version"}), 0);
  EXPECT_EQ(out(), "fairlead 0.1.0\n");
}

}  // namespace
}  // namespace fairlead::cli
