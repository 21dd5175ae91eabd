#ifndef FAIRLEAD_DATAPLANE_ROUTE_TESTING_RANDOM_ROUTES_H_
#define FAIRLEAD_DATAPLANE_ROUTE_TESTING_RANDOM_ROUTES_H_

// Makes route configurations and requests of a source of choices: seeded numbers in the property
// test, the fuzzer's bytes in the fuzz target. The vocabulary is small, so that routes often
// overlap and requests often match.
//
// Thread: one at a time.

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "dataplane/route/testing/linear_match.h"
#include "envoy/config/route/v3/route.pb.h"
#include "xds/type/matcher/v3/matcher.pb.h"

namespace fairlead::route::testing {

class RandomRoutes {
 public:
  // `choose(n)` gives a number in [0, n). Each route of a configuration has a name of its own.
  explicit RandomRoutes(absl::FunctionRef<uint32_t(uint32_t n)> choose) : choose_(choose) {}

  envoy::config::route::v3::RouteConfiguration Config();
  PlainRequest Request();

 private:
  bool OneIn(uint32_t n) { return choose_(n) == 0; }
  template <size_t N>
  const char* OneOf(const char* const (&texts)[N]) {
    return texts[choose_(N)];
  }
  std::string Path();
  std::string RegexText();
  std::string UriTemplate();
  void FillMatch(envoy::config::route::v3::RouteMatch& match);
  void FillHeader(envoy::config::route::v3::HeaderMatcher& matcher);
  // Of envoy.type.matcher.v3 or xds.type.matcher.v3.
  template <typename StringMatcher>
  void FillText(StringMatcher& matcher);
  void FillRoute(envoy::config::route::v3::Route& route);
  // `depth`: how many levels may follow below.
  void FillTree(::xds::type::matcher::v3::Matcher& matcher, int depth);
  void FillPredicate(::xds::type::matcher::v3::Matcher::MatcherList::Predicate& predicate,
                     int depth);
  void FillInput(::xds::core::v3::TypedExtensionConfig& input);
  void FillOnMatch(::xds::type::matcher::v3::Matcher::OnMatch& on_match, int depth);

  absl::FunctionRef<uint32_t(uint32_t n)> choose_;
  int routes_ = 0;
};

}  // namespace fairlead::route::testing

#endif  // FAIRLEAD_DATAPLANE_ROUTE_TESTING_RANDOM_ROUTES_H_
