#ifndef FAIRLEAD_DATAPLANE_HTTP_PATH_RULES_H_
#define FAIRLEAD_DATAPLANE_HTTP_PATH_RULES_H_

// The normal form of a request's path, so that what is matched and judged is what is forwarded.
//
//     std::string path(...);
//     switch (NormalizePath(rules, path)) { kAsIs, kChanged, kRejected: 400, kRedirect: 307 to
//     `path` }
//
// In this order: escaped slashes (%2F, %5C) by their rule; then, with `normalize`, percent-encoded
// unreserved characters are decoded, characters that should be encoded are, "\" becomes "/", and
// dot segments are removed (RFC 3986 sections 5.2.4 and 6.2.2), also those with parameters
// ("..;a=b"); then, with `merge_slashes`, runs of "/" become one. The query is left alone. A NUL,
// encoded or not, is rejected when `normalize` is set. What is left is as Envoy leaves it, but for
// one thing: dots that were encoded and have parameters ("%2e%2e;") are dots here as well.
//
// Thread: any. Source: HttpConnectionManager.normalize_path, merge_slashes,
// path_with_escaped_slashes_action.

#include <string>

#include "dataplane/http/hcm_config.h"

namespace fairlead::http {

struct PathRules {
  bool normalize = false;
  bool merge_slashes = false;
  HcmConfig::EscapedSlashes escaped_slashes = HcmConfig::EscapedSlashes::kKeep;
};

enum class PathVerdict : uint8_t { kAsIs, kChanged, kRejected, kRedirect };

// `target` is path and query; it is changed in place.
PathVerdict NormalizePath(const PathRules& rules, std::string& target);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_PATH_RULES_H_
