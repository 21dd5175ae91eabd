#include "dataplane/route/route_table.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/route/compile_overrides.h"
#include "dataplane/route/compile_virtual_host.h"
#include "dataplane/route/fingerprint.h"
#include "dataplane/route/host_index.h"
#include "dataplane/route/request_path.h"
#include "dataplane/route/virtual_host.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::route {

using envoy::config::route::v3::RouteConfiguration;
using VirtualHostProto = envoy::config::route::v3::VirtualHost;

// A virtual host, and what the usual match, and a change of another host, need of it, so that they
// do not touch the rest.
struct HostEntry {
  explicit HostEntry(std::shared_ptr<const VirtualHost> made)
      : host(std::move(made)),
        paths(host->paths.get()),
        routes(host->routes.data()),
        is_special(host->is_special()),
        is_reusable(host->is_reusable),
        has_warnings(!host->warnings.empty()),
        has_overrides(!host->override_names.empty()) {}

  std::shared_ptr<const VirtualHost> host;
  const PathIndex* paths = nullptr;
  const Route* routes = nullptr;
  bool is_special = false;
  bool is_reusable = false;
  bool has_warnings = false;
  bool has_overrides = false;
};

// What a change of virtual hosts leaves as it is, unless their domains change.
struct RouteTable::Level {
  std::string name;
  // From a domain to an index of `hosts`.
  std::shared_ptr<const HostIndex> index;
  bool ignores_path_parameters = false;
  // Of all domains in their order, and of what all virtual hosts share.
  Fingerprint domains;
  Fingerprint table_level;
  // Kept while its fingerprint stays: a limit that is set for the whole table keeps its one bucket.
  std::shared_ptr<const TableLevel> level;
  // Lower-case.
  std::vector<std::string> internal_only_headers;
  std::vector<std::string> level_warnings;
  std::set<std::string> level_override_names;
};

struct RouteTable::Compiled : Level {
  std::vector<HostEntry> hosts;
  // Those of the level come first.
  std::vector<std::string> warnings;
  std::set<std::string> override_names;
  size_t hosts_reused = 0;
};

