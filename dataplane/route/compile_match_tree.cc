#include "dataplane/route/compile_match_tree.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/route/compile_matchers.h"
#include "dataplane/route/request_field.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "envoy/type/matcher/v3/http_inputs.pb.h"
#include "xds/type/matcher/v3/matcher.pb.h"

namespace fairlead::route {
namespace {

using ::xds::type::matcher::v3::Matcher;
using Predicate = Matcher::MatcherList::Predicate;
using google::protobuf::Any;

// The field's name, lower-case.
absl::StatusOr<std::string> CompileInput(const Any& proto) {
  envoy::type::matcher::v3::HttpRequestHeaderMatchInput header;
  if (!proto.UnpackTo(&header)) {
    return InvalidArgument("input: is '", proto.type_url(),
                           "'; HttpRequestHeaderMatchInput is what is supported");
  }
  std::string name = absl::AsciiStrToLower(header.header_name());
  if (!name.empty() && RequestField(name).is_known()) return name;
  return InvalidArgument("input: header_name: '", header.header_name(),
                         "' is no header of a request");
}

class Compilation {
 public:
  Compilation(RegexCache& regexes, AddRouteList add_list)
      : regexes_(regexes), add_list_(add_list) {}

  absl::StatusOr<std::unique_ptr<const MatchTree>> Tree(const Matcher& proto) {
    auto tree = std::make_unique<MatchTree>();
    switch (proto.matcher_type_case()) {
      case Matcher::kMatcherList:
        FL_RETURN_IF_ERROR(Annotate(List(proto.matcher_list(), *tree), "matcher_list"));
        break;
      case Matcher::kMatcherTree:
        FL_RETURN_IF_ERROR(Annotate(Map(proto.matcher_tree(), *tree), "matcher_tree"));
        break;
      case Matcher::MATCHER_TYPE_NOT_SET:
        break;
    }
    if (proto.has_on_no_match()) {
      auto next = Next(proto.on_no_match());
      if (!next.ok()) return Annotate(next.status(), "on_no_match");
      tree->otherwise = *std::move(next);
    }
    return tree;
  }

