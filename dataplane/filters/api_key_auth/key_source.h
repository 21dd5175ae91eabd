#ifndef FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_KEY_SOURCE_H_
#define FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_KEY_SOURCE_H_

// One place of a request where a key may be: a header, a query parameter or a cookie.
//
// The first field, parameter or cookie of the name counts. "Bearer " before a header's value is
// left out; a parameter's name and value are percent-decoded ("+" stays); a cookie's quotes are
// taken off. Thread: any. Source: extensions.filters.http.api_key_auth.v3.KeySource.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "dataplane/codec/message.h"

namespace envoy::extensions::filters::http::api_key_auth::v3 {
class KeySource;
}

namespace fairlead::filters {

class KeySource {
 public:
  // The header takes precedence over the parameter, and that over the cookie, if several are set.
  static absl::StatusOr<KeySource> Compile(
      const envoy::extensions::filters::http::api_key_auth::v3::KeySource& proto);

  // Empty when there is none. The result refers to the request or to `buffer`.
  std::string_view Find(const codec::RequestHead& request, std::string& buffer) const;

 private:
  enum class Kind : uint8_t { kHeader, kQuery, kCookie };

  std::string_view FindHeader(const codec::RequestHead& request) const;
  std::string_view FindParameter(const codec::RequestHead& request, std::string& buffer) const;
  std::string_view FindCookie(const codec::RequestHead& request) const;

  Kind kind_ = Kind::kHeader;
  // Lower-case for a header.
  std::string name_;
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_KEY_SOURCE_H_
