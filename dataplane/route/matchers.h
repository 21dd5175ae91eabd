#ifndef FAIRLEAD_DATAPLANE_ROUTE_MATCHERS_H_
#define FAIRLEAD_DATAPLANE_ROUTE_MATCHERS_H_

// What a route asks of a request besides its path: headers, query parameters, and its share of the
// traffic.
//
// Thread: any; immutable once compiled. Source: config.route.v3.RouteMatch, HeaderMatcher,
// QueryParameterMatcher, core.v3.RuntimeFractionalPercent.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/codec/message.h"
#include "dataplane/route/string_match.h"
#include "dataplane/runtime/runtime_key.h"

namespace fairlead::route {

struct HeaderMatch {
  enum class Kind : uint8_t { kPresent, kText, kRange };

  bool Matches(const codec::RequestHead& head) const;

  // Lower-case; pseudo-headers too (request_field.h).
  std::string name;
  Kind kind = Kind::kPresent;
  // kPresent: whether the header must be there or must not.
  bool is_present = true;
  bool is_inverted = false;
  // Otherwise a request without the header does not match, inverted or not.
  bool treats_missing_as_empty = false;
  // kText.
  StringMatch text;
  // kRange: [range_begin, range_end) of a decimal number.
  int64_t range_begin = 0;
  int64_t range_end = 0;

 private:
  // kText and kRange, before inversion.
  bool MatchesValue(std::string_view value) const;
};

// Compares raw text: nothing is percent-decoded. Only the first parameter of a name counts.
struct QueryMatch {
  bool Matches(std::string_view path) const;

  std::string name;
  // Without a text, whether the parameter must be there or must not.
  bool is_present = true;
  std::optional<StringMatch> text;
};

struct RouteCondition {
  // `random` is compared with the route's share.
  bool Holds(const codec::RequestHead& head, uint64_t random) const;
  bool empty() const { return headers.empty() && query.empty() && !has_share && !wants_grpc; }

  std::vector<HeaderMatch> headers;
  std::vector<QueryMatch> query;
  // The route takes a share of the requests, which may be changed while the proxy runs.
  bool has_share = false;
  runtime::Fraction share;
  runtime::RuntimeKey share_key;
  // Content-Type is that of gRPC (RouteMatch.grpc).
  bool wants_grpc = false;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_MATCHERS_H_
