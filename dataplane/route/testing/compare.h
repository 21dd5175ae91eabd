#ifndef FAIRLEAD_DATAPLANE_ROUTE_TESTING_COMPARE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_TESTING_COMPARE_H_

// Compiles a random configuration and holds its matches against the linear scan. Thread: one at a
// time.

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "dataplane/codec/message.h"
#include "dataplane/route/route_table.h"
#include "dataplane/route/testing/linear_match.h"

namespace fairlead::route::testing {

// Fills `head` from `request`, whose texts it refers to.
void FillHead(const PlainRequest& request, codec::RequestHead& head);

// One configuration and `requests` requests of it. Returns what went wrong, or nothing.
std::string CompareWithLinear(absl::FunctionRef<uint32_t(uint32_t n)> choose, int requests);

}  // namespace fairlead::route::testing

#endif  // FAIRLEAD_DATAPLANE_ROUTE_TESTING_COMPARE_H_
