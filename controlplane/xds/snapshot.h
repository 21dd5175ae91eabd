#ifndef FAIRLEAD_CONTROLPLANE_XDS_SNAPSHOT_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SNAPSHOT_H_

// What the whole fleet should run: for each resource type a sorted map of encoded resources.
//
//     auto snapshot = std::make_shared<Snapshot>();          // or std::make_shared<Snapshot>(*old)
//     snapshot->Add(kClusterType, cluster.name(), cluster);
//     snapshot->revision = 7;
//     server.Publish(std::move(snapshot));                   // from here on nobody changes it
//
// A resource is encoded once, when it is added, for all streams and for both protocol variants.
// Versions are hashes of the content, so that equal content has equal versions on every replica and
// after every restart. A copy of a Snapshot shares the maps of the types that are not touched
// afterwards; the first change to a type copies that type's map (pointers, not content).
//
// Thread: built on one thread; any thread once published. Owner: shared_ptr<const Snapshot>.
// Limits: none of its own; what enters has been validated by the translation.
// Source: xDS protocol, "Resource versioning"; discovery.proto (field numbers of the wire form).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"

namespace google::protobuf {
class Message;
}

namespace fairlead::control::xds {

// One resource in the form in which it goes on the wire. Immutable and never copied.
struct EncodedResource {
  EncodedResource() = default;
  EncodedResource(const EncodedResource&) = delete;
  EncodedResource& operator=(const EncodedResource&) = delete;

  std::string name;
  // Hexadecimal hash of type_url and value.
  std::string version;
  std::string type_url;
  // The deterministically serialized message: the payload of the Any. Points into `wire`.
  std::string_view value;
  // For a Cluster of type EDS, the name under which a client will ask for its endpoints: a client
  // warms a new or changed cluster until it gets that resource again. Empty for all others.
  std::string eds_name;

  // The element of DeltaDiscoveryResponse.resources (field 2, a Resource) with tag and length. Its
  // last field is Resource.resource, which has the number 2 as well, so that the tail of the same
  // bytes is the element of DiscoveryResponse.resources (field 2, an Any).
  std::string wire;
  std::size_t sotw_offset = 0;

  std::string_view DeltaElement() const { return wire; }
  std::string_view SotwElement() const { return std::string_view(wire).substr(sotw_offset); }
};

// Equal messages give equal bytes: the entries of maps are in order.
std::string SerializeDeterministically(const google::protobuf::Message& message);

// Encodes `message` as the resource `name`; equal messages give equal bytes.
std::shared_ptr<const EncodedResource> EncodeResource(std::string_view type_url,
                                                      std::string_view name,
                                                      const google::protobuf::Message& message);

// All resources of one type, sorted by name. Immutable once its snapshot is published.
class TypeResources {
 public:
  // Keys point to the name inside the resource.
  using Map = absl::btree_map<std::string_view, std::shared_ptr<const EncodedResource>>;

  // Null when there is none of that name.
  const std::shared_ptr<const EncodedResource>* Find(std::string_view name) const;
  const Map& map() const { return map_; }
  // Hash over names and versions; the same for the same content in whatever order it was added.
  std::string version() const;
  // When this was made from a copy of `older` by few changes: the names that may differ, in any
  // order and perhaps more than once. Null: not known, compare the maps.
  const std::vector<std::string>* TouchedSince(const TypeResources& older) const;

 private:
  friend class Snapshot;
  static std::uint64_t NewId();
  static std::shared_ptr<TypeResources> DerivedFrom(const TypeResources& older);
  void Touch(std::string_view name);
  void Put(std::shared_ptr<const EncodedResource> resource);
  bool Erase(std::string_view name);

  Map map_;
  // Sum modulo 2^128 of the hashes of (name, version): a change costs one addition, not a walk.
  std::uint64_t hash_low_ = 0;
  std::uint64_t hash_high_ = 0;
  // Names one content of one map: another change, another id.
  std::uint64_t id_ = NewId();
  // The id of the map that this is a copy of, while `touched_` is all that differs; else 0.
  std::uint64_t origin_id_ = 0;
  std::vector<std::string> touched_;
};

class Snapshot {
 public:
  using Types = std::map<std::string, std::shared_ptr<const TypeResources>, std::less<>>;

  // Adds or replaces one resource. Encodes it; equal content keeps the resource that is there.
  void Add(std::string_view type_url, std::string_view name,
           const google::protobuf::Message& message);
  // The same for a message that is serialized already, and is no Cluster.
  void AddSerialized(std::string_view type_url, std::string_view name, std::string_view bytes);
  // Adds or replaces a resource that is encoded already, such as one of an older snapshot.
  void Add(std::shared_ptr<const EncodedResource> resource);
  // Says whether it was there.
  bool Remove(std::string_view type_url, std::string_view name);

  // Null when there is none of that name.
  const EncodedResource* Find(std::string_view type_url, std::string_view name) const;
  // Never null: an empty set for a type that has no resource.
  std::shared_ptr<const TypeResources> Type(std::string_view type_url) const;
  const Types& types() const { return types_; }
  // The version of the empty set when the type has no resource.
  std::string TypeVersion(std::string_view type_url) const { return Type(type_url)->version(); }

  // Takes over `older`'s maps of those types whose content is equal, so that "unchanged" is later
  // one comparison of pointers.
  void ShareEqualTypes(const Snapshot& older);

  // The number of the revision this was translated from.
  std::int64_t revision = 0;

 private:
  TypeResources& Mutable(std::string_view type_url);

  Types types_;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SNAPSHOT_H_
