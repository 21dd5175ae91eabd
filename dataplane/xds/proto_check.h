#ifndef FAIRLEAD_DATAPLANE_XDS_PROTO_CHECK_H_
#define FAIRLEAD_DATAPLANE_XDS_PROTO_CHECK_H_

// One reflective walk over a configuration message, before anything is compiled from it:
//   - `validate.rules` (protoc-gen-validate) hold, through google.protobuf.Any as well;
//   - every field that is set, every enum value and every type in an Any is in the SupportTable;
//   - there are no fields that this build's API does not know.
// A fault names the resource, the field's path, the value found and what is allowed:
//
//     ProtoCheck check(table);
//     FL_RETURN_IF_ERROR(check.Check(listener, "listener 'a'"));
//     // listener 'a': filter_chains[0].filters[0].typed_config(HttpConnectionManager).tracing: is
//     // set but not supported by this proxy; see fairlead-proxy --supported
//
// Thread: one at a time (message types are prepared on first sight and kept); the table is only
// read. Owner: the configuration pipeline. Limits: 64 levels; the first faults only.
// Source: validate/validate.proto; google/protobuf/any.proto.

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "dataplane/xds/support_table.h"

namespace google::protobuf {
class Message;
}

namespace fairlead::xds {

class ProtoCheck {
 public:
  static constexpr int kDepthMax = 64;
  static constexpr size_t kFaultsMax = 4;

  // The table is borrowed and must not change while the check lives.
  explicit ProtoCheck(const SupportTable& table);
  ~ProtoCheck();

  // InvalidArgument with "<label>: <path>: <fault>" for up to `faults_max` faults, joined by "; ".
  absl::Status Check(const google::protobuf::Message& message, std::string_view label,
                     size_t faults_max = kFaultsMax);

 private:
  class Plans;
  class Walk;
  std::unique_ptr<Plans> plans_;
};

// Fails if the table names a message, field or enum value that the compiled-in protos lack. A
// message is only known if it is linked in.
absl::Status VerifyNames(const SupportTable& table);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_PROTO_CHECK_H_
