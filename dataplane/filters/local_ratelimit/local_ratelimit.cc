#include "dataplane/filters/local_ratelimit/local_ratelimit.h"

#include <array>
#include <memory>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/filters/local_ratelimit/token_bucket.h"
#include "dataplane/filters/override_cast.h"
#include "dataplane/route/compile_edits.h"
#include "dataplane/route/header_edits.h"
#include "dataplane/runtime/runtime.h"
#include "envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.pb.h"
#include "google/protobuf/any.pb.h"

namespace fairlead::filters::local_ratelimit {
namespace {

using codec::HeaderId;
using envoy::config::core::v3::RuntimeFractionalPercent;
using envoy::extensions::filters::http::local_ratelimit::v3::LocalRateLimit;
using envoy::type::v3::FractionalPercent;

constexpr std::chrono::milliseconds kFillIntervalMin{50};

// A share of the requests.
struct Share {
  runtime::Fraction configured;
  runtime::RuntimeKey key;

  bool Includes(event::Random& random) const {
    const runtime::Fraction share = key.Share(configured);
    return share.numerator > 0 && random.Below(share.denominator) < share.numerator;
  }
};

// By Envoy's names; printed as "<stat_prefix>.http_local_rate_limit.<name>".
struct Stats {
  // Requests for which the limit was on, and what became of them.
  observe::Counter enabled;
  observe::Counter ok;
  observe::Counter rate_limited;
  // Of those, refused.
  observe::Counter enforced;

  static constexpr std::array<observe::NamedCounter<Stats>, 4> kNames = {
      {{"enabled", &Stats::enabled},
       {"enforced", &Stats::enforced},
       {"ok", &Stats::ok},
       {"rate_limited", &Stats::rate_limited}}};
};

struct Settings {
  std::shared_ptr<observe::PerWorker<Stats>> stats;
  uint16_t status = 429;
  Share enabled;
  Share enforced;
  // Null: nothing is limited.
  std::unique_ptr<TokenBucket> bucket;
  // Null when there are none.
  std::shared_ptr<const route::HeaderEdits> response_edits;
  std::shared_ptr<const route::HeaderEdits> unenforced_request_edits;
};

class Override final : public route::FilterOverride {
 public:
  explicit Override(Settings settings) : settings(std::move(settings)) {}
  const Settings settings;
};

// 0 % when unset.
Share CompileShare(const RuntimeFractionalPercent& proto, runtime::Runtime* runtime) {
  Share share;
  if (runtime != nullptr) share.key = runtime->Key(proto.runtime_key());
  runtime::Fraction& fraction = share.configured;
  fraction.numerator = proto.default_value().numerator();
  switch (proto.default_value().denominator()) {
    case FractionalPercent::TEN_THOUSAND:
      fraction.denominator = 10'000;
      break;
    case FractionalPercent::MILLION:
      fraction.denominator = 1'000'000;
      break;
    default:
      break;
  }
  return share;
}

absl::StatusOr<std::unique_ptr<TokenBucket>> CompileBucket(
    const envoy::type::v3::TokenBucket& proto) {
  if (proto.max_tokens() == 0) return InvalidArgument("max_tokens: is 0, allowed is > 0");
  const uint32_t per_fill = proto.has_tokens_per_fill() ? proto.tokens_per_fill().value() : 1;
  if (per_fill == 0) return InvalidArgument("tokens_per_fill: is 0, allowed is > 0");
  const google::protobuf::Duration& proto_interval = proto.fill_interval();
  // The API's largest duration, 10,000 years, is beyond what nanoseconds can hold.
  if (proto_interval.seconds() < 0 || proto_interval.seconds() > 5 * 365 * 86400) {
    return InvalidArgument("fill_interval: is ", proto_interval.seconds(),
                           " s, allowed is up to 5 years");
  }
  const event::Duration interval = std::chrono::seconds(proto_interval.seconds()) +
                                   std::chrono::nanoseconds(proto_interval.nanos());
  if (interval < kFillIntervalMin) {
    return InvalidArgument("fill_interval: is ", interval / std::chrono::microseconds(1),
                           " us, allowed is >= ", kFillIntervalMin.count(), " ms");
  }
  FL_ASSIGN_OR_RETURN(const TokenBucket::Settings settings,
                      TokenBucket::Settings::Make(proto.max_tokens(), per_fill, interval));
  return std::make_unique<TokenBucket>(settings);
}

absl::StatusOr<Settings> CompileSettings(const LocalRateLimit& proto,
                                         const FilterContext& context) {
  if (proto.stat_prefix().empty()) return InvalidArgument("stat_prefix: is empty");
  Settings settings;
  settings.stats = context.counters.Get<Stats>(
      {"", proto.stat_prefix(), ".http_local_rate_limit.", "envoy_local_http_ratelimit_prefix"});
  // Envoy takes no other status than an error's.
  if (proto.has_status() && proto.status().code() >= 400) {
    settings.status = static_cast<uint16_t>(proto.status().code());
  }
  settings.enabled = CompileShare(proto.filter_enabled(), context.runtime);
  settings.enforced = CompileShare(proto.filter_enforced(), context.runtime);
  if (proto.has_token_bucket()) {
    auto bucket = CompileBucket(proto.token_bucket());
    if (!bucket.ok()) return Annotate(bucket.status(), "token_bucket");
    settings.bucket = *std::move(bucket);
  }
  FL_ASSIGN_OR_RETURN(settings.response_edits,
                      route::CompileEdits(proto.response_headers_to_add(), {}, "response_headers"));
  auto edits =
      route::CompileEdits(proto.request_headers_to_add_when_not_enforced(), {}, "request_headers");
  if (!edits.ok()) return Annotate(edits.status(), "request_headers_to_add_when_not_enforced");
  settings.unenforced_request_edits = *std::move(edits);
  return settings;
}

absl::StatusOr<Settings> CompileAny(const google::protobuf::Any& config, bool needs_bucket,
                                    const FilterContext& context) {
  LocalRateLimit proto;
  if (!config.UnpackTo(&proto)) return InvalidArgument("is not a readable LocalRateLimit");
  if (needs_bucket && !proto.has_token_bucket()) {
    return InvalidArgument("token_bucket: is missing; a route's settings must have one");
  }
  return CompileSettings(proto, context);
}

class LocalRateLimitFilter final : public Filter {
 public:
  explicit LocalRateLimitFilter(Settings settings) : settings_(std::move(settings)) {}

