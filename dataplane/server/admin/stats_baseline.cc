#include "dataplane/server/admin/stats_baseline.h"

namespace fairlead::server::admin {

void StatsBaseline::Take(observe::StatsList list) {
  values_.clear();
  list.ForEachCounter([this](const std::string& prefix, std::string_view name, int64_t value) {
    if (value != 0) values_[StrCat(prefix, name)] = value;
  });
}

void StatsBaseline::SubtractFrom(observe::StatsList& list) const {
  if (values_.empty()) return;
  list.ForEachCounter([this](const std::string& prefix, std::string_view name, int64_t& value) {
    if (value == 0) return;
    const auto found = values_.find(StrCat(prefix, name));
    if (found != values_.end() && found->second <= value) value -= found->second;
  });
}

}  // namespace fairlead::server::admin
