#ifndef FAIRLEAD_DATAPLANE_HTTP_COMPILE_HCM_H_
#define FAIRLEAD_DATAPLANE_HTTP_COMPILE_HCM_H_

// Makes an HcmConfig from its message. Fields that are not honoured have been refused before
// (supported.cc); what is checked here is what a table of fields cannot say. Thread: configuration.

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "dataplane/http/hcm_config.h"

namespace envoy::config::accesslog::v3 {
class AccessLog;
}
namespace envoy::extensions::filters::network::http_connection_manager::v3 {
class HttpConnectionManager;
}
namespace fairlead::xds {
class SupportTable;
}

namespace fairlead::http {

struct HcmCompileContext {
  // Of an inline route_config.
  std::string_view inline_route_name;
  // As HcmConfig has them.
  std::string_view listener_name;
  std::string_view filter_chain_name;
  std::shared_ptr<const observe::Metadata> filter_chain_metadata;
  std::shared_ptr<const observe::Metadata> listener_metadata;
  // Opens an access log; the same file is the same log.
  std::function<absl::StatusOr<std::shared_ptr<const observe::AccessLog>>(
      const envoy::config::accesslog::v3::AccessLog&)>
      open_access_log;
  // An address of this machine (net::OwnAddress), for X-Forwarded-For of loopback peers.
  std::string local_address;
  // bootstrap.node.cluster and .id, for add_user_agent.
  std::string node_cluster;
  std::string node_id;
  // Where filters count.
  observe::CounterSets* counters = nullptr;
  // Null: keys have no value.
  runtime::Runtime* runtime = nullptr;
};

absl::StatusOr<std::shared_ptr<const HcmConfig>> CompileHcm(
    const envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager&
        proto,
    const HcmCompileContext& context);

void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_COMPILE_HCM_H_
