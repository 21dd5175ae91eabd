#include "dataplane/filters/api_key_auth/api_key_auth.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/base/status.h"
#include "dataplane/event/random.h"
#include "dataplane/filters/api_key_auth/key_source.h"
#include "dataplane/filters/api_key_auth/key_table.h"
#include "dataplane/filters/override_cast.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "google/protobuf/any.pb.h"

namespace fairlead::filters::api_key_auth {
namespace {

namespace v3 = envoy::extensions::filters::http::api_key_auth::v3;

constexpr std::string_view kUnauthorized = "Client authentication failed.";
constexpr LocalReply kNoSources{401, kUnauthorized, "missing_key_sources"};
constexpr LocalReply kNoCredentials{401, kUnauthorized, "missing_credentials"};
constexpr LocalReply kNoKey{401, kUnauthorized, "missing_api_key"};
// Spelt as Envoy spells it in its logs.
constexpr LocalReply kUnknownKey{401, kUnauthorized, "unkonwn_api_key"};
constexpr LocalReply kForbidden{403, "Client is forbidden.", "client_not_allowed"};

// By Envoy's names; printed as "http.<stat_prefix>.api_key_auth.<name>".
struct Stats {
  observe::Counter allowed;
  // Without a key that is known; with one that may not go where it wants.
  observe::Counter unauthorized;
  observe::Counter forbidden;

  static constexpr std::array<observe::NamedCounter<Stats>, 3> kNames = {
      {{"allowed", &Stats::allowed},
       {"forbidden", &Stats::forbidden},
       {"unauthorized", &Stats::unauthorized}}};
};

// What the filter's and a route's settings have in common.
struct Settings {
  KeyTable keys{event::SystemSeed()};
  std::vector<KeySource> sources;
};

class Override final : public route::FilterOverride {
 public:
  explicit Override(Settings settings) : settings(std::move(settings)) {}

  const Settings settings;
  // Empty: every client with a known key.
  StringSet allowed_clients;
};

template <typename Proto>
absl::StatusOr<Settings> CompileSettings(const Proto& proto) {
  Settings settings;
  for (int i = 0; i < proto.credentials_size(); ++i) {
    const v3::Credential& credential = proto.credentials(i);
    if (credential.key().empty()) return InvalidArgument("credentials[", i, "].key: is empty");
    if (credential.client().empty()) {
      return InvalidArgument("credentials[", i, "].client: is empty");
    }
    if (!settings.keys.Add(credential.key(), credential.client())) {
      return InvalidArgument("credentials[", i, "].key: is the key of an earlier credential too ('",
                             credential.client(), "'); keys must be unique");
    }
  }
  for (int i = 0; i < proto.key_sources_size(); ++i) {
    auto source = KeySource::Compile(proto.key_sources(i));
    if (!source.ok()) return Annotate(source.status(), StrCat("key_sources[", i, "]"));
    settings.sources.push_back(*std::move(source));
  }
  return settings;
}

class ApiKeyAuth final : public Filter {
 public:
  ApiKeyAuth(Settings settings, std::shared_ptr<observe::PerWorker<Stats>> stats)
      : settings_(std::move(settings)), stats_(std::move(stats)) {}

  Decision OnRequest(Stream& stream, const route::FilterOverride* settings) const override {
    const LocalReply* refusal = Check(stream.request, OverrideCast<Override>(settings));
    Stats& stats = stats_->Of(stream.worker);
    if (refusal == nullptr) {
      stats.allowed.Add();
      return Verdict::kContinue;
    }
    (refusal == &kForbidden ? stats.forbidden : stats.unauthorized).Add();
    stream.Reply(*refusal);
    return Verdict::kReplied;
  }

 private:
  // Null: the request may pass.
  const LocalReply* Check(const codec::RequestHead& request, const Override* route) const {
    const bool has_keys = route != nullptr && !route->settings.keys.empty();
    const bool has_sources = route != nullptr && !route->settings.sources.empty();
    const KeyTable& keys = has_keys ? route->settings.keys : settings_.keys;
    const auto& sources = has_sources ? route->settings.sources : settings_.sources;
    if (sources.empty()) return &kNoSources;
    if (keys.empty()) return &kNoCredentials;
    std::string buffer;
    const std::string_view key = FindKey(sources, request, buffer);
    if (key.empty()) return &kNoKey;
    const std::string* client = keys.FindClient(key);
    if (client == nullptr) return &kUnknownKey;
    if (route != nullptr && !route->allowed_clients.empty() &&
        !route->allowed_clients.contains(std::string_view(*client))) {
      return &kForbidden;
    }
    return nullptr;
  }

  // The first source that has something counts.
  static std::string_view FindKey(const std::vector<KeySource>& sources,
                                  const codec::RequestHead& request, std::string& buffer) {
    for (const KeySource& source : sources) {
      const std::string_view key = source.Find(request, buffer);
      if (!key.empty()) return key;
    }
    return {};
  }

  const Settings settings_;
  const std::shared_ptr<observe::PerWorker<Stats>> stats_;
};

class ApiKeyAuthFactory final : public FilterFactory {
 public:
  absl::StatusOr<std::unique_ptr<const Filter>> Create(
      const google::protobuf::Any& config, const FilterContext& context) const override {
    v3::ApiKeyAuth proto;
    if (!config.UnpackTo(&proto)) return InvalidArgument("is not a readable ApiKeyAuth");
    FL_ASSIGN_OR_RETURN(Settings settings, CompileSettings(proto));
    return std::make_unique<const ApiKeyAuth>(
        std::move(settings),
        context.counters.Get<Stats>(
            {"http.", context.stat_prefix, ".api_key_auth.", "envoy_http_conn_manager_prefix"}));
  }

  absl::StatusOr<std::shared_ptr<const route::FilterOverride>> CreateOverride(
      const google::protobuf::Any& config, const FilterContext&) const override {
    v3::ApiKeyAuthPerRoute proto;
    if (!config.UnpackTo(&proto)) return InvalidArgument("is not a readable ApiKeyAuthPerRoute");
    FL_ASSIGN_OR_RETURN(Settings settings, CompileSettings(proto));
    auto made = std::make_shared<Override>(std::move(settings));
    made->allowed_clients.insert(proto.allowed_clients().begin(), proto.allowed_clients().end());
    return made;
  }
};

}  // namespace

const FilterFactory& Factory() {
  static const ApiKeyAuthFactory factory;
  return factory;
}

}  // namespace fairlead::filters::api_key_auth
