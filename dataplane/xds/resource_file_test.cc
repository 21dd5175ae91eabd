#include "dataplane/xds/resource_file.h"

#include <fstream>
#include <iterator>
#include <random>

#include "dataplane/base/strings.h"
#include "dataplane/xds/bootstrap.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "gtest/gtest.h"

namespace fairlead::xds {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::service::discovery::v3::DiscoveryResponse;

constexpr char kRoutesUrl[] = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";

// How a file is written.
struct Form {
  ResourceType type;
  bool is_json;
  std::string name;
};

// What a file holds: an entry for each number, which tells its name and its content.
using Numbers = std::vector<int>;

std::string Entry(const Form& form, int number) {
  const std::string name = StrCat("n", number / 10);
  const std::string content = StrCat(number % 10);
  if (form.type == ResourceType::kCluster) {
    const std::string type(TypeUrl(ResourceType::kCluster));
    if (form.is_json) {
      return StrCat(R"({"@type": ")", type, R"(", "name": ")", name, R"(", "alt_stat_name": ")",
                    content, R"("})");
    }
    return StrCat("- '@type': ", type, "\n  name: ", name, "\n  alt_stat_name: ", content, "\n");
  }
  if (form.is_json) {
    return StrCat(R"({"name": ")", name, R"(", "domains": [")", content, R"(", "a,]b"]})");
  }
  return StrCat("    - name: ", name, "  # comment\n      domains: [\"", content,
                "\"]\n      routes:\n      - direct_response:\n          body:\n",
                "            inline_string: |+\n              - text '", name, "\n\n");
}

std::string File(const Form& form, const Numbers& numbers) {
  std::string list;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (form.is_json && i > 0) list += i % 2 == 0 ? ", " : ",\n";
    list += Entry(form, numbers[i]);
  }
  const bool is_routes = form.type == ResourceType::kRoute;
  if (form.is_json) {
    if (!is_routes) return StrCat(R"({"version_info": "1", "resources": [)", list, "]}");
    return StrCat(R"({"resources": [{"@type": ")", kRoutesUrl, R"(", "virtual_hosts": [)", list,
                  R"(], "name": "r"}], "version_info": "1"})");
  }
  if (!is_routes) return StrCat("version_info: 1\nresources:\n", list);
  return StrCat("resources:\n  - '@type': ", kRoutesUrl, "\n    virtual_hosts:\n", list,
                "    name: r\n    internal_only_headers: [x]\nversion_info: 1\n");
}

class ResourceFileTest : public testing::TestWithParam<Form> {
 protected:
  ResourceFileTest()
      : path_(StrCat(testing::TempDir(), "/resource_file_", GetParam().name)),
        file_(path_, GetParam().type) {}

  // Loads the text both ways.
  void LoadAndCompare(const std::string& text) {
    std::ofstream(path_) << text;
    const auto whole = LoadResources(path_);
    const auto loaded = file_.Load();
    ASSERT_EQ(loaded.status(), whole.status()) << text;
    if (!whole.ok()) return;
    ASSERT_EQ(loaded->SerializeAsString(), whole->SerializeAsString()) << text;
  }

  const std::string path_;
  ResourceFile file_;
};

TEST_P(ResourceFileTest, WhatWasThereIsNotParsedAgain) {
  LoadAndCompare(File(GetParam(), {10, 20, 30, 40}));
  EXPECT_EQ(file_.entries_known(), 0u);
  LoadAndCompare(File(GetParam(), {10, 20, 30, 40}));
  EXPECT_EQ(file_.entries_known(), 4u);
  LoadAndCompare(File(GetParam(), {10, 20, 50, 30, 41}));
  EXPECT_EQ(file_.entries_known(), 3u);
  LoadAndCompare(File(GetParam(), {41, 30, 10}));
  EXPECT_EQ(file_.entries_known(), 3u);
  LoadAndCompare(File(GetParam(), {}));
  LoadAndCompare(File(GetParam(), {10}));
  EXPECT_EQ(file_.entries_known(), 0u);
}

TEST_P(ResourceFileTest, FaultIsNamedAsInTheWhole) {
  LoadAndCompare(File(GetParam(), {10, 20, 30}));
  std::string text = File(GetParam(), {10, 20, 30});
  text.replace(text.rfind("name"), 4, "nome");
  LoadAndCompare(text);
  LoadAndCompare(File(GetParam(), {10, 20, 30}));
}

// Edits a file's text at random, now as one does who knows its form, now as one who does not.
class Editor {
 public:
  explicit Editor(Form form) : form_(std::move(form)) {}

  const std::string& Next() {
    if (text_.empty() || Below(3) == 0) {
      ChangeEntries();
      text_ = File(form_, numbers_);
    } else if (Below(2) == 0) {
      text_.insert(Below(text_.size() + 1), Piece());
    } else if (Below(2) == 0) {
      text_.erase(Below(text_.size()), Below(20));
    } else {
      text_.insert(Below(text_.size()), text_.substr(Below(text_.size()), Below(60)));
    }
    return text_;
  }