namespace {

// Of the fields that go into every virtual host.
Fingerprint TableLevelFingerprint(const RouteConfiguration& proto, Fingerprinter& fingerprinter) {
  RouteConfiguration level;
  *level.mutable_request_headers_to_add() = proto.request_headers_to_add();
  *level.mutable_request_headers_to_remove() = proto.request_headers_to_remove();
  *level.mutable_response_headers_to_add() = proto.response_headers_to_add();
  *level.mutable_response_headers_to_remove() = proto.response_headers_to_remove();
  level.set_most_specific_header_mutations_wins(proto.most_specific_header_mutations_wins());
  if (proto.has_max_direct_response_body_size_bytes()) {
    *level.mutable_max_direct_response_body_size_bytes() =
        proto.max_direct_response_body_size_bytes();
  }
  *level.mutable_typed_per_filter_config() = proto.typed_per_filter_config();
  return fingerprinter.Of(level);
}

absl::StatusOr<std::shared_ptr<const TableLevel>> CompileTableLevel(
    const RouteConfiguration& proto, const CompileContext& context,
    std::vector<std::string>& warnings) {
  auto made = std::make_shared<TableLevel>();
  TableLevel& level = *made;
  FL_ASSIGN_OR_RETURN(level.edits, CompileLevelEdits(proto));
  level.most_specific_edits_last = proto.most_specific_header_mutations_wins();
  FL_ASSIGN_OR_RETURN(level.overrides,
                      CompileOverrides(proto.typed_per_filter_config(), context, warnings));
  if (proto.has_max_direct_response_body_size_bytes()) {
    level.limits.direct_response_body_max = proto.max_direct_response_body_size_bytes().value();
  }
  return made;
}

Fingerprint DomainsFingerprint(const VirtualHostProto& host) {
  std::string bytes;
  for (const std::string& domain : host.domains()) {
    StrAppend(&bytes, domain.size(), ":", domain);
  }
  return Fingerprinter::Of(bytes);
}

// Of all domains in their order.
Fingerprint DomainsFingerprint(const std::vector<HostEntry>& hosts, bool ignores_port) {
  std::string bytes(1, ignores_port ? '1' : '0');
  bytes.reserve(1 + hosts.size() * sizeof(Fingerprint));
  for (const HostEntry& entry : hosts) {
    bytes.append(reinterpret_cast<const char*>(&entry.host->domains), sizeof(Fingerprint));
  }
  return Fingerprinter::Of(bytes);
}

absl::Status CheckDomain(const std::string& domain) {
  if (domain.size() > HostIndex::kDomainMax) {
    return InvalidArgument("'", std::string_view(domain).substr(0, 64), "...' is longer than ",
                           HostIndex::kDomainMax, " bytes");
  }
  const size_t star = domain.find('*');
  if (star == std::string::npos || domain == "*") return absl::OkStatus();
  const bool is_wildcard =
      (star == 0 || star == domain.size() - 1) && domain.find('*', star + 1) == std::string::npos;
  if (is_wildcard) return absl::OkStatus();
  return InvalidArgument("'", domain,
                         "' has a '*' that is not its only one, at the beginning or the end");
}

// Adds the domains of the virtual host at `place`; the error names another host that has one by
// what `name_of` says.
template <typename NameOf>
absl::Status AddDomains(const VirtualHostProto& host, size_t place, NameOf name_of,
                        HostIndex::Builder& builder) {
  for (int k = 0; k < host.domains_size(); ++k) {
    const std::string& domain = host.domains(k);
    absl::Status status = CheckDomain(domain);
    if (status.ok()) {
      const auto taken = builder.Add(domain, static_cast<uint32_t>(place));
      if (!taken.has_value()) continue;
      status = InvalidArgument("'", domain, "' is a domain of virtual host '", name_of(*taken),
                               "' already; a domain may be there only once");
    }
    return Annotate(status, StrCat("virtual host '", host.name(), "': domains[", k, "]"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const HostIndex>> CompileHostIndex(const RouteConfiguration& proto) {
  HostIndex::Builder builder;
  if (proto.ignore_port_in_host_matching()) builder.IgnorePort();
  const auto name_of = [&](uint32_t place) {
    return proto.virtual_hosts(static_cast<int>(place)).name();
  };
  for (int i = 0; i < proto.virtual_hosts_size(); ++i) {
    FL_RETURN_IF_ERROR(
        AddDomains(proto.virtual_hosts(i), static_cast<size_t>(i), name_of, builder));
  }
  return std::make_shared<const HostIndex>(std::move(builder).Build());
}

// That of `old` after a change of hosts (see RouteTable::CompileChange); null if something is
// wrong.
std::shared_ptr<const HostIndex> CompileHostIndexChange(const RouteConfiguration& news,
                                                        std::span<const uint32_t> hosts,
                                                        size_t old_hosts, const HostIndex& old) {
  HostIndex::Builder builder;
  if (news.ignore_port_in_host_matching()) builder.IgnorePort();
  std::vector<uint32_t> now(old_hosts, RouteTable::kNew);
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i] == RouteTable::kNew) continue;
    if (now[hosts[i]] != RouteTable::kNew) return nullptr;
    now[hosts[i]] = static_cast<uint32_t>(i);
  }
  old.ForEach([&](std::string_view domain, uint32_t host) {
    if (now[host] != RouteTable::kNew) builder.Add(domain, now[host]);
  });
  int next = 0;
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i] != RouteTable::kNew) continue;
    const auto name_of = [](uint32_t) { return "another"; };
    if (!AddDomains(news.virtual_hosts(next++), i, name_of, builder).ok()) return nullptr;
  }
  return std::make_shared<const HostIndex>(std::move(builder).Build());
}

// The virtual hosts of a former table that may be used again. Most stand where they stood; the
// others are found by a map that is made when it is first needed.
class Reusable {
 public:
  explicit Reusable(const std::vector<HostEntry>* hosts) : hosts_(hosts) {}

  // Null if there is none of this fingerprint. `name` and `place` are what it has in the new table.
  std::shared_ptr<const VirtualHost> Find(const Fingerprint& fingerprint, std::string_view name,
                                          size_t place) {
    if (hosts_ == nullptr) return nullptr;
    if (place < hosts_->size()) {
      const HostEntry& entry = (*hosts_)[place];
      if (Fits(entry, fingerprint)) return entry.host;
      // It has changed where it stood.
      if (entry.host->level->name == name) return nullptr;
    }
    if (places_.empty()) {
      places_.reserve(hosts_->size());
      for (size_t i = 0; i < hosts_->size(); ++i) {
        places_.emplace((*hosts_)[i].host->fingerprint.low, i);
      }
    }
    const auto found = places_.find(fingerprint.low);
    if (found == places_.end() || !Fits((*hosts_)[found->second], fingerprint)) return nullptr;
    return (*hosts_)[found->second].host;
  }

