#include "dataplane/route/match_index_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/route/compile_forward.h"
#include "dataplane/route/compile_matchers.h"
#include "dataplane/route/shadowing.h"
#include "dataplane/route/uri_template.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::RouteMatch;

bool IsRegex(const PathIndex::Entry& entry) {
  return entry.is_conditional && entry.check >= VirtualHost::kRegexSets;
}

absl::Status CheckSeparatedPrefix(const std::string& prefix) {
  if (prefix.size() >= 2 && !prefix.ends_with('/') &&
      prefix.find_first_of("?#") == std::string::npos) {
    return absl::OkStatus();
  }
  return InvalidArgument("path_separated_prefix: '", prefix,
                         "' must have two characters or more, no '?' or '#', and not end in '/'");
}

}  // namespace

absl::Status MatchIndexBuilder::Add(uint32_t position, const RouteMatch& proto) {
  FL_ASSIGN_OR_RETURN(RouteCondition condition,
                      CompileCondition(proto, caches_.regexes, caches_.runtime));
  PathIndex::Entry entry;
  entry.position = position;
  const bool takes_none =
      condition.has_share && condition.share.numerator == 0 && !condition.share_key.has_name();
  if (!condition.empty()) {
    entry.is_conditional = true;
    entry.check = static_cast<uint32_t>(host_.conditions.size());
    if (!takes_none) host_.conditions.push_back(std::move(condition));
  }
  const size_t entries = entries_.size(), folded = folded_.size();
  FL_RETURN_IF_ERROR(AddPath(proto, entry));
  if (takes_none) {
    entries_.resize(entries);
    folded_.resize(folded);
    host_.warnings.push_back(
        StrCat(Describe(position), ": never matches: its runtime_fraction is 0"));
  }
  return absl::OkStatus();
}

absl::Status MatchIndexBuilder::AddPath(const RouteMatch& proto, PathIndex::Entry entry) {
  const bool is_case_sensitive = !proto.has_case_sensitive() || proto.case_sensitive().value();
  switch (proto.path_specifier_case()) {
    case RouteMatch::kPrefix:
      entry.kind = PathKind::kPrefix;
      return Annotate(AddText(proto.prefix(), is_case_sensitive, entry), "prefix");
    case RouteMatch::kPathSeparatedPrefix:
      FL_RETURN_IF_ERROR(CheckSeparatedPrefix(proto.path_separated_prefix()));
      entry.kind = PathKind::kSeparated;
      return Annotate(AddText(proto.path_separated_prefix(), is_case_sensitive, entry),
                      "path_separated_prefix");
    case RouteMatch::kPath:
      entry.kind = PathKind::kExact;
      return Annotate(AddText(proto.path(), is_case_sensitive, entry), "path");
    case RouteMatch::kSafeRegex:
      return Annotate(AddRegex(proto.safe_regex().regex(), entry), "safe_regex.regex");
    case RouteMatch::kPathMatchPolicy: {
      FL_ASSIGN_OR_RETURN(const std::string uri_template, UriTemplateOf(proto));
      auto pattern = UriTemplateRegex(uri_template);
      absl::Status status = pattern.status();
      if (status.ok()) status = AddRegex(*pattern, entry);
      return Annotate(status, "path_match_policy.path_template");
    }
    default:
      return InvalidArgument(
          "path_specifier: one of prefix, path, path_separated_prefix, safe_regex, "
          "path_match_policy is needed; others are not supported");
  }
}

absl::Status MatchIndexBuilder::AddRegex(const std::string& pattern, PathIndex::Entry entry) {
  auto regex = caches_.regexes.Get(pattern);
  if (!regex.ok()) return regex.status();
  host_.routes[entry.position].matched_prefix = std::string::npos;
  const std::string& prefix = keys_.emplace_back(LiteralPrefix(**regex));
  regex_entries_.push_back(
      {entry.position, *std::move(regex), entry.is_conditional ? entry.check : RegexSet::kNoCheck});
  entry.key = prefix;
  entry.kind = PathKind::kPrefix;
  entry.is_conditional = true;
  entry.check = VirtualHost::kRegexSets + static_cast<uint32_t>(regex_entries_.size() - 1);
  entries_.push_back(entry);
  return absl::OkStatus();
}

