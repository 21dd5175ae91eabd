#ifndef FAIRLEAD_DATAPLANE_ROUTE_SHADOWING_H_
#define FAIRLEAD_DATAPLANE_ROUTE_SHADOWING_H_

// Finds the routes of a list that no request can reach, because a route before them always matches
// what they match. They are left out of the index, and reported.
//
// Not every unreachable route is found: conditions are not compared with each other, nor regexes,
// nor paths that ignore case with paths that do not. Thread: any.

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/route/path_index.h"

namespace fairlead::route {

struct Shadowed {
  uint32_t position = 0;
  // The route that takes its requests.
  uint32_t by = 0;
};

// The unreachable among `entries`, by position. Sorts `entries` by key.
std::vector<Shadowed> FindShadowed(std::span<PathIndex::Entry> entries);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_SHADOWING_H_