 private:
  static bool Fits(const HostEntry& entry, const Fingerprint& fingerprint) {
    return entry.host->is_reusable && entry.host->fingerprint == fingerprint;
  }

  const std::vector<HostEntry>* hosts_;
  // From the first half of a fingerprint to an index of `hosts_`.
  absl::flat_hash_map<uint64_t, size_t> places_;
};

std::set<std::string> OverrideNames(const std::set<std::string>& of_level,
                                    const std::vector<HostEntry>& hosts) {
  std::set<std::string> names = of_level;
  for (const HostEntry& entry : hosts) {
    if (entry.has_overrides) {
      names.insert(entry.host->override_names.begin(), entry.host->override_names.end());
    }
  }
  return names;
}

std::vector<std::string> Warnings(std::vector<std::string> warnings,
                                  const std::vector<HostEntry>& hosts) {
  size_t more = 0;
  for (const HostEntry& entry : hosts) {
    if (!entry.has_warnings) continue;
    for (const std::string& warning : entry.host->warnings) {
      if (warnings.size() >= RouteTable::kWarningsMax) {
        ++more;
        continue;
      }
      warnings.push_back(StrCat("virtual host '", entry.host->level->name, "': ", warning));
    }
  }
  if (more > 0) warnings.push_back(StrCat("and ", more, " more"));
  return warnings;
}

