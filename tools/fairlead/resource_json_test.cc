#include "tools/fairlead/resource_json.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "fairlead/v1/management.pb.h"
#include "tools/fairlead/yaml_text.h"

namespace fairlead::cli {
namespace {

v1::Resource Parse(const std::string& text) {
  v1::Resource resource;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &resource));
  return resource;
}

constexpr char kPolicy[] = R"(policy {
  name: "edge"
  timeouts { request { seconds: 1 nanos: 500000000 } idle {} }
  headers { request { remove: "x-a" set { key: "z" value: "1" } set { key: "b" value: "on" } } }
  rate_limit { requests: 10 per { seconds: 60 } }
})";

TEST(ResourceJsonTest, WritesAResourceAsUsersDo) {
  EXPECT_EQ(JsonLine(ResourceJson(Parse(kPolicy))),
            R"({"kind":"Policy","name":"edge","timeouts":{"request":"1.500s","idle":"0s"},)"
            R"("headers":{"request":{"remove":["x-a"],"set":{"b":"on","z":"1"}}},)"
            R"("rateLimit":{"requests":10,"per":"60s"}})"
            "\n");
}

TEST(ResourceJsonTest, WritesYamlAsUsersDo) {
  EXPECT_EQ(YamlText(ResourceJson(Parse(kPolicy))),
            "kind: Policy\n"
            "name: edge\n"
            "timeouts:\n"
            "  request: 1.500s\n"
            "  idle: 0s\n"
            "headers:\n"
            "  request:\n"
            "    remove:\n"
            "    - x-a\n"
            "    set:\n"
            "      b: \"on\"\n"
            "      z: \"1\"\n"
            "rateLimit:\n"
            "  requests: 10\n"
            "  per: 60s\n");
}

TEST(ResourceJsonTest, KeepsExplicitZerosAndFalse) {
  const Json json = ResourceJson(Parse(R"(route {
    name: "r"
    rules {
      matches { path_prefix: "/" headers { name: "x" present: false } }
      forward { backends { service: "a" weight: 0 } }
    }
  })"));
  EXPECT_EQ(json.dump(), R"({"kind":"Route","name":"r","rules":[{"matches":[{"pathPrefix":"/",)"
                         R"("headers":[{"name":"x","present":false}]}],)"
                         R"("forward":{"backends":[{"service":"a","weight":0}]}}]})");
}

TEST(ResourceJsonTest, AResourceOfNoKindIsNull) {
  EXPECT_TRUE(ResourceJson(v1::Resource()).is_null());
  EXPECT_EQ(KindOf(v1::Resource()), "");
}

TEST(ResourceJsonTest, SummariesSayWhatMatters) {
  EXPECT_EQ(Summary(Parse(kPolicy)), "timeouts, headers, rate limit 10 per 60s");
  EXPECT_EQ(Summary(Parse(R"(listener { name: "web" port: 8080 })")), "0.0.0.0:8080");
  EXPECT_EQ(Summary(Parse(R"(service { name: "s" dns { host: "shop.local" port: 80 } })")),
            "dns shop.local:80, ROUND_ROBIN");
  EXPECT_EQ(Summary(Parse(R"(route { name: "r" hostnames: "a.example"
              rules { forward { backends { service: "v1" weight: 90 }
                                backends { service: "v2" weight: 10 } } } })")),
            "a.example, 1 rule to v1(90), v2(10)");
}

// Whatever text a resource holds, a YAML reader must get it back as that text.
TEST(YamlTextTest, TextReadsBackAsItself) {
  for (const std::string text :
       {"",       "plain",        "true",       "No",       "~",     "null", "1",    "1.5", "1e3",
        "0x1F",   "1:30",         "2024-01-01", "a: b",     "a #b",  "- a",  "[x]",  "{",   "&a",
        "*a",     "!t",           "%d",         "@a",       "`a",    "'",    "\"",   "\\",  " lead",
        "trail ", "two\nlines\n", "tab\t",      "10.0.0.7", "5s",    ".inf", ".nan", "=",   "<<",
        "ünï",    "\x01",         "/path/x",    "-",        "--- x", "? x",  "|",    ">"}) {
    const Json json = {{"key", text}, {"list", Json::array({text})}};
    const YAML::Node node = YAML::Load(YamlText(json));
    EXPECT_EQ(node["key"].as<std::string>(), text) << YamlText(json);
    EXPECT_EQ(node["list"][0].as<std::string>(), text) << YamlText(json);
  }
}

TEST(YamlTextTest, QuotesTextThatWouldReadAsAnotherType) {
  for (const char* text : {"true", "Off", "null", "~", "1", "1.5", "1e3", "y", "2024-01-01"}) {
    EXPECT_EQ(YamlText(Json(text)).front(), '"') << text;
  }
}

TEST(YamlTextTest, NestsListsAndMaps) {
  const Json json = Json::parse(R"({"a": [], "b": {}, "c": [[1, 2], {"d": [{"e": 1, "f": 2}]}]})");
  EXPECT_EQ(YamlText(json),
            "a: []\n"
            "b: {}\n"
            "c:\n"
            "- - 1\n"
            "  - 2\n"
            "- d:\n"
            "  - e: 1\n"
            "    f: 2\n");
}

TEST(JsonTextTest, BrokenUtf8IsReplaced) { EXPECT_EQ(JsonLine(Json("a\xFF")), "\"a\uFFFD\"\n"); }

}  // namespace
}  // namespace fairlead::cli
