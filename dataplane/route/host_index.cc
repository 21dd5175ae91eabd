#include "dataplane/route/host_index.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"

namespace fairlead::route {
namespace {

// Room for a changed copy of a host name: on the stack for every name there really is.
class Scratch {
 public:
  explicit Scratch(size_t size) {
    if (size > near_.size()) far_.resize(size);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  char* data() { return far_.empty() ? near_.data() : far_.data(); }

 private:
  std::array<char, 256> near_;
  std::string far_;
};

// Without ":<port>"; an IPv6 address keeps its brackets.
std::string_view WithoutPort(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos) return authority;
  const size_t bracket = authority.rfind(']');
  if (bracket != std::string_view::npos && bracket > colon) return authority;
  return authority.substr(0, colon);
}

// The host of the longest key that `text` starts with: the walk goes from short to long.
uint32_t FindLongest(const RadixTree& tree, std::string_view text) {
  uint32_t found = HostIndex::kNone;
  tree.Walk<false>(text, [&](uint32_t host, size_t) { found = host; });
  return found;
}

}  // namespace

uint32_t HostIndex::Find(std::string_view authority) const {
  if (exact_.empty() && suffixes_.empty() && prefixes_.empty()) return any_;
  if (ignores_port_) authority = WithoutPort(authority);
  Scratch lower(authority.size());
  std::transform(authority.begin(), authority.end(), lower.data(), AsciiLower);
  return FindLower({lower.data(), authority.size()});
}

uint32_t HostIndex::FindLower(std::string_view host) const {
  const auto found = exact_.find(host);
  if (found != exact_.end()) return found->host;
  // The "*" stands for at least one character, which the walks therefore do not see.
  if (!suffixes_.empty() && host.size() > 1) {
    Scratch backwards(host.size());
    std::copy(host.rbegin(), host.rend() - 1, backwards.data());
    const uint32_t suffix = FindLongest(suffixes_, {backwards.data(), host.size() - 1});
    if (suffix != kNone) return suffix;
  }
  if (!prefixes_.empty() && host.size() > 1) {
    const uint32_t prefix = FindLongest(prefixes_, host.substr(0, host.size() - 1));
    if (prefix != kNone) return prefix;
  }
  return any_;
}

void HostIndex::ForEach(
    absl::FunctionRef<void(std::string_view domain, uint32_t host)> visit) const {
  for (const Domain& domain : exact_) {
    visit({names_.get() + domain.offset, domain.size}, domain.host);
  }
  suffixes_.ForEach([&](std::string_view key, uint32_t host) {
    visit("*" + std::string(key.rbegin(), key.rend()), host);
  });
  prefixes_.ForEach(
      [&](std::string_view key, uint32_t host) { visit(std::string(key) + "*", host); });
  if (any_ != kNone) visit("*", any_);
}

std::optional<uint32_t> HostIndex::Builder::Add(std::string_view domain, uint32_t host) {
  const bool is_kept = std::all_of(domain.begin(), domain.end(),
                                   [](char c) { return c != '*' && AsciiLower(c) == c; });
  if (!is_kept) domain = texts_.emplace_back(absl::AsciiStrToLower(ToAbsl(domain)));
  const auto [at, is_new] = all_.try_emplace(domain, host);
  if (!is_new) return at->second;
  if (domain == "*") {
    any_ = host;
  } else if (domain.starts_with('*')) {
    suffixes_.push_back({std::string(domain.rbegin(), domain.rend() - 1), host});
  } else if (domain.ends_with('*')) {
    prefixes_.push_back({std::string(domain.substr(0, domain.size() - 1)), host});
  }
  return std::nullopt;
}

RadixTree HostIndex::Builder::MakeTree(std::vector<Wildcard> wildcards) {
  std::sort(wildcards.begin(), wildcards.end(),
            [](const Wildcard& a, const Wildcard& b) { return a.text < b.text; });
  std::vector<std::string_view> keys;
  std::vector<uint32_t> hosts;
  keys.reserve(wildcards.size());
  hosts.reserve(wildcards.size());
  for (const Wildcard& wildcard : wildcards) {
    keys.push_back(wildcard.text);
    hosts.push_back(wildcard.host);
  }
  return RadixTree::Build(keys, hosts);
}

HostIndex HostIndex::Builder::Build() && {
  const size_t exact = all_.size() - suffixes_.size() - prefixes_.size() - (any_ == kNone ? 0 : 1);
  HostIndex index;
  index.any_ = any_;
  index.ignores_port_ = ignores_port_;
  index.suffixes_ = MakeTree(std::move(suffixes_));
  index.prefixes_ = MakeTree(std::move(prefixes_));

  const auto is_exact = [](std::string_view domain) {
    return !domain.starts_with('*') && !domain.ends_with('*');
  };
  size_t bytes = 0;
  for (const auto& [domain, host] : all_) {
    if (is_exact(domain)) bytes += domain.size();
  }
  index.names_ = std::make_unique_for_overwrite<char[]>(bytes);
  const DomainText text{index.names_.get()};
  index.exact_ = absl::flat_hash_set<Domain, DomainHash, DomainEqual>(exact, DomainHash{text},
                                                                      DomainEqual{text});
  uint32_t end = 0;
  for (const auto& [domain, host] : all_) {
    if (!is_exact(domain)) continue;
    std::copy(domain.begin(), domain.end(), index.names_.get() + end);
    index.exact_.insert(Domain{end, static_cast<uint32_t>(domain.size()), host});
    end += static_cast<uint32_t>(domain.size());
  }
  return index;
}

}  // namespace fairlead::route
