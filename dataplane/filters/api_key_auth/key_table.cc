#include "dataplane/filters/api_key_auth/key_table.h"

#include "xxhash.h"

namespace fairlead::filters {
namespace {

// Looks at every byte, whatever it finds.
bool IsEqual(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace

uint64_t KeyTable::Hash(std::string_view key) const {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed_);
}

bool KeyTable::Add(std::string_view key, std::string_view client) {
  auto& entries = entries_[Hash(key)];
  for (const Entry& entry : entries) {
    if (entry.key == key) return false;
  }
  entries.push_back({std::string(key), std::string(client)});
  return true;
}

const std::string* KeyTable::FindClient(std::string_view candidate) const {
  const auto found = entries_.find(Hash(candidate));
  if (found == entries_.end()) return nullptr;
  for (const Entry& entry : found->second) {
    if (IsEqual(entry.key, candidate)) return &entry.client;
  }
  return nullptr;
}

}  // namespace fairlead::filters
