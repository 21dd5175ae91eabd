#include "dataplane/route/match_tree.h"

#include <algorithm>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "dataplane/route/request_field.h"

namespace fairlead::route {

namespace {

// Nothing if the request does not have the field; several of a name are joined with ",". `text` may
// hold the value.
std::optional<std::string_view> FieldValue(std::string_view name, const codec::RequestHead& head,
                                           std::string& text) {
  const RequestField::Values values = RequestField(name).FindAll(head, text);
  if (values.empty()) return std::nullopt;
  if (values.size() == 1) return values[0];
  std::string joined(values[0]);
  for (size_t i = 1; i < values.size(); ++i) StrAppend(&joined, ",", values[i]);
  text = std::move(joined);
  return text;
}

}  // namespace

bool MatchPredicate::Holds(const codec::RequestHead& head) const {
  const auto holds = [&](const MatchPredicate& part) { return part.Holds(head); };
  switch (kind) {
    case Kind::kText: {
      std::string memory;
      const auto value = FieldValue(field, head, memory);
      return value.has_value() && text.Matches(*value);
    }
    case Kind::kAnd:
      return std::all_of(parts.begin(), parts.end(), holds);
    case Kind::kOr:
      return std::any_of(parts.begin(), parts.end(), holds);
    case Kind::kNot:
      return !parts[0].Holds(head);
  }
  return false;
}

uint32_t MatchTree::Find(const codec::RequestHead& head) const {
  uint32_t found = kNone;
  if (kind == Kind::kList) {
    for (const Case& one : cases) {
      if (one.predicate.Holds(head)) found = one.next.Find(head);
      if (found != kNone) return found;
    }
  } else {
    found = FindInMap(head);
  }
  return found != kNone ? found : otherwise.Find(head);
}

uint32_t MatchTree::FindInMap(const codec::RequestHead& head) const {
  std::string memory;
  const auto value = FieldValue(field, head, memory);
  if (!value.has_value()) return kNone;
  if (kind == Kind::kExactMap) {
    const auto entry = exact.find(*value);
    return entry == exact.end() ? kNone : targets[entry->second].Find(head);
  }
  absl::InlinedVector<uint32_t, 8> found;
  prefixes.Walk<false>(*value, [&](uint32_t target, size_t) { found.push_back(target); });
  // From the longest to the shortest.
  for (auto target = found.rbegin(); target != found.rend(); ++target) {
    const uint32_t list = targets[*target].Find(head);
    if (list != kNone) return list;
  }
  return kNone;
}

}  // namespace fairlead::route
