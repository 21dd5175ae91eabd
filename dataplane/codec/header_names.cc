#include "dataplane/codec/header_names.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace fairlead::codec {
namespace {

constexpr size_t kIds = static_cast<size_t>(HeaderId::kCount);

constexpr std::array<std::string_view, kIds> kNames = {"",
#define FAIRLEAD_HEADER_TEXT(id, name) name,
                                                       FAIRLEAD_HEADER_NAMES(FAIRLEAD_HEADER_TEXT)
#undef FAIRLEAD_HEADER_TEXT
};

constexpr uint32_t Byte(char c) { return static_cast<unsigned char>(c); }

// Four bytes that both the compiler's evaluator and the processor can read (one load).
constexpr uint32_t Word(const char* p) {
  return Byte(p[0]) | Byte(p[1]) << 8 | Byte(p[2]) << 16 | Byte(p[3]) << 24;
}

// What tells names apart: the length, both ends and the byte in the middle.
constexpr uint64_t Key(std::string_view name) {
  const size_t size = name.size();
  uint64_t ends = 0;
  if (size >= 4) {
    ends = static_cast<uint64_t>(Word(name.data())) << 32 | Word(name.data() + size - 4);
  } else {
    for (const char c : name) ends = ends << 8 | Byte(c);
  }
  return ends ^ (static_cast<uint64_t>(size) << 24) ^
         (size == 0 ? 0 : static_cast<uint64_t>(Byte(name[size / 2])) << 13);
}

constexpr int kSlotBits = 8;
constexpr size_t Slot(uint64_t key, uint64_t multiplier) {
  return static_cast<size_t>((key * multiplier) >> (64 - kSlotBits));
}

struct SlotTable {
  uint64_t multiplier = 0;  // 0: none was found
  std::array<uint8_t, 1u << kSlotBits> ids{};
};

// Tries multipliers until no two names share a slot: the list may grow, and the compiler searches
// again.
constexpr SlotTable MakeTable() {
  uint64_t multiplier = 0x9e3779b97f4a7c15;
  for (int attempt = 0; attempt < 20000; ++attempt) {
    SlotTable table;
    bool collides = false;
    for (size_t id = 1; id < kIds && !collides; ++id) {
      uint8_t& slot = table.ids[Slot(Key(kNames[id]), multiplier)];
      collides = slot != 0;
      slot = static_cast<uint8_t>(id);
    }
    if (!collides) {
      table.multiplier = multiplier;
      return table;
    }
    multiplier = (multiplier * 6364136223846793005 + 1442695040888963407) | 1;
  }
  return {};
}

constexpr SlotTable kTable = MakeTable();
static_assert(kTable.multiplier != 0, "raise kSlotBits");

template <typename T>
bool SameAt(const char* a, const char* b) {
  T x, y;
  std::memcpy(&x, a, sizeof(T));
  std::memcpy(&y, b, sizeof(T));
  return x == y;
}

// memcmp() of short texts, without its call.
bool SameBytes(const char* a, const char* b, size_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) {
    return SameAt<uint64_t>(a, b) && SameAt<uint64_t>(a + size - 8, b + size - 8);
  }
  if (size >= 4) {
    return SameAt<uint32_t>(a, b) && SameAt<uint32_t>(a + size - 4, b + size - 4);
  }
  for (size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace

HeaderId LookupHeaderId(std::string_view lower_name) {
  const size_t id = kTable.ids[Slot(Key(lower_name), kTable.multiplier)];
  const std::string_view candidate = kNames[id];
  if (candidate.size() != lower_name.size() ||
      !SameBytes(candidate.data(), lower_name.data(), candidate.size())) {
    return HeaderId::kOther;
  }
  return static_cast<HeaderId>(id);
}

std::string_view HeaderName(HeaderId id) { return kNames[static_cast<size_t>(id)]; }

}  // namespace fairlead::codec
