#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_CONNECTION_OPTIONS_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_CONNECTION_OPTIONS_H_

// What a message's Connection fields say (RFC 9110 section 7.6.1): whether the connection stays,
// and which fields are meant for this hop only.
//
//     options.Add(value);                 // for each Connection field
//     options.RemoveNominated(headers);   // once all fields are in
//
// Fields that a peer could cut off to mislead the next hop are never removed, whatever Connection
// names: Host, framing, credentials, cookies, cache and content metadata, X-Forwarded-*, Forwarded,
// Via, X-Request-Id, X-Envoy-*, X-Fairlead-*. Such an option is ignored.
//
// Limits: 32 options besides close, keep-alive, upgrade and te, then the message is refused.
// Thread: worker. Lives on the stack of one parse.

#include <array>
#include <cstddef>
#include <string_view>

#include "dataplane/codec/header_map.h"
#include "dataplane/codec/http1/parse_error.h"

namespace fairlead::codec::http1 {

class ConnectionOptions {
 public:
  static constexpr size_t kNominatedMax = 32;

  // One field's value: a list of tokens. Lower-cases other fields' names in place.
  ParseError Add(char* value, size_t size);

  bool close() const { return close_; }
  bool keep_alive() const { return keep_alive_; }
  bool upgrade() const { return upgrade_; }

  void RemoveNominated(HeaderMap& headers) const;

 private:
  bool close_ = false;
  bool keep_alive_ = false;
  bool upgrade_ = false;
  size_t nominated_size_ = 0;
  // Left uninitialised beyond nominated_size_: nearly every message has none.
  std::array<const char*, kNominatedMax> names_;
  std::array<size_t, kNominatedMax> sizes_;
};

// Whether Connection may never take out this field.
bool IsProtectedField(HeaderId id, std::string_view name);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_CONNECTION_OPTIONS_H_
