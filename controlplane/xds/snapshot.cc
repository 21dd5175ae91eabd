#include "controlplane/xds/snapshot.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controlplane/xds/type_table.h"
#include "controlplane/xds/wire.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "xxhash.h"

namespace fairlead::control::xds {
namespace {

constexpr std::size_t kTouchedMin = 64;

std::string Hex(std::uint64_t high, std::uint64_t low) {
  return absl::StrCat(absl::Hex(high, absl::kZeroPad16), absl::Hex(low, absl::kZeroPad16));
}

std::string EdsNameOf(const google::protobuf::Message& message) {
  const auto* cluster =
      google::protobuf::DynamicCastToGenerated<envoy::config::cluster::v3::Cluster>(&message);
  if (cluster == nullptr || cluster->type() != envoy::config::cluster::v3::Cluster::EDS) return "";
  const std::string& service_name = cluster->eds_cluster_config().service_name();
  return service_name.empty() ? cluster->name() : service_name;
}

XXH128_hash_t EntryHash(const EncodedResource& resource) {
  return XXH3_128bits_withSeed(resource.name.data(), resource.name.size(),
                               XXH3_64bits(resource.version.data(), resource.version.size()));
}

std::shared_ptr<const EncodedResource> Encode(std::string_view type_url, std::string_view name,
                                              std::string eds_name, std::string_view bytes) {
  using internal::AppendField;
  using internal::AppendFieldHead;
  using internal::FieldSize;
  auto resource = std::make_shared<EncodedResource>();
  resource->name = name;
  resource->type_url = type_url;
  resource->eds_name = std::move(eds_name);
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(),
                                                   XXH3_64bits(type_url.data(), type_url.size()));
  resource->version = Hex(hash.high64, hash.low64);

  // Resource {version = 1, name = 3, resource = 2: Any {type_url = 1, value = 2}}; the Any is last.
  const std::size_t any_size =
      FieldSize(type_url.size()) + (bytes.empty() ? 0 : FieldSize(bytes.size()));
  const std::size_t resource_size =
      FieldSize(resource->version.size()) + FieldSize(name.size()) + FieldSize(any_size);
  std::string& wire = resource->wire;
  wire.reserve(FieldSize(resource_size));
  AppendFieldHead(wire, 2, resource_size);
  AppendField(wire, 1, resource->version);
  AppendField(wire, 3, name);
  resource->sotw_offset = wire.size();
  AppendFieldHead(wire, 2, any_size);
  AppendField(wire, 1, type_url);
  if (!bytes.empty()) AppendField(wire, 2, bytes);
  resource->value = std::string_view(wire).substr(wire.size() - bytes.size());
  return resource;
}

}  // namespace

// Without the option, the order of map fields would differ from process to process and a version
// would change where nothing did.
std::string SerializeDeterministically(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::shared_ptr<const EncodedResource> EncodeResource(std::string_view type_url,
                                                      std::string_view name,
                                                      const google::protobuf::Message& message) {
  return Encode(type_url, name, EdsNameOf(message), SerializeDeterministically(message));
}

const std::shared_ptr<const EncodedResource>* TypeResources::Find(std::string_view name) const {
  const auto found = map_.find(name);
  return found == map_.end() ? nullptr : &found->second;
}

std::string TypeResources::version() const { return Hex(hash_high_, hash_low_); }

const std::vector<std::string>* TypeResources::TouchedSince(const TypeResources& older) const {
  return origin_id_ == older.id_ ? &touched_ : nullptr;
}

std::uint64_t TypeResources::NewId() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::shared_ptr<TypeResources> TypeResources::DerivedFrom(const TypeResources& older) {
  auto derived = std::make_shared<TypeResources>(older);
  derived->id_ = NewId();
  derived->origin_id_ = older.id_;
  derived->touched_.clear();
  return derived;
}

void TypeResources::Touch(std::string_view name) {
  id_ = NewId();
  if (origin_id_ == 0) return;
  // With so many, comparing the maps is cheaper than looking each name up.
  if (touched_.size() >= kTouchedMin + map_.size() / 8) {
    origin_id_ = 0;
    touched_ = {};
    return;
  }
  touched_.emplace_back(name);
}

void TypeResources::Put(std::shared_ptr<const EncodedResource> resource) {
  if (!Erase(resource->name)) Touch(resource->name);
  const XXH128_hash_t hash = EntryHash(*resource);
  hash_low_ += hash.low64;
  hash_high_ += hash.high64 + (hash_low_ < hash.low64 ? 1 : 0);
  const std::string_view name = resource->name;
  map_.emplace(name, std::move(resource));
}

bool TypeResources::Erase(std::string_view name) {
  const auto found = map_.find(name);
  if (found == map_.end()) return false;
  Touch(name);
  const XXH128_hash_t hash = EntryHash(*found->second);
  hash_high_ -= hash.high64 + (hash_low_ < hash.low64 ? 1 : 0);
  hash_low_ -= hash.low64;
  map_.erase(found);
  return true;
}

void Snapshot::Add(std::string_view type_url, std::string_view name,
                   const google::protobuf::Message& message) {
  Add(EncodeResource(type_url, name, message));
}

void Snapshot::AddSerialized(std::string_view type_url, std::string_view name,
                             std::string_view bytes) {
  Add(Encode(type_url, name, /*eds_name=*/"", bytes));
}

void Snapshot::Add(std::shared_ptr<const EncodedResource> resource) {
  const EncodedResource* present = Find(resource->type_url, resource->name);
  if (present != nullptr && present->version == resource->version) return;
  Mutable(resource->type_url).Put(std::move(resource));
}

bool Snapshot::Remove(std::string_view type_url, std::string_view name) {
  if (Find(type_url, name) == nullptr) return false;
  return Mutable(type_url).Erase(name);
}

const EncodedResource* Snapshot::Find(std::string_view type_url, std::string_view name) const {
  const auto type = types_.find(type_url);
  if (type == types_.end()) return nullptr;
  const auto* found = type->second->Find(name);
  return found == nullptr ? nullptr : found->get();
}

std::shared_ptr<const TypeResources> Snapshot::Type(std::string_view type_url) const {
  static const auto* const empty =
      new std::shared_ptr<const TypeResources>(std::make_shared<TypeResources>());
  const auto type = types_.find(type_url);
  return type == types_.end() ? *empty : type->second;
}

void Snapshot::ShareEqualTypes(const Snapshot& older) {
  for (auto& [type_url, resources] : types_) {
    const std::shared_ptr<const TypeResources> old = older.Type(type_url);
    if (old->map().size() == resources->map().size() && old->version() == resources->version()) {
      resources = old;
    }
  }
}

TypeResources& Snapshot::Mutable(std::string_view type_url) {
  std::shared_ptr<const TypeResources>& type = types_[std::string(type_url)];
  // Whoever else holds the map may be a published snapshot, so it is copied; the only holder may
  // change it in place. A copy of `this` is made on this thread, so the count cannot grow
  // meanwhile.
  if (type == nullptr) {
    type = std::make_shared<TypeResources>();
  } else if (type.use_count() != 1) {
    type = TypeResources::DerivedFrom(*type);
  }
  return const_cast<TypeResources&>(*type);
}

}  // namespace fairlead::control::xds
