#ifndef FAIRLEAD_DATAPLANE_ROUTE_MATCH_INDEX_BUILDER_H_
#define FAIRLEAD_DATAPLANE_ROUTE_MATCH_INDEX_BUILDER_H_

// Collects what the routes of a virtual host match and makes its indexes of it.
//
//     MatchIndexBuilder builder(host, caches);
//     FL_RETURN_IF_ERROR(builder.Add(position, proto.match()));   // in the list's order
//     builder.Finish();                                           // fills the host's indexes
//
// Each route becomes an entry of a path index: a regex under the literal text that all it matches
// starts with. Routes that cannot be reached become warnings of the host.
//
// Thread: configuration; lives as long as the compilation of one virtual host. The protos outlive
// it.

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dataplane/route/path_index.h"
#include "dataplane/route/regex.h"
#include "dataplane/route/virtual_host.h"

namespace envoy::config::route::v3 {
class RouteMatch;
}

namespace fairlead::runtime {
class Runtime;
}

namespace fairlead::route {

// Lets what is equal in several virtual hosts of one compilation be shared.
struct CompileCaches {
  RegexCache regexes;
  PathIndexCache paths;
  // Null: keys have no value.
  runtime::Runtime* runtime = nullptr;
};

class MatchIndexBuilder {
 public:
  MatchIndexBuilder(VirtualHost& host, CompileCaches& caches) : host_(host), caches_(caches) {}

  // The host's route at `position` is there already; its matched_prefix is set here.
  absl::Status Add(uint32_t position, const envoy::config::route::v3::RouteMatch& proto);
  void Finish();

 private:
  using Entries = std::vector<PathIndex::Entry>;

  absl::Status AddPath(const envoy::config::route::v3::RouteMatch& proto, PathIndex::Entry entry);
  absl::Status AddRegex(const std::string& pattern, PathIndex::Entry entry);
  absl::Status AddText(const std::string& text, bool is_case_sensitive, PathIndex::Entry entry);
  void WarnOfUnreachablePath(const std::string& text, uint32_t position);
  // Takes out what cannot be reached.
  void DropShadowed(Entries& entries);
  // Makes one entry of the regexes of each key.
  void GroupRegexes();
  std::string Describe(uint32_t position) const;

  VirtualHost& host_;
  CompileCaches& caches_;
  Entries entries_;
  // Those that ignore case.
  Entries folded_;
  // A regex entry's check is kRegexSets plus an index of this, until they are grouped.
  std::vector<RegexSet::Entry> regex_entries_;
  // Keys that are not in the protos.
  std::deque<std::string> keys_;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_MATCH_INDEX_BUILDER_H_
