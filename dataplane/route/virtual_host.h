#ifndef FAIRLEAD_DATAPLANE_ROUTE_VIRTUAL_HOST_H_
#define FAIRLEAD_DATAPLANE_ROUTE_VIRTUAL_HOST_H_

// A compiled virtual host: its routes in their order, and what finds the first that matches.
//
// Immutable; shared by the route tables of successive configurations as long as it does not change.
// Thread: any. Source: config.route.v3.VirtualHost.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/codec/message.h"
#include "dataplane/route/fingerprint.h"
#include "dataplane/route/match_tree.h"
#include "dataplane/route/matchers.h"
#include "dataplane/route/path_index.h"
#include "dataplane/route/regex_set.h"
#include "dataplane/route/route.h"

namespace fairlead::route {

struct VirtualHost {
  // The first route that matches; null if none does. `path` is that of `head` as far as routes
  // match it; `found` is what `paths` finds for it.
  const Route* Match(PathCandidates& found, std::string_view path, const codec::RequestHead& head,
                     uint64_t random) const;
  // Whether a match takes more than a look at `paths`.
  bool is_special() const {
    return folded_paths != nullptr || tls_need != TlsNeed::kNone || tree != nullptr;
  }

  // Who is sent to https instead of being served (VirtualHost.require_tls).
  enum class TlsNeed : uint8_t { kNone, kExternal, kAll };

  // Shared with the lists of a matcher.
  std::shared_ptr<const HostLevel> level;
  // Of the message it was compiled from.
  Fingerprint fingerprint;
  Fingerprint domains;
  // False when something beside the message went into it (a file).
  bool is_reusable = true;
  std::vector<Route> routes;
  std::shared_ptr<const PathIndex> paths;
  // Routes with case_sensitive: false; null when there are none.
  std::shared_ptr<const PathIndex> folded_paths;
  // What a ConditionalRoute's `check` means: an index of `conditions`, or, from kRegexSets up, of
  // `regex_sets`.
  static constexpr uint32_t kRegexSets = 0x80000000;
  std::vector<RouteCondition> conditions;
  std::vector<RegexSet> regex_sets;
  TlsNeed tls_need = TlsNeed::kNone;
  // The answer to those; null when there are none.
  std::unique_ptr<const Route> tls_redirect;
  // What chooses one of `lists`, each a list of routes of its own, instead of `routes` (matcher);
  // null when there is none.
  std::unique_ptr<const MatchTree> tree;
  std::vector<std::unique_ptr<const VirtualHost>> lists;
  // The filters that have settings in it or in its routes, each once; usually none.
  std::vector<std::string> override_names;
  // What there is to say about it, for people.
  std::vector<std::string> warnings;

 private:
  uint32_t MatchConditional(uint32_t first, const PathCandidates& found, std::string_view path,
                            const codec::RequestHead& head, uint64_t random) const;
  bool NeedsTls(const codec::RequestHead& head) const;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_VIRTUAL_HOST_H_
