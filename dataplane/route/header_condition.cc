#include "dataplane/route/header_condition.h"

#include <memory>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/route/compile_matchers.h"

namespace fairlead::route {

absl::StatusOr<std::function<bool(const codec::RequestHead&)>> CompileHeaderCondition(
    const envoy::config::route::v3::HeaderMatcher& proto) {
  RegexCache regexes;
  FL_ASSIGN_OR_RETURN(HeaderMatch match, CompileHeaderMatch(proto, regexes));
  return [match = std::move(match)](const codec::RequestHead& request) {
    return match.Matches(request);
  };
}

}  // namespace fairlead::route
