#ifndef FAIRLEAD_DATAPLANE_HTTP_HCM_CONFIG_H_
#define FAIRLEAD_DATAPLANE_HTTP_HCM_CONFIG_H_

// An HTTP connection manager as configured: compiled once, immutable, shared by all workers.
// Thread: built on the configuration thread, read on any.
// Source: extensions.filters.network.http_connection_manager.v3.HttpConnectionManager; defaults are
// Envoy's.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/codec/http1/parser.h"
#include "dataplane/filters/filter.h"
#include "dataplane/filters/router/router.h"
#include "dataplane/http/local_reply.h"
#include "dataplane/net/cidr.h"
#include "dataplane/observe/access_log.h"
#include "dataplane/observe/metadata.h"

namespace fairlead::http {

// Where the client's address comes from when the peer's is not it
// (HttpConnectionManager.original_ip_detection_extensions).
struct IpDetection {
  enum class Source : uint8_t { kForwardedFor, kHeader };
  Source source = Source::kForwardedFor;
  uint32_t trusted_hops = 0;
  bool skip_xff_append = true;
  // Lower-case.
  std::string header;
  // What the header names may be internal (internal_address_config).
  bool is_trusted = false;
  // Answers a request without such an address; 0: goes on.
  uint16_t reject_status = 0;
};

struct HcmConfig {
  enum class ServerHeader : uint8_t { kOverwrite, kAppendIfAbsent, kPassThrough };
  enum class EscapedSlashes : uint8_t { kKeep, kReject, kUnescapeAndRedirect, kUnescapeAndForward };
  enum class Underscores : uint8_t { kAllow, kRejectRequest, kDropHeader };

  std::string stat_prefix;
  // The name under which the route table is published (RDS, or the one made for an inline
  // route_config).
  std::string route_config_name;
  // Of the filter chain and the listener that it is in, for logs.
  std::string listener_name;
  std::string filter_chain_name;
  std::shared_ptr<const observe::Metadata> filter_chain_metadata;
  std::shared_ptr<const observe::Metadata> listener_metadata;
  // Without the router.
  std::vector<filters::ChainEntry> filters;
  filters::Router router{filters::RouterConfig{}};
  std::vector<std::shared_ptr<const observe::AccessLog>> access_logs;
  // Null when local replies stay as they are.
  std::shared_ptr<const LocalReplies> local_replies;

  // The request's identity.
  bool use_remote_address = false;
  bool skip_xff_append = false;
  uint32_t xff_num_trusted_hops = 0;
  // When use_remote_address is off. X-Forwarded-For, when none is configured.
  std::vector<IpDetection> ip_detections{IpDetection()};
  // None, when none are configured (Envoy's default since 1.33).
  std::vector<net::Cidr> internal_addresses;
  // What X-Forwarded-For says instead of a loopback peer: an address of this machine, as Envoy has
  // it; empty: the peer's.
  std::string local_address;
  bool append_x_forwarded_port = false;
  // add_user_agent: the node's cluster and id; empty: nothing is added.
  std::string user_agent;
  std::string node_id;
  // scheme_header_transformation; empty: as it came.
  std::string scheme;
  bool generate_request_id = true;
  bool preserve_external_request_id = false;
  bool always_set_request_id_in_response = false;
  std::string via;
  ServerHeader server_header = ServerHeader::kOverwrite;
  std::string server_name = "envoy";

  // Paths and names.
  bool normalize_path = false;
  bool merge_slashes = false;
  EscapedSlashes escaped_slashes = EscapedSlashes::kKeep;
  Underscores underscores = Underscores::kAllow;
  bool strip_any_host_port = false;
  bool strip_matching_host_port = false;
  bool strip_trailing_host_dot = false;

  // Protocol.
  codec::http1::HeadLimits head_limits;
  bool accept_http_10 = false;
  std::string default_host_for_http_10;
  bool enable_trailers = false;
  // The upstream decides on "Expect: 100-continue"; else this proxy says 100 itself.
  bool proxy_100_continue = false;

  // Timeouts; 0: none.
  std::chrono::milliseconds idle_timeout{3'600'000};
  std::chrono::milliseconds stream_idle_timeout{300'000};
  std::chrono::milliseconds request_headers_timeout{0};
  std::chrono::milliseconds request_timeout{0};
  std::chrono::milliseconds delayed_close_timeout{1000};
  std::chrono::milliseconds drain_timeout{5000};
  std::chrono::milliseconds max_stream_duration{0};
  std::chrono::milliseconds max_connection_duration{0};
  // Requests after which a connection is closed; 0: no limit.
  uint32_t max_requests_per_connection = 0;
};

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_HCM_CONFIG_H_
