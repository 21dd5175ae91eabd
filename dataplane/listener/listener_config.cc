#include "dataplane/listener/listener_config.h"

#include "dataplane/base/status.h"
#include "dataplane/xds/compiler.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead::listener {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

absl::StatusOr<net::Address> ListenAddress(const envoy::config::core::v3::Address& proto) {
  if (!proto.has_socket_address()) {
    return InvalidArgument("address: only socket_address is supported");
  }
  const auto& socket = proto.socket_address();
  if (socket.port_specifier_case() == envoy::config::core::v3::SocketAddress::kNamedPort) {
    return InvalidArgument("address.socket_address.named_port: is not supported, use port_value");
  }
  auto address = net::Address::Parse(socket.address(), static_cast<uint16_t>(socket.port_value()));
  if (!address.ok()) return Annotate(address.status(), "address.socket_address.address");
  return address;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ListenerConfig>> CompileListener(
    const envoy::config::listener::v3::Listener& proto, http::HcmCompileContext context) {
  auto config = std::make_shared<ListenerConfig>();
  config->name = proto.name();
  config->stat_prefix = proto.stat_prefix();
  FL_ASSIGN_OR_RETURN(config->address, ListenAddress(proto.address()));
  // enable_reuse_port changes nothing: it asks how workers share an address, not whether.
  if (proto.has_tcp_backlog_size()) {
    config->backlog = static_cast<int>(proto.tcp_backlog_size().value());
  }
  if (proto.filter_chains_size() != 1) {
    return InvalidArgument("filter_chains: has ", proto.filter_chains_size(),
                           " entries; exactly one is supported");
  }
  const auto& chain = proto.filter_chains(0);
  if (chain.filters_size() != 1) {
    return InvalidArgument("filter_chains[0].filters: has ", chain.filters_size(),
                           " entries; exactly one, the HTTP connection manager, is supported");
  }
  const std::string where = StrCat("filter_chains[0].filters[0] '", chain.filters(0).name(), "'");
  HttpConnectionManager hcm;
  if (!chain.filters(0).typed_config().UnpackTo(&hcm)) {
    return InvalidArgument(where, ": typed_config is '", chain.filters(0).typed_config().type_url(),
                           "'; only HttpConnectionManager is supported");
  }
  const std::string inline_name = xds::InlineRouteName(proto.name(), chain.name(), 0);
  context.inline_route_name = inline_name;
  context.listener_name = proto.name();
  context.filter_chain_name = chain.name();
  context.filter_chain_metadata = observe::Metadata::Make(chain.metadata());
  context.listener_metadata = observe::Metadata::Make(proto.metadata());
  auto compiled = http::CompileHcm(hcm, context);
  if (!compiled.ok()) return Annotate(compiled.status(), where);
  config->hcm = *std::move(compiled);
  return config;
}

}  // namespace fairlead::listener