 private:
  absl::Status List(const Matcher::MatcherList& proto, MatchTree& tree) {
    tree.kind = MatchTree::Kind::kList;
    for (int i = 0; i < proto.matchers_size(); ++i) {
      const std::string where = StrCat("matchers[", i, "]");
      auto predicate = Condition(proto.matchers(i).predicate());
      if (!predicate.ok()) return Annotate(predicate.status(), where + ".predicate");
      auto next = Next(proto.matchers(i).on_match());
      if (!next.ok()) return Annotate(next.status(), where + ".on_match");
      tree.cases.push_back({*std::move(predicate), *std::move(next)});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<MatchPredicate> Condition(const Predicate& proto) {
    MatchPredicate predicate;
    switch (proto.match_type_case()) {
      case Predicate::kSinglePredicate:
        return Single(proto.single_predicate());
      case Predicate::kOrMatcher:
        predicate.kind = MatchPredicate::Kind::kOr;
        FL_RETURN_IF_ERROR(Annotate(Parts(proto.or_matcher(), predicate), "or_matcher"));
        return predicate;
      case Predicate::kAndMatcher:
        predicate.kind = MatchPredicate::Kind::kAnd;
        FL_RETURN_IF_ERROR(Annotate(Parts(proto.and_matcher(), predicate), "and_matcher"));
        return predicate;
      case Predicate::kNotMatcher: {
        predicate.kind = MatchPredicate::Kind::kNot;
        auto part = Condition(proto.not_matcher());
        if (!part.ok()) return Annotate(part.status(), "not_matcher");
        predicate.parts.push_back(*std::move(part));
        return predicate;
      }
      case Predicate::MATCH_TYPE_NOT_SET:
        break;
    }
    return InvalidArgument(
        "one of single_predicate, or_matcher, and_matcher, not_matcher is needed");
  }

  absl::Status Parts(const Predicate::PredicateList& proto, MatchPredicate& predicate) {
    for (int i = 0; i < proto.predicate_size(); ++i) {
      auto part = Condition(proto.predicate(i));
      if (!part.ok()) return Annotate(part.status(), StrCat("predicate[", i, "]"));
      predicate.parts.push_back(*std::move(part));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<MatchPredicate> Single(const Predicate::SinglePredicate& proto) {
    MatchPredicate predicate;
    auto input = CompileInput(proto.input().typed_config());
    if (!input.ok()) return Annotate(input.status(), "single_predicate");
    predicate.field = *std::move(input);
    if (!proto.has_value_match()) {
      return InvalidArgument(
          "single_predicate: value_match is needed; custom_match is not "
          "supported");
    }
    auto text = CompileStringMatch(proto.value_match(), regexes_);
    if (!text.ok()) return Annotate(text.status(), "single_predicate: value_match");
    predicate.text = *std::move(text);
    return predicate;
  }

  absl::Status Map(const Matcher::MatcherTree& proto, MatchTree& tree) {
    FL_ASSIGN_OR_RETURN(tree.field, CompileInput(proto.input().typed_config()));
    const bool is_exact = proto.has_exact_match_map();
    if (!is_exact && !proto.has_prefix_match_map()) {
      return InvalidArgument(
          "exact_match_map or prefix_match_map is needed; custom_match is not "
          "supported");
    }
    const auto& map = is_exact ? proto.exact_match_map().map() : proto.prefix_match_map().map();
    tree.kind = is_exact ? MatchTree::Kind::kExactMap : MatchTree::Kind::kPrefixMap;
    std::vector<std::pair<std::string_view, const Matcher::OnMatch*>> entries;
    entries.reserve(map.size());
    for (const auto& [key, next] : map) entries.emplace_back(key, &next);
    std::sort(entries.begin(), entries.end());
    std::vector<std::string_view> keys;
    std::vector<uint32_t> values;
    for (const auto& [key, on_match] : entries) {
      if (key.size() > RadixTree::kKeyMax) {
        return InvalidArgument("a key is longer than ", RadixTree::kKeyMax, " bytes");
      }
      auto next = Next(*on_match);
      if (!next.ok()) {
        return Annotate(next.status(),
                        StrCat(is_exact ? "exact" : "prefix", "_match_map.map['", key, "']"));
      }
      keys.push_back(key);
      values.push_back(static_cast<uint32_t>(tree.targets.size()));
      if (is_exact) tree.exact.emplace(std::string(key), values.back());
      tree.targets.push_back(*std::move(next));
    }
    if (!is_exact) tree.prefixes = RadixTree::Build(keys, values);
    return absl::OkStatus();
  }

  absl::StatusOr<MatchTree::Next> Next(const Matcher::OnMatch& proto) {
    MatchTree::Next next;
    if (proto.has_matcher()) {
      auto tree = Tree(proto.matcher());
      if (!tree.ok()) return Annotate(tree.status(), "matcher");
      next.tree = *std::move(tree);
      return next;
    }
    envoy::config::route::v3::RouteList routes;
    const Any& action = proto.action().typed_config();
    if (!action.UnpackTo(&routes) && !action.UnpackTo(routes.add_routes())) {
      return InvalidArgument("action: is '", action.type_url(),
                             "'; a config.route.v3 Route or RouteList is needed");
    }
    auto list = add_list_(routes);
    if (!list.ok()) return Annotate(list.status(), "action");
    next.list = *list;
    return next;
  }

  RegexCache& regexes_;
  AddRouteList add_list_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const MatchTree>> CompileMatchTree(const Matcher& proto,
                                                                  RegexCache& regexes,
                                                                  AddRouteList add_list) {
  return Compilation(regexes, add_list).Tree(proto);
}

}  // namespace fairlead::route
