#include "dataplane/observe/stats_list.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/strings.h"

namespace fairlead::observe {
namespace {

std::string NamePart(std::string_view owner) {
  std::string part(owner);
  for (char& c : part) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ':') c = '_';
  }
  return part;
}

}  // namespace

StatsScope::StatsScope(StatsList& list, std::string_view kind, std::string_view label,
                       std::string_view owner)
    : list_(list),
      label_(label),
      owner_(owner),
      prefix_(label.empty() ? StrCat(kind, ".") : StrCat(kind, ".", NamePart(owner), ".")),
      family_prefix_(StrCat(kind, ".")) {}

void StatsScope::Counter(std::string_view metric, uint64_t value, const Member& member) {
  Add(metric, StatsSample::Type::kCounter, static_cast<int64_t>(value), member);
}

void StatsScope::Gauge(std::string_view metric, int64_t value, const Member& member) {
  Add(metric, StatsSample::Type::kGauge, value, member);
}

void StatsScope::Add(std::string_view metric, StatsSample::Type type, int64_t value,
                     const Member& member) {
  StatsSample& sample = list_.samples_.emplace_back();
  sample.name = StrCat(prefix_, metric);
  sample.family = StrCat(family_prefix_, member.family.empty() ? metric : member.family);
  if (!member.label.empty()) sample.labels.push_back({member.label, std::string(member.value)});
  if (!label_.empty()) sample.labels.push_back({label_, owner_});
  sample.type = type;
  sample.value = value;
}

StatsScope StatsList::Scope(std::string_view kind, std::string_view label, std::string_view owner) {
  return {*this, kind, label, owner};
}

void StatsList::Finish() {
  std::sort(samples_.begin(), samples_.end(),
            [](const StatsSample& a, const StatsSample& b) { return a.name < b.name; });
  size_t kept = 0;
  for (size_t i = 0; i < samples_.size(); ++i) {
    if (kept > 0 && samples_[kept - 1].name == samples_[i].name) {
      samples_[kept - 1].value += samples_[i].value;
      continue;
    }
    if (kept != i) samples_[kept] = std::move(samples_[i]);
    ++kept;
  }
  samples_.resize(kept);
}

}  // namespace fairlead::observe
