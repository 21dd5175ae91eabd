#ifndef FAIRLEAD_DATAPLANE_ROUTE_MATCH_TREE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_MATCH_TREE_H_

// A matcher tree: which list of routes a request is to be held against, by its fields.
//
//     uint32_t list = tree.Find(head);      // kNone: nothing matched
//
// A node is a list of predicates, the first that holds decides; or a map from a value, or the
// longest prefix of it, to what follows. What follows is a list of routes, or another node. Where a
// node below finds nothing, the search goes on in the node above as if it had not matched. A map
// is one look-up, or one walk of a radix tree, whatever its size.
//
// Thread: any; immutable once compiled. Limits: as deep as ProtoCheck allows. Source:
// xds.type.matcher.v3.Matcher, type.matcher.v3.HttpRequestHeaderMatchInput (the only input that
// Envoy's route tables take).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/strings.h"
#include "dataplane/codec/message.h"
#include "dataplane/route/radix_tree.h"
#include "dataplane/route/string_match.h"

namespace fairlead::route {

struct MatchPredicate {
  enum class Kind : uint8_t { kText, kAnd, kOr, kNot };

  bool Holds(const codec::RequestHead& head) const;

  Kind kind = Kind::kText;
  // kText. A field that the request does not have does not match.
  std::string field;
  StringMatch text;
  // Of the others; kNot has one.
  std::vector<MatchPredicate> parts;
};

struct MatchTree {
  static constexpr uint32_t kNone = 0xffffffff;

  // Either a node or the number of a list of routes.
  struct Next {
    uint32_t Find(const codec::RequestHead& head) const {
      return tree == nullptr ? list : tree->Find(head);
    }
    std::unique_ptr<const MatchTree> tree;
    uint32_t list = kNone;
  };
  struct Case {
    MatchPredicate predicate;
    Next next;
  };
  enum class Kind : uint8_t { kList, kExactMap, kPrefixMap };

  uint32_t Find(const codec::RequestHead& head) const;

  Kind kind = Kind::kList;
  std::vector<Case> cases;
  // Of the maps; the values are indexes of `targets`.
  std::string field;
  StringMap<uint32_t> exact;
  RadixTree prefixes;
  std::vector<Next> targets;
  // When nothing above matches; may be nothing itself.
  Next otherwise;

 private:
  uint32_t FindInMap(const codec::RequestHead& head) const;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_MATCH_TREE_H_
