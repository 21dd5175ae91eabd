// apply, diff, validate, delete, rollback: what is sent, and what is printed.

#include "tools/fairlead/command_line_fixture.h"

namespace fairlead::cli {
namespace {

class ChangeCommandsTest : public CommandLineFixture {
 protected:
  ChangeCommandsTest() {
    Parse(R"(
      revision: 7
      diffs {
        key { kind: "Service" name: "shop" } operation: UPDATED
        before { service { name: "shop" } }
        after { service { name: "shop" endpoints { address: "10.0.0.7" port: 80 } } }
        text: "--- Service/shop\n+++ Service/shop\n@@ -2 +2,2 @@\n name: shop\n+endpoints: []\n"
      }
      diffs { key { kind: "Route" name: "old" } operation: DELETED }
      warnings: "route 'x' is never reached")",
          server_.change);
  }

  const std::string file_ =
      File("gateway.yaml", "kind: Service\nname: shop\n---\nkind: Listener\nname: web\n");
};

TEST_F(ChangeCommandsTest, ApplySendsTheTextAsItIs) {
  ASSERT_EQ(Run({"apply", "-f", file_, "--prune", "--reason", "shop v2"}), 0) << err();
  ASSERT_EQ(server_.apply.documents_size(), 1);
  EXPECT_EQ(server_.apply.documents(0).source(), file_);
  EXPECT_EQ(server_.apply.documents(0).text(),
            "kind: Service\nname: shop\n---\nkind: Listener\nname: web\n");
  EXPECT_TRUE(server_.apply.prune());
  EXPECT_FALSE(server_.apply.info().dry_run());
  EXPECT_EQ(server_.apply.info().author(), "ada");
  EXPECT_EQ(server_.apply.info().reason(), "shop v2");
}

TEST_F(ChangeCommandsTest, ApplyPrintsALinePerResourceAndTheRevision) {
  ASSERT_EQ(Run({"apply", "-f", file_}), 0) << err();
  EXPECT_EQ(out(),
            "updated    Service/shop\n"
            "unchanged  Listener/web\n"
            "deleted    Route/old\n"
            "revision 7: 1 deleted, 1 updated\n");
  EXPECT_EQ(err(), "warning: route 'x' is never reached\n");
}

TEST_F(ChangeCommandsTest, ApplyReadsStandardInput) {
  input_ = "kind: Service\nname: piped\n";
  ASSERT_EQ(Run({"apply", "-f", "-", "--dry-run"}), 0) << err();
  EXPECT_EQ(server_.apply.documents(0).source(), "stdin");
  EXPECT_EQ(server_.apply.documents(0).text(), input_);
  EXPECT_TRUE(server_.apply.info().dry_run());
  EXPECT_TRUE(out().ends_with("dry run: would be 1 deleted, 1 updated; revision 7 stays\n"));
}

TEST_F(ChangeCommandsTest, ApplyForScripts) {
  ASSERT_EQ(Run({"apply", "-f", file_, "-o", "yaml", "--author", "bob"}), 0) << err();
  EXPECT_EQ(server_.apply.info().author(), "bob");
  EXPECT_EQ(out(),
            "revision: 7\n"
            "dryRun: false\n"
            "changes:\n"
            "- kind: Service\n"
            "  name: shop\n"
            "  operation: updated\n"
            "- kind: Listener\n"
            "  name: web\n"
            "  operation: unchanged\n"
            "- kind: Route\n"
            "  name: old\n"
            "  operation: deleted\n"
            "warnings:\n"
            "- \"route 'x' is never reached\"\n");
}

TEST_F(ChangeCommandsTest, ApplyWithoutDifferenceSaysSo) {
  server_.change.clear_diffs();
  ASSERT_EQ(Run({"apply", "-f", file_}), 0) << err();
  EXPECT_EQ(out(),
            "unchanged  Service/shop\n"
            "unchanged  Listener/web\n"
            "revision 7: nothing changed\n");
}

TEST_F(ChangeCommandsTest, DiffIsADryRunThatExitsOne) {
  ASSERT_EQ(Run({"diff", "-f", file_}), 1) << err();
  EXPECT_TRUE(server_.apply.info().dry_run());
  EXPECT_EQ(out(),
            "updated Service/shop\n"
            "--- Service/shop\n+++ Service/shop\n@@ -2 +2,2 @@\n name: shop\n+endpoints: []\n"
            "deleted Route/old\n"
            "1 deleted, 1 updated\n");
}

TEST_F(ChangeCommandsTest, DiffIsColouredOnATerminalOnly) {
  is_terminal_ = true;
  ASSERT_EQ(Run({"diff", "-f", file_}), 1);
  EXPECT_NE(out().find("\033[32m+endpoints: []\033[0m\n"), std::string::npos);
  ASSERT_EQ(Run({"diff", "-f", file_, "--no-color"}), 1);
  EXPECT_EQ(out().find('\033'), std::string::npos);
  variables_["NO_COLOR"] = "1";
  ASSERT_EQ(Run({"diff", "-f", file_}), 1);
  EXPECT_EQ(out().find('\033'), std::string::npos);
}

TEST_F(ChangeCommandsTest, DiffForScriptsHasBeforeAndAfter) {
  ASSERT_EQ(Run({"diff", "-f", file_, "-o", "json"}), 1);
  EXPECT_NE(out().find(R"("before": {
        "kind": "Service",
        "name": "shop"
      },)"),
            std::string::npos)
      << out();
}

TEST_F(ChangeCommandsTest, DiffWithoutDifferenceExitsZero) {
  server_.change.clear_diffs();
  ASSERT_EQ(Run({"diff", "-f", file_}), 0) << err();
  EXPECT_EQ(out(), "no difference to revision 7\n");
}

TEST_F(ChangeCommandsTest, DiffComparesRevisions) {
  ASSERT_EQ(Run({"diff", "3", "7"}), 1) << err();
  EXPECT_EQ(server_.diff_request.from(), 3);
  EXPECT_EQ(server_.diff_request.to(), 7);
  EXPECT_EQ(Run({"diff", "3", "-f", file_}), 2);
}

TEST_F(ChangeCommandsTest, ValidateIsADryRunThatExitsZero) {
  ASSERT_EQ(Run({"validate", "-f", file_}), 0) << err();
  EXPECT_TRUE(server_.apply.info().dry_run());
  EXPECT_EQ(out(), "valid: 2 resources in 1 file\n");
}

TEST_F(ChangeCommandsTest, DeleteNamesTheResource) {
  ASSERT_EQ(Run({"delete", "routes", "old", "--etag", "e1"}), 0) << err();
  EXPECT_EQ(server_.delete_request.key().kind(), "Route");
  EXPECT_EQ(server_.delete_request.key().name(), "old");
  EXPECT_EQ(server_.delete_request.etag(), "e1");
  EXPECT_EQ(server_.delete_request.info().author(), "ada");
}

TEST_F(ChangeCommandsTest, RollbackNamesTheRevision) {
  ASSERT_EQ(Run({"rollback", "6", "--dry-run"}), 0) << err();
  EXPECT_EQ(server_.rollback.number(), 6);
  EXPECT_TRUE(server_.rollback.info().dry_run());
  EXPECT_TRUE(out().ends_with("dry run: would be 1 deleted, 1 updated; revision 7 stays\n"));
  EXPECT_EQ(Run({"rollback", "yesterday"}), 2);
}

}  // namespace
}  // namespace fairlead::cli
