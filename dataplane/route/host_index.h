#ifndef FAIRLEAD_DATAPLANE_ROUTE_HOST_INDEX_H_
#define FAIRLEAD_DATAPLANE_ROUTE_HOST_INDEX_H_

// Finds a virtual host by a request's Host, the way Envoy does: an equal domain first, then the
// longest suffix wildcard ("*.example.com"), the longest prefix wildcard ("www.*"), then "*".
// Letters match in either case. A wildcard stands for at least one character. A port is part of
// the text ("a.com" is not "a.com:8080") unless ports are ignored.
//
//     HostIndex::Builder builder;
//     if (auto taken = builder.Add("*.example.com", 3)) ...   // host 3; `taken` has it already
//     HostIndex index = std::move(builder).Build();
//     uint32_t host = index.Find(head.authority);             // kNone: no virtual host
//
// Cost: one hash look-up; for a host that is not there by name, one walk of a radix tree for each
// kind of wildcard, whatever their number.
//
// Thread: built on one, searched on any. Source: config.route.v3.VirtualHost.domains,
// RouteConfiguration.ignore_port_in_host_matching.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/radix_tree.h"

namespace fairlead::route {

class HostIndex {
 public:
  static constexpr uint32_t kNone = 0xffffffff;
  // A longer domain is refused (DNS: 253, and a port).
  static constexpr size_t kDomainMax = 1024;

  class Builder;

  uint32_t Find(std::string_view authority) const;
  // Every domain in small letters, in no order. Those without a "*" stay as long as the index.
  void ForEach(absl::FunctionRef<void(std::string_view domain, uint32_t host)> visit) const;

 private:
  // An exact domain: a part of `names_`.
  struct Domain {
    uint32_t offset = 0;
    uint32_t size = 0;
    uint32_t host = kNone;
  };
  struct DomainText {
    using is_transparent = void;
    static std::string_view Of(std::string_view text, const char*) { return text; }
    static std::string_view Of(const Domain& domain, const char* names) {
      return {names + domain.offset, domain.size};
    }
    const char* names = nullptr;
  };
  struct DomainHash : DomainText {
    template <typename T>
    size_t operator()(const T& domain) const {
      return StringHash()(Of(domain, names));
    }
  };
  struct DomainEqual : DomainText {
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Of(a, names) == Of(b, names);
    }
  };

  uint32_t FindLower(std::string_view host) const;

  // The exact domains' texts, one after the other.
  std::unique_ptr<char[]> names_;
  absl::flat_hash_set<Domain, DomainHash, DomainEqual> exact_;
  // From the wildcards' fixed parts (backwards for suffixes) to hosts.
  RadixTree suffixes_;
  RadixTree prefixes_;
  uint32_t any_ = kNone;
  bool ignores_port_ = false;
};

class HostIndex::Builder {
 public:
  // Adds a domain of virtual host `host`; one without a "*" is kept by reference until Build().
  // Returns the virtual host that has it already, if any.
  std::optional<uint32_t> Add(std::string_view domain, uint32_t host);
  void IgnorePort() { ignores_port_ = true; }
  HostIndex Build() &&;

 private:
  struct Wildcard {
    std::string text;
    uint32_t host = 0;
  };
  static RadixTree MakeTree(std::vector<Wildcard> wildcards);

  // Every domain, with its "*".
  absl::flat_hash_map<std::string_view, uint32_t, StringHash, std::equal_to<>> all_;
  // The texts of those that are not kept by reference.
  std::deque<std::string> texts_;
  std::vector<Wildcard> suffixes_;
  std::vector<Wildcard> prefixes_;
  uint32_t any_ = kNone;
  bool ignores_port_ = false;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_HOST_INDEX_H_
