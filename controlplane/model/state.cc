#include "controlplane/model/state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "xxhash.h"

namespace fairlead::control::model {
namespace {

bool NameLess(const EntryPtr& entry, absl::string_view name) { return entry->key.name < name; }

}  // namespace

std::string SerializeResource(const fairlead::v1::Resource& resource) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  {
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    resource.SerializeToCodedStream(&out);
  }
  return bytes;
}

std::string EtagOf(absl::string_view serialized) {
  XXH128_hash_t hash = XXH3_128bits(serialized.data(), serialized.size());
  return absl::StrFormat("%016x%016x", hash.high64, hash.low64);
}

EntryPtr MakeEntry(fairlead::v1::Resource resource, int64_t revision) {
  auto entry = std::make_shared<StateEntry>();
  entry->key = KeyOf(resource);
  entry->etag = EtagOf(SerializeResource(resource));
  entry->revision = revision;
  entry->resource = std::move(resource);
  return entry;
}

State::State(std::vector<EntryPtr> entries, int64_t revision) : revision_(revision) {
  for (EntryPtr& entry : entries) kinds_[Index(entry->key.kind)].push_back(std::move(entry));
  for (auto& kind : kinds_) {
    std::sort(kind.begin(), kind.end(),
              [](const EntryPtr& a, const EntryPtr& b) { return a->key.name < b->key.name; });
  }
}

EntryPtr State::Find(const ResourceKey& key) const {
  const std::vector<EntryPtr>& kind = kinds_[Index(key.kind)];
  auto it = std::lower_bound(kind.begin(), kind.end(), key.name, NameLess);
  return it != kind.end() && (*it)->key.name == key.name ? *it : nullptr;
}

size_t State::size() const {
  size_t size = 0;
  for (const auto& kind : kinds_) size += kind.size();
  return size;
}

State State::With(absl::Span<const Change> changes, int64_t revision) const {
  State next;
  next.revision_ = revision;
  std::array<std::vector<const Change*>, kAllKinds.size()> by_kind;
  for (const Change& change : changes) by_kind[Index(change.key.kind)].push_back(&change);
  for (size_t i = 0; i < by_kind.size(); ++i) {
    std::sort(by_kind[i].begin(), by_kind[i].end(),
              [](const Change* a, const Change* b) { return a->key.name < b->key.name; });
    // Merge the sorted changes into the sorted entries.
    auto change = by_kind[i].begin();
    next.kinds_[i].reserve(kinds_[i].size() + by_kind[i].size());
    for (const EntryPtr& entry : kinds_[i]) {
      for (; change != by_kind[i].end() && (*change)->key.name < entry->key.name; ++change) {
        if ((*change)->after != nullptr) next.kinds_[i].push_back((*change)->after);
      }
      if (change != by_kind[i].end() && (*change)->key.name == entry->key.name) continue;
      next.kinds_[i].push_back(entry);
    }
    for (; change != by_kind[i].end(); ++change) {
      if ((*change)->after != nullptr) next.kinds_[i].push_back((*change)->after);
    }
  }
  return next;
}

std::vector<Change> ChangesBetween(const State& from, const State& to) {
  std::vector<Change> changes;
  for (Kind kind : kAllKinds) {
    const auto& before = from.All(kind);
    const auto& after = to.All(kind);
    auto b = before.begin();
    auto a = after.begin();
    while (b != before.end() || a != after.end()) {
      if (a == after.end() || (b != before.end() && (*b)->key.name < (*a)->key.name)) {
        changes.push_back({(*b)->key, *b, nullptr});
        ++b;
      } else if (b == before.end() || (*a)->key.name < (*b)->key.name) {
        changes.push_back({(*a)->key, nullptr, *a});
        ++a;
      } else {
        if ((*b)->etag != (*a)->etag) changes.push_back({(*a)->key, *b, *a});
        ++b;
        ++a;
      }
    }
  }
  return changes;
}

}  // namespace fairlead::control::model
