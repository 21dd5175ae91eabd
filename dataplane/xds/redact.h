#ifndef FAIRLEAD_DATAPLANE_XDS_REDACT_H_
#define FAIRLEAD_DATAPLANE_XDS_REDACT_H_

// Replaces what the API marks as sensitive (udpa.annotations.sensitive: keys, passwords, tokens) by
// "[redacted]", in the message, below it, and in every google.protobuf.Any of a known type. For
// configuration dumps. Thread: any. Limit: 64 levels; what is deeper is cleared.

namespace google::protobuf {
class Message;
}

namespace fairlead::xds {

void Redact(google::protobuf::Message& message);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_REDACT_H_
