#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_PAGE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_PAGE_H_

// A page of the admin interface, and what it gets and gives.
//
//     AdminPage page{.path = "/memory", .help = "memory use", .handler = [](const AdminRequest&) {
//                      return AdminReply{.body = "...", .content_type = kJsonType}; }};
//
// Thread: main.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/codec/body.h"
#include "re2/re2.h"

namespace fairlead::server::admin {

inline constexpr std::string_view kTextType = "text/plain; charset=UTF-8";
inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kHtmlType = "text/html; charset=UTF-8";

struct AdminRequest {
  // Without the query.
  std::string path;
  // Names and values, percent-decoded, in the order of the query.
  std::vector<std::pair<std::string, std::string>> parameters;

  // The first of that name.
  std::optional<std::string_view> Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name).has_value(); }
};

struct AdminReply {
  uint16_t status = 200;
  std::string body;
  // A literal.
  std::string_view content_type = kTextType;
  // In place of `body`, when it is long: read piece by piece as the client takes it.
  std::unique_ptr<codec::BodyReader> stream = nullptr;
};

struct AdminPage {
  struct Parameter {
    std::string_view name;
    std::string_view help;
    // Of a page that changes something: those that the menu has buttons for; "": without a value.
    std::vector<std::string_view> values = {};
  };

  std::string_view path;
  // Answers POST only; other pages answer GET and HEAD.
  bool changes_state = false;
  // Answers GET too when there are no parameters: that changes nothing then.
  bool shows_too = false;
  std::string_view help;
  // Its parameters are names that it cannot know.
  bool takes_any_name = false;
  // Those it knows; any other in a query is an error.
  std::vector<Parameter> parameters;
  std::function<AdminReply(const AdminRequest&)> handler;
};

// Takes a request target apart. "%41" becomes "A"; a "%" that begins no such triple stays as it is,
// and so does "+", which is common in regular expressions (as Envoy).
AdminRequest ParseTarget(std::string_view target);

// The regular expression of a parameter; null when there is none of that name. The error is to be
// shown to who asked.
absl::StatusOr<std::unique_ptr<const re2::RE2>> RegexParameter(const AdminRequest& request,
                                                               std::string_view name);

// Names and texts of others for a format of lines: control characters become "_", so that none can
// pass for another line.
std::string OneLine(std::string_view text);

// 400 with "<reason>\n".
AdminReply BadRequest(std::string_view reason);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_PAGE_H_
