#include "controlplane/model/references.h"

#include "controlplane/model/document_parser.h"
#include "gtest/gtest.h"

namespace fairlead::control::model {
namespace {

// The change that makes `state` from nothing, or that the documents make on `base`.
std::vector<Change> Changes(const State& base, const std::string& text, ParsedSet& set) {
  Problems problems;
  std::vector<SourceText> texts = {{"f", text}};
  set = ParseDocuments(texts, problems);
  EXPECT_TRUE(problems.empty());
  std::vector<Change> changes;
  for (const auto& resource : set.resources) {
    EntryPtr after = MakeEntry(resource, base.revision() + 1);
    changes.push_back({after->key, base.Find(after->key), after});
  }
  return changes;
}

std::string Wrong(const State& base, const std::string& text) {
  ParsedSet set;
  std::vector<Change> changes = Changes(base, text, set);
  Problems problems;
  CheckReferences(base.With(changes, 1), changes, problems);
  problems.Locate(set.sources);
  std::string out;
  for (const Problem& problem : problems.kept()) out += problem.ToString() + "\n";
  return out;
}

constexpr char kAll[] = R"(
{kind: Listener, name: web, port: 80, policies: [p]}
---
{kind: Policy, name: p}
---
{kind: Service, name: s}
---
{kind: Route, name: r, listeners: [web], policies: [p], rules: [{policies: [p],
    forward: {backends: [{service: s}]}}]}
)";

State Full() {
  ParsedSet set;
  return State().With(Changes(State(), kAll, set), 1);
}

TEST(ReferencesTest, WholeSetPasses) { EXPECT_EQ(Wrong(State(), kAll), ""); }

TEST(ReferencesTest, DanglingReferencesNameWhoRefersToWhat) {
  EXPECT_EQ(
      Wrong(State(),
            "kind: Route\nname: r\nlisteners: [web]\npolicies: [p]\nrules:\n- policies: [q]\n"
            "  forward:\n    backends:\n    - service: s\n"),
      "f:3: Route 'r': listeners[0]: refers to Listener 'web', which does not exist\n"
      "f:4: Route 'r': policies[0]: refers to Policy 'p', which does not exist\n"
      "f:6: Route 'r': rules[0].policies[0]: refers to Policy 'q', which does not exist\n"
      "f:9: Route 'r': rules[0].forward.backends[0].service: refers to Service 's', which does not "
      "exist\n");
}

TEST(ReferencesTest, WhatIsReferredToCannotBeDeleted) {
  State full = Full();
  std::vector<Change> changes = {{{Kind::kPolicy, "p"}, full.Find({Kind::kPolicy, "p"}), nullptr}};
  Problems problems;
  CheckReferences(full.With(changes, 2), changes, problems);
  ASSERT_EQ(problems.total(), 3u);
  EXPECT_EQ(problems.kept()[0].ToString(),
            "Listener 'web': policies[0]: refers to Policy 'p', which would be deleted");
}

TEST(ReferencesTest, ReferrerAndReferredCanBeDeletedTogether) {
  State full = Full();
  std::vector<Change> changes = {{{Kind::kService, "s"}, full.Find({Kind::kService, "s"}), nullptr},
                                 {{Kind::kRoute, "r"}, full.Find({Kind::kRoute, "r"}), nullptr}};
  Problems problems;
  CheckReferences(full.With(changes, 2), changes, problems);
  EXPECT_TRUE(problems.empty());
}

TEST(ReferencesTest, TwoListenersOnOneAddressAreRefused) {
  EXPECT_EQ(Wrong(Full(), "kind: Listener\nname: a\naddress: 0.0.0.0\nport: 80\n"),
            "f:4: Listener 'a': port: 0.0.0.0:80 is used by Listener 'web' already\n");
  EXPECT_EQ(Wrong(Full(), "kind: Listener\nname: a\naddress: 127.0.0.1\nport: 80\n"), "");
  EXPECT_NE(Wrong(State(),
                  "kind: Listener\nname: a\naddress: '::1'\nport: 80\n---\nkind: Listener\n"
                  "name: b\naddress: '0:0:0:0:0:0:0:1'\nport: 80\n"),
            "");
}

}  // namespace
}  // namespace fairlead::control::model
