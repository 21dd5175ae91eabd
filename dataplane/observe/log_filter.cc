#include "dataplane/observe/log_filter.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "dataplane/base/status.h"
#include "dataplane/event/random.h"
#include "dataplane/observe/response_flags.h"
#include "dataplane/runtime/runtime.h"
#include "envoy/config/accesslog/v3/accesslog.pb.h"

namespace fairlead::observe {
namespace {

using envoy::config::accesslog::v3::AccessLogFilter;
using envoy::config::accesslog::v3::ComparisonFilter;
using envoy::type::v3::FractionalPercent;
using LogFilterPtr = std::unique_ptr<const LogFilter>;

struct Comparison {
  bool Holds(uint64_t value) const {
    const uint64_t limit = key.Number(bound);
    switch (op) {
      case ComparisonFilter::GE:
        return value >= limit;
      case ComparisonFilter::LE:
        return value <= limit;
      default:
        return value == limit;
    }
  }

  ComparisonFilter::Op op = ComparisonFilter::EQ;
  uint64_t bound = 0;
  runtime::RuntimeKey key;
};

// 0 when no response was started.
class StatusCode final : public LogFilter {
 public:
  explicit StatusCode(Comparison comparison) : comparison_(comparison) {}
  bool Holds(const LogEntry& entry) const override {
    return comparison_.Holds(entry.info.response_code);
  }

 private:
  const Comparison comparison_;
};

class Duration final : public LogFilter {
 public:
  explicit Duration(Comparison comparison) : comparison_(comparison) {}
  bool Holds(const LogEntry& entry) const override {
    const StreamInfo& info = entry.info;
    // Not over yet: no duration, as in Envoy.
    if (info.response_complete == event::MonotonicTime()) return false;
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(info.response_complete - info.start);
    return comparison_.Holds(static_cast<uint64_t>(std::max<int64_t>(took.count(), 0)));
  }

 private:
  const Comparison comparison_;
};

class NotHealthCheck final : public LogFilter {
 public:
  bool Holds(const LogEntry& entry) const override { return !entry.info.is_health_check; }
};

// A share of the exchanges. Those of one request id are all in or all out, here and in every other
// proxy, because the id's first digits decide.
class Share final : public LogFilter {
 public:
  Share(uint64_t share, uint64_t share_of, bool is_independent, runtime::RuntimeKey key)
      : share_(share), share_of_(share_of), is_independent_(is_independent), key_(std::move(key)) {}
  bool Holds(const LogEntry& entry) const override {
    // The key counts in parts of the configured denominator, as in Envoy.
    const uint64_t share = key_.Number(share_);
    if (share == 0) return false;
    uint64_t number = 0;
    if (is_independent_ || !FromRequestId(entry.request, number)) {
      number = entry.random == nullptr ? 0 : entry.random->Next();
    }
    return number % share_of_ < share;
  }

 private:
  static bool FromRequestId(const codec::RequestHead& request, uint64_t& number) {
    constexpr size_t kDigits = 8;
    const std::string_view id = request.headers.Get(codec::HeaderId::kXRequestId);
    if (id.size() < kDigits) return false;
    const auto [end, error] = std::from_chars(id.data(), id.data() + kDigits, number, 16);
    return error == std::errc() && end == id.data() + kDigits;
  }

  const uint64_t share_;
  const uint64_t share_of_;
  const bool is_independent_;
  const runtime::RuntimeKey key_;
};

// All of several, or any.
class Combination final : public LogFilter {
 public:
  Combination(bool needs_all, std::vector<LogFilterPtr> parts)
      : needs_all_(needs_all), parts_(std::move(parts)) {}
  bool Holds(const LogEntry& entry) const override {
    for (const LogFilterPtr& part : parts_) {
      if (part->Holds(entry) != needs_all_) return !needs_all_;
    }
    return needs_all_;
  }

 private:
  const bool needs_all_;
  const std::vector<LogFilterPtr> parts_;
};

class Header final : public LogFilter {
 public:
  explicit Header(HeaderTest test) : test_(std::move(test)) {}
  bool Holds(const LogEntry& entry) const override { return test_(entry.request); }

 private:
  const HeaderTest test_;
};

class Flags final : public LogFilter {
 public:
  explicit Flags(uint32_t flags) : flags_(flags) {}
  bool Holds(const LogEntry& entry) const override {
    return (entry.info.response_flags & flags_) != 0;
  }

 private:
  const uint32_t flags_;
};

class Type final : public LogFilter {
 public:
  // Bits are 1 << LogType.
  Type(uint32_t types, bool excludes) : types_(types), excludes_(excludes) {}
  bool Holds(const LogEntry& entry) const override {
    const bool is_named = (types_ >> static_cast<uint32_t>(entry.type) & 1) != 0;
    return is_named != excludes_;
  }