absl::Status MatchIndexBuilder::AddText(const std::string& text, bool is_case_sensitive,
                                        PathIndex::Entry entry) {
  if (text.size() > RadixTree::kKeyMax) {
    return InvalidArgument("is longer than ", RadixTree::kKeyMax, " bytes");
  }
  host_.routes[entry.position].matched_prefix = text.size();
  WarnOfUnreachablePath(text, entry.position);
  const bool has_letters =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isalpha(c); });
  if (is_case_sensitive || !has_letters) {
    entry.key = text;
    entries_.push_back(entry);
    return absl::OkStatus();
  }
  entry.key = keys_.emplace_back(absl::AsciiStrToLower(text));
  folded_.push_back(entry);
  return absl::OkStatus();
}

void MatchIndexBuilder::WarnOfUnreachablePath(const std::string& text, uint32_t position) {
  if (text.find_first_of("?#") != std::string::npos) {
    host_.warnings.push_back(StrCat(Describe(position), ": never matches: its path '", text,
                                    "' has a '?' or '#', and paths are matched without their "
                                    "query"));
  } else if (!text.empty() && !text.starts_with('/') && text != "*") {
    host_.warnings.push_back(StrCat(Describe(position), ": never matches: its path '", text,
                                    "' does not start with '/'"));
  }
}

void MatchIndexBuilder::DropShadowed(Entries& entries) {
  const std::vector<Shadowed> shadowed = FindShadowed(entries);
  if (shadowed.empty()) return;
  for (const Shadowed& one : shadowed) {
    host_.warnings.push_back(StrCat(Describe(one.position), ": never matches: ", Describe(one.by),
                                    " comes first and takes all its requests"));
  }
  std::erase_if(entries, [&](const PathIndex::Entry& entry) {
    return std::binary_search(
        shadowed.begin(), shadowed.end(), Shadowed{entry.position, 0},
        [](const Shadowed& a, const Shadowed& b) { return a.position < b.position; });
  });
}

void MatchIndexBuilder::GroupRegexes() {
  // Sorted by key and position since DropShadowed().
  Entries grouped;
  grouped.reserve(entries_.size());
  for (size_t begin = 0; begin < entries_.size();) {
    size_t end = begin;
    std::vector<RegexSet::Entry> group;
    PathIndex::Entry first_of_group;
    for (; end < entries_.size() && entries_[end].key == entries_[begin].key; ++end) {
      const PathIndex::Entry& entry = entries_[end];
      if (!IsRegex(entry)) {
        grouped.push_back(entry);
        continue;
      }
      if (group.empty()) first_of_group = entry;
      group.push_back(std::move(regex_entries_[entry.check - VirtualHost::kRegexSets]));
    }
    if (!group.empty()) {
      first_of_group.check =
          VirtualHost::kRegexSets + static_cast<uint32_t>(host_.regex_sets.size());
      host_.regex_sets.emplace_back(std::move(group));
      grouped.push_back(first_of_group);
    }
    begin = end;
  }
  entries_ = std::move(grouped);
}

void MatchIndexBuilder::Finish() {
  DropShadowed(entries_);
  if (!regex_entries_.empty()) GroupRegexes();
  host_.paths = caches_.paths.Get(std::move(entries_), /*fold_case=*/false);
  host_.conditions.shrink_to_fit();
  host_.regex_sets.shrink_to_fit();
  if (folded_.empty()) return;
  DropShadowed(folded_);
  host_.folded_paths = caches_.paths.Get(std::move(folded_), /*fold_case=*/true);
}

std::string MatchIndexBuilder::Describe(uint32_t position) const {
  const std::string& name = host_.routes[position].name;
  return name.empty() ? StrCat("routes[", position, "]")
                      : StrCat("routes[", position, "] '", name, "'");
}

}  // namespace fairlead::route