  Decision OnRequest(Stream& stream, const route::FilterOverride* route) const override {
    const auto* own = OverrideCast<Override>(route);
    const Settings& settings = own != nullptr ? own->settings : settings_;
    event::Random& random = stream.loop.random();
    if (settings.bucket == nullptr || !settings.enabled.Includes(random)) {
      return Verdict::kContinue;
    }
    Stats& stats = settings.stats->Of(stream.worker);
    stats.enabled.Add();
    if (settings.bucket->Take(stream.loop.now())) {
      stats.ok.Add();
      return Verdict::kContinue;
    }
    stats.rate_limited.Add();
    if (!settings.enforced.Includes(random)) {
      if (settings.unenforced_request_edits != nullptr) {
        route::ApplyEdits(*settings.unenforced_request_edits, stream.log_entry(),
                          stream.request.headers);
      }
      return Verdict::kContinue;
    }
    stats.enforced.Add();
    stream.Reply(
        {settings.status, "local_rate_limited", "local_rate_limited", observe::kRateLimited});
    if (settings.response_edits != nullptr) {
      route::ApplyEdits(*settings.response_edits, stream.log_entry(), stream.response.headers);
    }
    return Verdict::kReplied;
  }

 private:
  const Settings settings_;
};

class LocalRateLimitFactory final : public FilterFactory {
 public:
  absl::StatusOr<std::unique_ptr<const Filter>> Create(
      const google::protobuf::Any& config, const FilterContext& context) const override {
    FL_ASSIGN_OR_RETURN(Settings settings, CompileAny(config, /*needs_bucket=*/false, context));
    return std::make_unique<const LocalRateLimitFilter>(std::move(settings));
  }
  absl::StatusOr<std::shared_ptr<const route::FilterOverride>> CreateOverride(
      const google::protobuf::Any& config, const FilterContext& context) const override {
    FL_ASSIGN_OR_RETURN(Settings settings, CompileAny(config, /*needs_bucket=*/true, context));
    return std::make_shared<const Override>(std::move(settings));
  }
};

}  // namespace

const FilterFactory& Factory() {
  static const LocalRateLimitFactory factory;
  return factory;
}

}  // namespace fairlead::filters::local_ratelimit
