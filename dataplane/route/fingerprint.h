#ifndef FAIRLEAD_DATAPLANE_ROUTE_FINGERPRINT_H_
#define FAIRLEAD_DATAPLANE_ROUTE_FINGERPRINT_H_

// Tells whether a configuration message is the one seen before, without keeping it: 128 bits of
// XXH3 over its deterministic serialization, with a seed of this process, so that nobody can
// prepare two messages that count as one.
//
// Thread: any, one at a time for a Fingerprinter.

#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace fairlead::route {

struct Fingerprint {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

// Keeps its buffer from one message to the next.
class Fingerprinter {
 public:
  Fingerprint Of(const google::protobuf::Message& message);
  static Fingerprint Of(std::string_view bytes);

 private:
  std::string bytes_;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_FINGERPRINT_H_
