#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_TABLE_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_TABLE_H_

// The command operators there are. For log_operator.cc only. Thread: any.

#include <cstdint>
#include <string_view>

#include "dataplane/observe/log_operator.h"

namespace fairlead::observe {

struct LogOperatorTable {
  enum class Takes : uint8_t {
    kNothing,
    // X, or X?Y: header fields.
    kFields,
    kTime,
    kLocalTime,
    kSpacesOption,
    kQueryName,
    kQueryForm,
    kVariable,
    kPath,
    kMask,
    kDuration,
    // RESOURCE:NAMESPACE:KEY..., or without the resource.
    kMetadata,
    kMetadataPath,
    // Of what nothing here has: only that it is named.
    kKey,
    kServerName,
    kChoices
  };
  struct Row {
    std::string_view name;
    Takes takes;
    LogOperator::Read read;
    LogOperator::Resource resource = LogOperator::Resource::kNone;
  };

  static const Row* Find(std::string_view name);
  // Why an operator of Envoy's is not one here; empty: it is none there either.
  static std::string_view Refusal(std::string_view name);
  static absl::StatusOr<LogOperator::Field> CompileField(std::string_view name);
  // Null: there is no such point in time.
  static LogOperator::TimePoint FindTimePoint(std::string_view name);
  // kNone: there is no such resource.
  static LogOperator::Resource FindResource(std::string_view name);

 private:
  struct Readers;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_TABLE_H_
