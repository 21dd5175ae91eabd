#ifndef FAIRLEAD_DATAPLANE_CODEC_HEADER_MAP_H_
#define FAIRLEAD_DATAPLANE_CODEC_HEADER_MAP_H_

// The fields of one message: an array of (id, name, value) over bytes that the map does not own, in
// the order of the wire with duplicates kept, and an arena for what is added.
//
//     headers.AddBorrowed(id, name, value);     // a codec: the bytes live in the message's head
//                                               // block
//     headers.Get(HeaderId::kContentType);      // an array access
//     headers.Set("x-team", "blue");            // copied into the arena
//
// Names are lower-case. A name the program knows has an id (header_names.h); looking such a name up
// costs an array access, and any other a scan. Pseudo-headers and Host are not fields here: they
// are members of the heads (message.h). One map serves one message after another: Clear() keeps its
// memory, so that a warm connection allocates nothing.
//
// Thread: worker. Owned by the message head.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dataplane/base/arena.h"
#include "dataplane/codec/header_names.h"

namespace fairlead::codec {

struct Header {
  std::string_view name;
  std::string_view value;
  HeaderId id = HeaderId::kOther;
};

class HeaderMap {
 public:
  HeaderMap() = default;
  HeaderMap(const HeaderMap&) = delete;
  HeaderMap& operator=(const HeaderMap&) = delete;

  // Appends a field whose bytes outlive the map's use of them. `name` must be lower-case and `id`
  // its id.
  void AddBorrowed(HeaderId id, std::string_view name, std::string_view value) {
    const size_t known = static_cast<size_t>(id);
    if (id != HeaderId::kOther && first_[known] == 0) {
      first_[known] = static_cast<uint16_t>(fields_.size() + 1);
    }
    // Filled in place: a copy of a Header just made would wait for its own stores.
    Header& field = fields_.emplace_back();
    field.name = name;
    field.value = value;
    field.id = id;
  }
  // Appends a copy. `name` must be lower-case.
  void Add(std::string_view name, std::string_view value);
  void Add(HeaderId id,
           std::string_view value);  // the name is a constant: only the value is copied
  // Replaces the first field of that name and drops its other ones; appends when there is none.
  void Set(std::string_view name, std::string_view value);
  void Set(HeaderId id, std::string_view value);
  // Removes every field of that name; returns how many.
  int Remove(std::string_view name);
  int Remove(HeaderId id);
  // Removes the fields for which `drop(const Header&)` is true, in one pass.
  template <typename Predicate>
  void RemoveIf(Predicate drop);

  bool Has(HeaderId id) const { return first_[static_cast<size_t>(id)] != 0; }
  // Value of the first such field; an empty view with a null data() when there is none.
  std::string_view Get(HeaderId id) const {
    const uint16_t at = first_[static_cast<size_t>(id)];
    return at == 0 ? std::string_view() : fields_[at - 1].value;
  }
  // The same for a lower-case name.
  std::string_view Get(std::string_view name) const;
  // Values of all fields of that name, joined with "," (RFC 9110 section 5.3), copied only when
  // there are several; null data() when there is none. The result lives until Clear().
  std::string_view GetAll(std::string_view name);

  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  const Header* begin() const { return fields_.data(); }
  const Header* end() const { return fields_.data() + fields_.size(); }
  const Header& operator[](size_t i) const { return fields_[i]; }

  // Copies text to live as long as the message.
  std::string_view Keep(std::string_view text) { return arena_.Copy(text); }
  void Clear();

 private:
  void Reindex();

  std::vector<Header> fields_;
  // Position + 1 of the first field with that id; 0: none.
  std::array<uint16_t, static_cast<size_t>(HeaderId::kCount)> first_{};
  base::Arena arena_;
};

template <typename Predicate>
void HeaderMap::RemoveIf(Predicate drop) {
  size_t kept = 0;
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (drop(static_cast<const Header&>(fields_[i]))) continue;
    if (kept != i) fields_[kept] = fields_[i];
    ++kept;
  }
  if (kept == fields_.size()) return;
  fields_.resize(kept);
  Reindex();
}

}  // namespace fairlead::codec

#endif  // FAIRLEAD_DATAPLANE_CODEC_HEADER_MAP_H_