 private:
  size_t Below(size_t n) { return static_cast<size_t>(random_() % n); }
  void ChangeEntries() {
    const size_t at = Below(numbers_.size() + 1);
    if (Below(3) == 0 && at < numbers_.size()) {
      numbers_.erase(numbers_.begin() + static_cast<long>(at));
    } else if (numbers_.size() < 12) {
      numbers_.insert(numbers_.begin() + static_cast<long>(at), static_cast<int>(Below(200)));
    }
  }
  std::string Piece() {
    static constexpr const char* kPieces[] = {"\"",
                                              "'",
                                              "\n",
                                              "- ",
                                              "-\n",
                                              "\n- ",
                                              "\n    - ",
                                              "\n  x: ",
                                              "#",
                                              " # ",
                                              "{",
                                              "}",
                                              "[",
                                              "]",
                                              ",",
                                              ": ",
                                              "|\n",
                                              ">-\n",
                                              "&a ",
                                              "*a ",
                                              "\t",
                                              "\\",
                                              "\n---\n",
                                              "\n...\n",
                                              "%",
                                              "? ",
                                              "!!str ",
                                              "virtual_hosts:\n    - ",
                                              "resources:\n- ",
                                              "\"virtual_hosts\": [",
                                              " ",
                                              "    ",
                                              "\r\n",
                                              "{\"name\": \"fairlead: known entries\"}",
                                              "@type",
                                              "null",
                                              "\"]}"};
    return kPieces[Below(std::size(kPieces))];
  }

  const Form form_;
  std::mt19937 random_{7};
  Numbers numbers_ = {10, 20, 30, 40, 50};
  std::string text_;
};

// One edit after the other, well-formed and not: whatever was read before, what is read is what the
// whole says.
TEST_P(ResourceFileTest, AnyEditReadsAsTheWhole) {
  constexpr size_t kEdits = 400;
  Editor editor(GetParam());
  size_t known = 0, good = 0;
  for (size_t i = 0; i < kEdits; ++i) {
    ASSERT_NO_FATAL_FAILURE(LoadAndCompare(editor.Next())) << "edit " << i;
    known += file_.entries_known();
    good += LoadResources(path_).ok() ? 1 : 0;
  }
  // The edits are such that something is proven.
  EXPECT_GT(known, kEdits / 3);
  EXPECT_GT(good, kEdits / 6);
  EXPECT_LT(good, kEdits - kEdits / 6);
}

INSTANTIATE_TEST_SUITE_P(Forms, ResourceFileTest,
                         testing::Values(Form{ResourceType::kRoute, false, "routes.yaml"},
                                         Form{ResourceType::kRoute, true, "routes.json"},
                                         Form{ResourceType::kRoute, true, "json_routes.yaml"},
                                         Form{ResourceType::kCluster, false, "clusters"},
                                         Form{ResourceType::kCluster, true, "clusters.json"}),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

// Constructs that a look at lines takes for what they are not, and one whose meaning is elsewhere.
TEST(ResourceFileTextTest, TextThatIsNotAsItSeemsIsParsed) {
  const std::string path = testing::TempDir() + "/resource_file_texts.yaml";
  const std::string head = StrCat("resources:\n- '@type': ", kRoutesUrl, "\n");
  const std::vector<std::vector<std::string>> versions = {
      // A quoted name that goes on behind what looks like the end of the list.
      {"  virtual_hosts:\n  - name: \"a\n  name: x\"\n",
       "  virtual_hosts:\n  - name: \"a\n  name: y\"\n"},
      {"  virtual_hosts:\n  - name: \"a\n  - name: b\"\n  - name: c\n",
       "  virtual_hosts:\n  - name: \"a\n  - name: d\"\n  - name: c\n"},
      {"  name: |\n    virtual_hosts:\n    - name: b\n",
       "  name: |\n    virtual_hosts:\n    - name: c\n"},
      {"  virtual_hosts:\n  - name: &n a\n  - name: *n\n",
       "  virtual_hosts:\n  - name: &n b\n  - name: *n\n"},
      {"  virtual_hosts:\n  - name: a\n    b\n  - name: c\n",
       "  virtual_hosts:\n  - name: a\n    d\n  - name: c\n"},
      {"  virtual_hosts:\n  - {name: a,\n  domains: [b]}\n",
       "  virtual_hosts:\n  - {name: a,\n  domains: [c]}\n"}};
  for (const auto& texts : versions) {
    ResourceFile file(path, ResourceType::kRoute);
    for (const std::string& text : texts) {
      std::ofstream(path) << head << text;
      const auto whole = LoadResources(path);
      const auto loaded = file.Load();
      ASSERT_EQ(loaded.status(), whole.status()) << text;
      if (whole.ok()) EXPECT_EQ(loaded->SerializeAsString(), whole->SerializeAsString()) << text;
    }
  }
}

}  // namespace
}  // namespace fairlead::xds
