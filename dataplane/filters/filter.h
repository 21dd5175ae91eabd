#ifndef FAIRLEAD_DATAPLANE_FILTERS_FILTER_H_
#define FAIRLEAD_DATAPLANE_FILTERS_FILTER_H_

// A filter: one policy on the path of a request.
//
//     class ApiKeyAuth final : public Filter {
//       Decision OnRequest(Stream& stream, const route::FilterOverride* override) const override;
//     };
//
// A filter is immutable and shared by all workers; what it must remember of a stream or between
// streams it keeps elsewhere (stream members, atomics). OnRequest runs in the chain's order and
// returns at once: go on, replied (stream.Reply was called: the rest of the chain and the router
// are left out), or a task to wait for when it has to ask somebody. OnResponse runs in reverse
// order, over the filters whose OnRequest ran, before the response's head is sent.
//
// To add one: a folder filters/<name>/ with the filter, its support table, its tests and README,
// and a line in registry.cc. Thread: worker; construction on the configuration thread.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "dataplane/event/task.h"
#include "dataplane/filters/stream.h"
#include "dataplane/observe/counter_sets.h"
#include "dataplane/route/route.h"

namespace google::protobuf {
class Any;
}
namespace fairlead::runtime {
class Runtime;
}

namespace fairlead::filters {

enum class Verdict : uint8_t { kContinue, kReplied };

struct Decision {
  Decision(Verdict verdict) : verdict(verdict) {}  // NOLINT: a verdict is a decision
  explicit Decision(event::Task<Verdict> task) : pending(std::move(task)) {}

  Verdict verdict = Verdict::kContinue;
  // When valid, the verdict is what it yields.
  event::Task<Verdict> pending;
};

class Filter {
 public:
  virtual ~Filter() = default;
  // `settings` is the route's override for this filter; null: the filter's own settings hold.
  virtual Decision OnRequest(Stream& stream, const route::FilterOverride* settings) const = 0;
  virtual void OnResponse(Stream&, const route::FilterOverride*) const {}
};

// What a filter is compiled with.
struct FilterContext {
  // Where its counters are kept by their scope (observe/counter_sets.h).
  observe::CounterSets& counters;
  // Of the connection manager, for scopes "http.<stat_prefix>."; empty for a route's settings,
  // which may be used by several.
  std::string_view stat_prefix;
  // Null: keys have no value.
  runtime::Runtime* runtime = nullptr;
};

// How a kind of filter is made from its messages. One for each kind; stateless.
class FilterFactory {
 public:
  virtual ~FilterFactory() = default;
  // From HttpFilter.typed_config.
  virtual absl::StatusOr<std::unique_ptr<const Filter>> Create(
      const google::protobuf::Any& config, const FilterContext& context) const = 0;
  // From typed_per_filter_config.
  virtual absl::StatusOr<std::shared_ptr<const route::FilterOverride>> CreateOverride(
      const google::protobuf::Any& config, const FilterContext& context) const = 0;
};

// One place of a chain.
struct ChainEntry {
  // HttpFilter.name, and its number for the route's overrides.
  std::string name;
  uint32_t id = 0;
  // Off unless a route switches it on (HttpFilter.disabled).
  bool is_disabled = false;
  std::unique_ptr<const Filter> filter;
};

// Whether the filter runs for this request's route, and with what. Source:
// config.route.v3.FilterConfig.
inline bool IsEnabled(const ChainEntry& entry, const Stream& stream,
                      const route::FilterOverride** settings) {
  const route::OverrideEntry* found = route::FindOverride(stream.route, stream.target, entry.id);
  *settings = found == nullptr ? nullptr : found->config.get();
  return found == nullptr ? !entry.is_disabled : !found->is_disabled;
}

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_FILTER_H_