 private:
  const uint32_t types_;
  const bool excludes_;
};

// --- From messages. ---

runtime::RuntimeKey KeyOf(const std::string& name, const LogFilterContext& context) {
  return context.runtime == nullptr ? runtime::RuntimeKey() : context.runtime->Key(name);
}

absl::StatusOr<Comparison> CompileComparison(const ComparisonFilter& proto,
                                             const LogFilterContext& context) {
  if (!ComparisonFilter::Op_IsValid(proto.op())) {
    return InvalidArgument("comparison.op: is ", static_cast<int>(proto.op()),
                           "; EQ, GE and LE are allowed");
  }
  return Comparison{proto.op(), proto.value().default_value(),
                    KeyOf(proto.value().runtime_key(), context)};
}

absl::StatusOr<LogFilterPtr> CompileShare(const envoy::config::accesslog::v3::RuntimeFilter& proto,
                                          const LogFilterContext& context) {
  const FractionalPercent& percent = proto.percent_sampled();
  uint64_t share_of = 0;
  switch (percent.denominator()) {
    case FractionalPercent::HUNDRED:
      share_of = 100;
      break;
    case FractionalPercent::TEN_THOUSAND:
      share_of = 10'000;
      break;
    case FractionalPercent::MILLION:
      share_of = 1'000'000;
      break;
    default:
      return InvalidArgument("percent_sampled.denominator: is ",
                             static_cast<int>(percent.denominator()),
                             "; HUNDRED, TEN_THOUSAND and MILLION are allowed");
  }
  return std::make_unique<Share>(percent.numerator(), share_of, proto.use_independent_randomness(),
                                 KeyOf(proto.runtime_key(), context));
}

LogFilterPtr CompileFlags(const envoy::config::accesslog::v3::ResponseFlagFilter& proto) {
  // Any flag, when none is named. A name of Envoy's (the message's rules know them) that this
  // proxy never sets is no flag here.
  if (proto.flags().empty()) return std::make_unique<Flags>(~uint32_t{0});
  uint32_t flags = 0;
  for (const std::string& name : proto.flags()) flags |= ResponseFlagByName(name);
  return std::make_unique<Flags>(flags);
}

absl::StatusOr<LogFilterPtr> CompileTypes(
    const envoy::config::accesslog::v3::LogTypeFilter& proto) {
  uint32_t types = 0;
  for (const int type : proto.types()) {
    if (!envoy::data::accesslog::v3::AccessLogType_IsValid(type)) {
      return InvalidArgument("types: ", type, " is no AccessLogType");
    }
    types |= uint32_t{1} << static_cast<uint32_t>(type);
  }
  return std::make_unique<Type>(types, proto.exclude());
}

absl::StatusOr<LogFilterPtr> CompileOne(const AccessLogFilter& proto,
                                        const LogFilterContext& context, int depth);

template <typename Proto>
absl::StatusOr<LogFilterPtr> CompileCombination(bool needs_all, const Proto& proto,
                                                const LogFilterContext& context, int depth) {
  if (depth == kLogFilterDepthMax) {
    return InvalidArgument("is nested more than ", kLogFilterDepthMax, " deep");
  }
  if (proto.filters_size() < 2) return InvalidArgument("filters: at least two are needed");
  std::vector<LogFilterPtr> parts;
  for (int i = 0; i < proto.filters_size(); ++i) {
    auto part = CompileOne(proto.filters(i), context, depth + 1);
    if (!part.ok()) return Annotate(part.status(), StrCat("filters[", i, "]"));
    parts.push_back(*std::move(part));
  }
  return std::make_unique<Combination>(needs_all, std::move(parts));
}

template <typename Filter, typename Proto>
absl::StatusOr<LogFilterPtr> CompileComparing(const Proto& proto, const LogFilterContext& context) {
  FL_ASSIGN_OR_RETURN(const Comparison comparison, CompileComparison(proto.comparison(), context));
  return std::make_unique<Filter>(comparison);
}

absl::StatusOr<LogFilterPtr> CompileHeader(const envoy::config::accesslog::v3::HeaderFilter& proto,
                                           const LogFilterContext& context) {
  if (!context.compile_header) return InvalidArgument("is not supported here");
  auto test = context.compile_header(proto.header());
  if (!test.ok()) return Annotate(test.status(), "header");
  return std::make_unique<Header>(*std::move(test));
}

absl::StatusOr<LogFilterPtr> CompileKind(const AccessLogFilter& proto,
                                         const LogFilterContext& context, int depth) {
  switch (proto.filter_specifier_case()) {
    case AccessLogFilter::kStatusCodeFilter:
      return CompileComparing<StatusCode>(proto.status_code_filter(), context);
    case AccessLogFilter::kDurationFilter:
      return CompileComparing<Duration>(proto.duration_filter(), context);
    case AccessLogFilter::kNotHealthCheckFilter:
      return std::make_unique<NotHealthCheck>();
    case AccessLogFilter::kRuntimeFilter:
      return CompileShare(proto.runtime_filter(), context);
    case AccessLogFilter::kAndFilter:
      return CompileCombination(/*needs_all=*/true, proto.and_filter(), context, depth);
    case AccessLogFilter::kOrFilter:
      return CompileCombination(/*needs_all=*/false, proto.or_filter(), context, depth);
    case AccessLogFilter::kHeaderFilter:
      return CompileHeader(proto.header_filter(), context);
    case AccessLogFilter::kResponseFlagFilter:
      return CompileFlags(proto.response_flag_filter());
    case AccessLogFilter::kLogTypeFilter:
      return CompileTypes(proto.log_type_filter());
    default:
      return InvalidArgument("is not supported");
  }
}

absl::StatusOr<LogFilterPtr> CompileOne(const AccessLogFilter& proto,
                                        const LogFilterContext& context, int depth) {
  if (proto.filter_specifier_case() == AccessLogFilter::FILTER_SPECIFIER_NOT_SET) {
    return InvalidArgument("no kind of filter is set");
  }
  auto filter = CompileKind(proto, context, depth);
  if (filter.ok()) return filter;
  const auto* field =
      AccessLogFilter::descriptor()->FindFieldByNumber(proto.filter_specifier_case());
  return Annotate(filter.status(), field->name());
}

}  // namespace

absl::StatusOr<LogFilterPtr> CompileLogFilter(const AccessLogFilter& proto,
                                              const LogFilterContext& context) {
  return CompileOne(proto, context, 0);
}

}  // namespace fairlead::observe
