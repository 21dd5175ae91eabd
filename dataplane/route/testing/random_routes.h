#ifndef FAIRLEAD_DATAPLANE_ROUTE_TESTING_RANDOM_ROUTES_H_
#define FAIRLEAD_DATAPLANE_ROUTE_TESTING_RANDOM_ROUTES_H_

// Makes route configurations and requests of a source of choices: seeded numbers in the property
// test, the fuzzer's bytes in the fuzz target. The vocabulary is small, so that routes often
// overlap and requests often match.
//
// Thread: one at a time.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "dataplane/route/testing/linear_match.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::route::testing {

class RandomRoutes {
 public:
  // `choose(n)` gives a number in [0, n).
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
  void FillText(envoy::type::matcher::v3::StringMatcher& matcher);

  absl::FunctionRef<uint32_t(uint32_t n)> choose_;
};

}  // namespace fairlead::route::testing

#endif  // FAIRLEAD_DATAPLANE_ROUTE_TESTING_RANDOM_ROUTES_H_
