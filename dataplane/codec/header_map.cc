#include "dataplane/codec/header_map.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fairlead::codec {

void HeaderMap::Add(std::string_view name, std::string_view value) {
  const HeaderId id = LookupHeaderId(name);
  if (id != HeaderId::kOther) return Add(id, value);
  AddBorrowed(id, Keep(name), Keep(value));
}

void HeaderMap::Add(HeaderId id, std::string_view value) {
  AddBorrowed(id, HeaderName(id), Keep(value));
}

void HeaderMap::Set(std::string_view name, std::string_view value) {
  const HeaderId id = LookupHeaderId(name);
  if (id != HeaderId::kOther) return Set(id, value);
  const auto has_name = [&](const Header& field) { return field.name == name; };
  const auto first = std::find_if(fields_.begin(), fields_.end(), has_name);
  if (first == fields_.end()) return AddBorrowed(HeaderId::kOther, Keep(name), Keep(value));
  first->value = Keep(value);
  bool seen = false;
  RemoveIf([&](const Header& field) { return has_name(field) && std::exchange(seen, true); });
}

void HeaderMap::Set(HeaderId id, std::string_view value) {
  const uint16_t at = first_[static_cast<size_t>(id)];
  if (at == 0) return Add(id, value);
  bool seen = false;
  RemoveIf([&](const Header& field) { return field.id == id && std::exchange(seen, true); });
  fields_[at - 1].value = Keep(value);
}

int HeaderMap::Remove(std::string_view name) {
  const HeaderId id = LookupHeaderId(name);
  if (id != HeaderId::kOther) return Remove(id);
  const size_t before = fields_.size();
  RemoveIf([&](const Header& field) { return field.name == name; });
  return static_cast<int>(before - fields_.size());
}

int HeaderMap::Remove(HeaderId id) {
  if (!Has(id)) return 0;
  const size_t before = fields_.size();
  RemoveIf([&](const Header& field) { return field.id == id; });
  return static_cast<int>(before - fields_.size());
}

std::string_view HeaderMap::Get(std::string_view name) const {
  const HeaderId id = LookupHeaderId(name);
  if (id != HeaderId::kOther) return Get(id);
  for (const Header& field : fields_) {
    if (field.id == HeaderId::kOther && field.name == name) return field.value;
  }
  return {};
}

std::string_view HeaderMap::GetAll(std::string_view name) {
  std::string_view first;
  std::string joined;
  for (const Header& field : fields_) {
    if (field.name != name) continue;
    if (first.data() == nullptr) {
      first = field.value;
      continue;
    }
    if (joined.empty()) joined = first;
    joined += ',';
    joined += field.value;
  }
  return joined.empty() ? first : Keep(joined);
}

void HeaderMap::Clear() {
  fields_.clear();
  first_.fill(0);
  arena_.Reset();
}

void HeaderMap::Reindex() {
  first_.fill(0);
  for (size_t i = fields_.size(); i-- > 0;) {
    if (fields_[i].id != HeaderId::kOther) {
      first_[static_cast<size_t>(fields_[i].id)] = static_cast<uint16_t>(i + 1);
    }
  }
}

}  // namespace fairlead::codec