// Without what follows a ";" in each segment; `text` holds the result if there is any.
std::string_view WithoutParameters(std::string_view path, std::string& text) {
  size_t at = path.find(';');
  if (at == std::string_view::npos) return path;
  size_t kept = 0;
  while (at != std::string_view::npos) {
    text.append(path, kept, at - kept);
    kept = std::min(path.find('/', at), path.size());
    at = path.find(';', kept);
  }
  return text.append(path, kept);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RouteTable>> RouteTable::Compile(
    const RouteConfiguration& proto, const CompileContext& context, const RouteTable* previous) {
  const Compiled* old = previous == nullptr ? nullptr : previous->compiled_.get();
  const std::string where = StrCat("route configuration '", proto.name(), "'");
  auto compiled = std::make_unique<Compiled>();
  compiled->name = proto.name();
  compiled->ignores_path_parameters = proto.ignore_path_parameters_in_path_matching();

  for (const std::string& name : proto.internal_only_headers()) {
    compiled->internal_only_headers.push_back(absl::AsciiStrToLower(name));
  }

  for (const auto& [name, config] : proto.typed_per_filter_config()) {
    compiled->level_override_names.insert(name);
  }

  Fingerprinter fingerprinter;
  compiled->table_level = TableLevelFingerprint(proto, fingerprinter);
  const bool may_reuse = old != nullptr && old->table_level == compiled->table_level;
  if (may_reuse) {
    compiled->level = old->level;
    compiled->level_warnings = old->level_warnings;
  } else {
    auto level = CompileTableLevel(proto, context, compiled->level_warnings);
    if (!level.ok()) return Annotate(level.status(), where);
    compiled->level = *std::move(level);
  }
  Reusable reusable(may_reuse ? &old->hosts : nullptr);

  CompileCaches caches;
  caches.runtime = context.runtime;
  compiled->hosts.reserve(static_cast<size_t>(proto.virtual_hosts_size()));
  for (const VirtualHostProto& host_proto : proto.virtual_hosts()) {
    const Fingerprint fingerprint = fingerprinter.Of(host_proto);
    std::shared_ptr<const VirtualHost> host =
        reusable.Find(fingerprint, host_proto.name(), compiled->hosts.size());
    if (host != nullptr) {
      ++compiled->hosts_reused;
    } else {
      auto fresh = CompileVirtualHost(host_proto, {fingerprint, DomainsFingerprint(host_proto)},
                                      *compiled->level, context, caches);
      if (!fresh.ok()) {
        return Annotate(fresh.status(), StrCat(where, ": virtual host '", host_proto.name(), "'"));
      }
      host = *std::move(fresh);
    }
    compiled->hosts.emplace_back(std::move(host));
  }
  compiled->domains = DomainsFingerprint(compiled->hosts, proto.ignore_port_in_host_matching());
  if (old != nullptr && old->domains == compiled->domains) {
    compiled->index = old->index;
  } else {
    auto index = CompileHostIndex(proto);
    if (!index.ok()) return Annotate(index.status(), where);
    compiled->index = *std::move(index);
  }
  compiled->warnings = Warnings(compiled->level_warnings, compiled->hosts);
  compiled->override_names = OverrideNames(compiled->level_override_names, compiled->hosts);
  return std::shared_ptr<const RouteTable>(new RouteTable(std::move(compiled)));
}

absl::StatusOr<std::shared_ptr<const RouteTable>> RouteTable::CompileChange(
    const RouteConfiguration& news, std::span<const uint32_t> hosts, const CompileContext& context,
    const RouteTable& previous) {
  const Compiled& old = *previous.compiled_;
  for (const HostEntry& entry : old.hosts) {
    if (!entry.is_reusable) return nullptr;
  }
  auto compiled = std::make_unique<Compiled>();
  static_cast<Level&>(*compiled) = old;
  compiled->hosts.reserve(hosts.size());
  Fingerprinter fingerprinter;
  CompileCaches caches;
  caches.runtime = context.runtime;
  int next = 0;
  for (const uint32_t place : hosts) {
    if (place != kNew) {
      if (place >= old.hosts.size()) return nullptr;
      compiled->hosts.push_back(old.hosts[place]);
      continue;
    }
    if (next == news.virtual_hosts_size()) return nullptr;
    const VirtualHostProto& proto = news.virtual_hosts(next++);
    auto fresh = CompileVirtualHost(proto, {fingerprinter.Of(proto), DomainsFingerprint(proto)},
                                    *compiled->level, context, caches);
    if (!fresh.ok()) {
      return Annotate(fresh.status(), StrCat("route configuration '", news.name(),
                                             "': virtual host '", proto.name(), "'"));
    }
    compiled->hosts.emplace_back(*std::move(fresh));
  }
  if (next != news.virtual_hosts_size()) return nullptr;
  compiled->hosts_reused = hosts.size() - static_cast<size_t>(next);
  compiled->domains = DomainsFingerprint(compiled->hosts, news.ignore_port_in_host_matching());
  if (!(compiled->domains == old.domains)) {
    compiled->index = CompileHostIndexChange(news, hosts, old.hosts.size(), *old.index);
    if (compiled->index == nullptr) return nullptr;
  }
  compiled->warnings = Warnings(compiled->level_warnings, compiled->hosts);
  compiled->override_names = OverrideNames(compiled->level_override_names, compiled->hosts);
  return std::shared_ptr<const RouteTable>(new RouteTable(std::move(compiled)));
}

RouteTable::RouteTable(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

RouteTable::~RouteTable() = default;

const Route* RouteTable::Match(const codec::RequestHead& head, uint64_t random) const {
  if (head.path.empty()) return nullptr;
  const uint32_t host = compiled_->index->Find(head.authority);
  if (host == HostIndex::kNone) return nullptr;
  std::string_view path = PathWithoutQuery(head.path);
  std::string without_parameters;
  if (compiled_->ignores_path_parameters) path = WithoutParameters(path, without_parameters);
  const HostEntry& entry = compiled_->hosts[host];
  PathCandidates found;
  entry.paths->Find(path, found);
  if (found.conditional.empty() && !entry.is_special) {
    return found.first == kNoPosition ? nullptr : entry.routes + found.first;
  }
  return entry.host->Match(found, path, head, random);
}

const std::string& RouteTable::name() const { return compiled_->name; }
const std::vector<std::string>& RouteTable::internal_only_headers() const {
  return compiled_->internal_only_headers;
}
const std::vector<std::string>& RouteTable::warnings() const { return compiled_->warnings; }
const std::set<std::string>& RouteTable::override_names() const {
  return compiled_->override_names;
}
size_t RouteTable::virtual_hosts() const { return compiled_->hosts.size(); }
size_t RouteTable::virtual_hosts_reused() const { return compiled_->hosts_reused; }

}  // namespace fairlead::route
