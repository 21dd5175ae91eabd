#ifndef FAIRLEAD_CONTROLPLANE_XDS_SERVER_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SERVER_H_

// The xDS server: gives every connected client the newest snapshot over ADS (state of the world and
// delta) and over the per-type streams, and knows what each client has accepted.
//
//     XdsServer xds({.wall_clock = ..., .monotonic_clock = ...});
//     grpc::ServerBuilder builder;
//     XdsServer::ConfigureBuilder(builder, xds.options());
//     builder.RegisterService(xds.ads_service());
//     builder.RegisterService(xds.status_service());
//     auto grpc_server = builder.BuildAndStart();
//     xds.Publish(snapshot);            // any thread, as often as wanted
//     ...
//     xds.Shutdown();                   // ends all streams
//     grpc_server->Shutdown();
//
// Until the first Publish a stream is accepted and read but not answered, so that a control plane
// that has not loaded its state yet deletes nothing.
//
// Publish swaps a pointer and wakes one thread of the server, which visits the streams; what a
// stream needs is derived from what it was sent and from the newest snapshot. There is no queue: a
// stream that is slow has at most one write under way and then gets the newest state.
//
// Thread: any. Owner: the program; must outlive the grpc::Server it is registered with.
// Limits: XdsServerOptions.
// Source: xDS protocol; envoy.service.discovery.v3.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "controlplane/fleet/proxy_status.h"
#include "controlplane/xds/snapshot.h"

namespace grpc {
class ServerBuilder;
class ServerContextBase;
class Service;
}  // namespace grpc

namespace fairlead::control::xds {

struct XdsServerOptions {
  // For display (connected since, time of a rejection). Required.
  std::function<absl::Time()> wall_clock;
  // For intervals. Required.
  std::function<std::chrono::steady_clock::time_point()> monotonic_clock;
  // Whether a client may connect, by its metadata; one that may not gets UNAUTHENTICATED. Everyone
  // may when this is not set. Called from any thread.
  std::function<bool(const grpc::ServerContextBase&)> admits;
  // Sent as control_plane.identifier.
  std::string identifier = "fairlead-control";
  // Streams at one time; one more is refused with RESOURCE_EXHAUSTED. 0: no limit.
  std::size_t streams_max = 0;
  // A longer request ends its stream. 100,000 names with versions are about 8 MiB.
  std::size_t request_bytes_max = 16 << 20;
  // Names that one stream may subscribe to in one type.
  std::size_t names_max = 200'000;
  // For how long a change of listeners and routes waits until the client has acknowledged the
  // clusters and endpoints of the same change; then it goes out regardless.
  std::chrono::milliseconds hold_max{5000};
};

class XdsServer {
 public:
  explicit XdsServer(XdsServerOptions options);
  ~XdsServer();
  XdsServer(const XdsServer&) = delete;
  XdsServer& operator=(const XdsServer&) = delete;

  // Sets on the builder what this server relies on: message size, keepalive of idle streams.
  static void ConfigureBuilder(grpc::ServerBuilder& builder, const XdsServerOptions& options);

  // Makes `snapshot` what every client should have. Does not wait for any of them.
  void Publish(std::shared_ptr<const Snapshot> snapshot);
  // The last published; null before the first.
  std::shared_ptr<const Snapshot> Published() const;

  // For grpc::ServerBuilder::RegisterService.
  grpc::Service* ads_service();

  // fairlead.v1.ResourceStatusReports, which ADS streams are offered; for RegisterService too.
  grpc::Service* status_service();

  // The clients that have sent their node, sorted by node id.
  std::vector<fleet::ProxyStatus> Proxies() const;

  const XdsServerOptions& options() const;

  // Ends all streams with UNAVAILABLE, refuses new ones and waits until the streams are gone. May
  // be called again; call it before grpc::Server::Shutdown(), which waits for streams.
  void Shutdown();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SERVER_H_
