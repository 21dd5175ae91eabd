#include "dataplane/route/compile_overrides.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dataplane/base/status.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::FilterConfig;
using google::protobuf::Any;

// Nullopt for one that is optional and that no filter here knows.
absl::StatusOr<std::optional<OverrideEntry>> CompileEntry(const std::string& filter,
                                                          const Any& proto,
                                                          const CompileContext& context) {
  OverrideEntry entry;
  entry.filter = FilterNameId(filter);
  Any config = proto;
  bool is_optional = false;
  if (proto.Is<FilterConfig>()) {
    FilterConfig wrapper;
    if (!proto.UnpackTo(&wrapper)) return InvalidArgument("is not a readable FilterConfig");
    if (wrapper.disabled()) {
      entry.is_disabled = true;
      return entry;
    }
    if (!wrapper.has_config()) {
      return InvalidArgument("FilterConfig: config is missing, and disabled is not true");
    }
    // Present but empty: the filter is switched on, and nothing else.
    if (wrapper.config().type_url().empty()) return entry;
    is_optional = wrapper.is_optional();
    config = wrapper.config();
  }
  if (!context.compile_override) {
    return InvalidArgument("no filter takes settings for a route here");
  }
  auto compiled = context.compile_override(filter, config);
  if (!compiled.ok()) {
    if (is_optional && absl::IsNotFound(compiled.status())) return std::nullopt;
    return absl::InvalidArgumentError(compiled.status().message());
  }
  entry.config = *std::move(compiled);
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<OverrideEntry>> CompileOverrides(
    const google::protobuf::Map<std::string, Any>& proto, const CompileContext& context,
    std::vector<std::string>& warnings) {
  std::vector<OverrideEntry> entries;
  entries.reserve(proto.size());
  for (const auto& [filter, config] : proto) {
    auto entry = CompileEntry(filter, config, context);
    if (!entry.ok()) {
      return Annotate(entry.status(), StrCat("typed_per_filter_config['", filter, "']"));
    }
    if (entry->has_value()) {
      entries.push_back(**std::move(entry));
    } else {
      warnings.push_back(StrCat("typed_per_filter_config['", filter,
                                "']: no such filter here; left out, because it is optional"));
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const OverrideEntry& a, const OverrideEntry& b) { return a.filter < b.filter; });
  return entries;
}

std::vector<OverrideEntry> MergeOverrides(const std::vector<OverrideEntry>& less,
                                          std::vector<OverrideEntry> more) {
  if (less.empty()) return more;
  if (more.empty()) return less;
  std::vector<OverrideEntry> merged;
  merged.reserve(less.size() + more.size());
  auto next = more.begin();
  for (const OverrideEntry& entry : less) {
    while (next != more.end() && next->filter < entry.filter) merged.push_back(std::move(*next++));
    if (next == more.end() || next->filter != entry.filter) {
      merged.push_back(entry);
      continue;
    }
    if (next->config == nullptr) next->config = entry.config;
    merged.push_back(std::move(*next++));
  }
  std::move(next, more.end(), std::back_inserter(merged));
  return merged;
}

}  // namespace fairlead::route
