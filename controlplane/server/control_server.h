#ifndef FAIRLEAD_CONTROLPLANE_SERVER_CONTROL_SERVER_H_
#define FAIRLEAD_CONTROLPLANE_SERVER_CONTROL_SERVER_H_

// The control plane as a whole: store, management, xDS server, gRPC and REST.
//
//     FL_ASSIGN_OR_RETURN(auto server, ControlServer::Start(options));
//     server->addresses().xds;      // "127.0.0.1:18000"
//     server.reset();               // or Stop(): ends streams and requests, closes the store
//
// Start reads the store, publishes its newest revision, and only then opens the xDS port: a proxy
// never sees a control plane that has not read its state yet.
//
// Without a token file each address must be on the loopback. With one, every call needs the token,
// management and xDS alike, wherever it comes from. Thread: one, which starts and stops it.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fairlead::control::server {

struct ControlOptions {
  // Made if it is not there; readable by its owner only.
  std::string data_dir;
  // Port 0: any that is free.
  std::string xds_address = "127.0.0.1:18000";
  std::string management_address = "127.0.0.1:18001";
  std::string http_address = "127.0.0.1:18002";
  // Empty: none.
  std::string token_file;
  // Required: wall time for people, monotonic time for intervals.
  std::function<absl::Time()> wall_clock;
  std::function<std::chrono::steady_clock::time_point()> monotonic_clock;
};

// With the ports that were chosen.
struct ControlAddresses {
  std::string xds;
  std::string management;
  std::string http;
};

class ControlServer {
 public:
  static absl::StatusOr<std::unique_ptr<ControlServer>> Start(const ControlOptions& options);
  ~ControlServer();

  const ControlAddresses& addresses() const;
  void Stop();

 private:
  class Core;
  explicit ControlServer(std::unique_ptr<Core> core);
  const std::unique_ptr<Core> core_;
};

}  // namespace fairlead::control::server

#endif  // FAIRLEAD_CONTROLPLANE_SERVER_CONTROL_SERVER_H_
