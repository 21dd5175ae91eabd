#ifndef FAIRLEAD_DATAPLANE_ROUTE_URI_TEMPLATE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_URI_TEMPLATE_H_

// URI templates ("/users/{id}/files/**"), as regular expressions.
//
//     "/"-separated segments, each
//       a literal              itself
//       *                      one segment
//       **                     any number of segments, none too; no other wildcard may follow
//       {name}, {name=*}       a variable: one segment
//       {name=files/*}         a variable of several segments
//     A variable may have literals before and behind it in its segment ("v{n}.png"), a wildcard at
//     the end one behind it.
//
//     UriTemplateRegex("/a/{x}/**")             "/a/([...]+)/[.../]*"
//     UriTemplateSubstitution("/{x}", "/a/{x}") "/\\1"
//
// Thread: any. Limits: 5 variables with names of up to 16 characters. Source:
// extensions.path.match.uri_template.v3, extensions.path.rewrite.uri_template.v3.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fairlead::route {

inline constexpr int kUriTemplateVariablesMax = 5;

// The pattern that the whole path, without its query, must match.
absl::StatusOr<std::string> UriTemplateRegex(std::string_view uri_template);

// `rewrite` with a group's number for each variable of `uri_template`, which is a good one.
absl::StatusOr<std::string> UriTemplateSubstitution(std::string_view rewrite,
                                                    std::string_view uri_template);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_URI_TEMPLATE_H_
