#ifndef FAIRLEAD_DATAPLANE_ROUTE_REQUEST_PATH_H_
#define FAIRLEAD_DATAPLANE_ROUTE_REQUEST_PATH_H_

// The parts of a request's path that routes look at, as Envoy cuts them. Thread: any.

#include <optional>
#include <string_view>

namespace fairlead::route {

// Up to a query or a fragment. (A fragment has no place in a request; one that gets here is never
// part of what is matched.)
inline std::string_view PathWithoutQuery(std::string_view path) {
  return path.substr(0, path.find_first_of("?#"));
}

// The first value of a query parameter, raw (not percent-decoded); a parameter without "=" is
// empty.
inline std::optional<std::string_view> QueryParameter(std::string_view path,
                                                      std::string_view name) {
  size_t at = path.find('?');
  while (at != std::string_view::npos && ++at < path.size()) {
    const size_t end = path.find('&', at);
    const std::string_view pair = path.substr(at, end == std::string_view::npos ? end : end - at);
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      return equals == std::string_view::npos ? std::string_view("") : pair.substr(equals + 1);
    }
    at = end;
  }
  return std::nullopt;
}

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_REQUEST_PATH_H_
