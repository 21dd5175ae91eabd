#ifndef FAIRLEAD_DATAPLANE_OBSERVE_METADATA_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_METADATA_H_

// The metadata of a resource (a route, a cluster, an endpoint ...), kept for the log that asks for
// it.
//
//     std::shared_ptr<const Metadata> metadata = Metadata::Make(proto.metadata());
//     const google::protobuf::Value* value = metadata->Find(path);    // {"com.acme", "team"}
//     AppendValueJson(*value, line);
//
// Immutable. Thread: any. Owner: what was compiled from the resource.
// Source: config.core.v3.Metadata.filter_metadata; nothing here reads the typed ones.

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace envoy::config::core::v3 {
class Metadata;
}
namespace google::protobuf {
class Struct;
class Value;
}  // namespace google::protobuf

namespace fairlead::observe {

class Metadata {
 public:
  // Null when it has none.
  static std::shared_ptr<const Metadata> Make(const envoy::config::core::v3::Metadata& proto);
  explicit Metadata(std::unique_ptr<const google::protobuf::Struct> namespaces);
  ~Metadata();

  // What stands at `path`, whose first part is a namespace; null: nothing.
  const google::protobuf::Value* Find(std::span<const std::string> path) const;

  friend bool operator==(const Metadata& a, const Metadata& b) { return a.bytes_ == b.bytes_; }

 private:
  const std::unique_ptr<const google::protobuf::Struct> namespaces_;
  // To compare by.
  const std::string bytes_;
};

// Equal contents, or none on both sides.
bool AreEqual(const std::shared_ptr<const Metadata>& a, const std::shared_ptr<const Metadata>& b);

// As JSON, the members of objects sorted by their names.
void AppendValueJson(const google::protobuf::Value& value, std::string& out);
// The same for a number: 5, 1.5; what is no number of JSON's is null.
void AppendJsonNumber(double number, std::string& out);

// Who knows what an exchange's cluster and endpoint say of themselves: the router, while it has
// them.
class UpstreamFacts {
 public:
  virtual ~UpstreamFacts() = default;
  // What statistics call the cluster.
  virtual std::string_view ClusterStatName() const = 0;
  // Null: none.
  virtual const Metadata* ClusterMetadata() const = 0;
  virtual const Metadata* HostMetadata() const = 0;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_METADATA_H_
