#include "dataplane/route/virtual_host.h"

#include <algorithm>

namespace fairlead::route {

const Route* VirtualHost::Match(PathCandidates& found, std::string_view path,
                                const codec::RequestHead& head, uint64_t random) const {
  if (tls_need != TlsNeed::kNone && NeedsTls(head)) return tls_redirect.get();
  if (tree != nullptr) {
    const uint32_t list = tree->Find(head);
    if (list == MatchTree::kNone) return nullptr;
    PathCandidates in_list;
    lists[list]->paths->Find(path, in_list);
    return lists[list]->Match(in_list, path, head, random);
  }
  if (folded_paths != nullptr) folded_paths->Find(path, found);
  uint32_t first = found.first;
  if (!found.conditional.empty()) first = MatchConditional(first, found, path, head, random);
  return first == kNoPosition ? nullptr : &routes[first];
}

// By what the client used, if a proxy before this one has said so.
bool VirtualHost::NeedsTls(const codec::RequestHead& head) const {
  std::string_view scheme = head.headers.Get(codec::HeaderId::kXForwardedProto);
  if (scheme.empty()) scheme = head.scheme;
  if (scheme == "https") return false;
  return tls_need == TlsNeed::kAll || head.headers.Get(codec::HeaderId::kXEnvoyInternal) != "true";
}

// Checks only what stands before the best route known so far.
uint32_t VirtualHost::MatchConditional(uint32_t first, const PathCandidates& found,
                                       std::string_view path, const codec::RequestHead& head,
                                       uint64_t random) const {
  const auto holds = [&](uint32_t check) { return conditions[check].Holds(head, random); };
  for (const ConditionalRoutes& list : found.conditional) {
    for (const ConditionalRoute* route = list.begin; route != list.end; ++route) {
      if (route->position >= first) break;
      if (!list.Applies(route->kind)) continue;
      if (route->check >= kRegexSets) {
        const RegexSet& regexes = regex_sets[route->check - kRegexSets];
        first = std::min(first, regexes.FirstMatch(path, first, holds));
      } else if (holds(route->check)) {
        first = route->position;
      }
    }
  }
  return first;
}

}  // namespace fairlead::route
