#ifndef FAIRLEAD_DATAPLANE_LISTENER_ACTIVE_LISTENER_H_
#define FAIRLEAD_DATAPLANE_LISTENER_ACTIVE_LISTENER_H_

// A listener on one worker: its listening socket, and the connection manager its connections go to.
//
//     auto listener = ActiveListener::Open(worker, config, address, stats);
//     listener->Update(new_config, stats);            // same address: open connections go on, and
//     see it with their next request listener.reset();                        // stops accepting;
//     connections close after their request
//
// Step 1 of a request's life: accept, choose the filter chain (there is one), hand the connection
// to it. Thread: worker. Owned by the server's worker thread.

#include <memory>

#include "absl/status/statusor.h"
#include "dataplane/event/loop.h"
#include "dataplane/http/worker.h"
#include "dataplane/listener/listener_config.h"

namespace fairlead::listener {

class ActiveListener final : private event::AcceptHandler {
 public:
  // `address` is the configured one with its port resolved. Fails when it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<ActiveListener>> Open(
      http::Worker& worker, const ListenerConfig& config, const net::Address& address,
      std::shared_ptr<http::HttpStats> stats);
  ~ActiveListener() override;

  void Update(const ListenerConfig& config, std::shared_ptr<http::HttpStats> stats);
  net::Address local_address() const { return socket_->local_address(); }
  // Stops accepting; open connections finish their requests.
  void StopAccepting();

 private:
  explicit ActiveListener(http::Worker& worker);
  void OnAccept(std::unique_ptr<event::Socket> socket) override;

  http::Worker& worker_;
  base::IntrusivePtr<http::HcmSlot> hcm_;
  std::unique_ptr<event::ListenSocket> socket_;
};

}  // namespace fairlead::listener

#endif  // FAIRLEAD_DATAPLANE_LISTENER_ACTIVE_LISTENER_H_
