#include "dataplane/listener/active_listener.h"

#include "dataplane/base/status.h"

namespace fairlead::listener {

ActiveListener::ActiveListener(http::Worker& worker)
    : worker_(worker), hcm_(base::MakeIntrusive<http::HcmSlot>()) {}

absl::StatusOr<std::unique_ptr<ActiveListener>> ActiveListener::Open(
    http::Worker& worker, const ListenerConfig& config, const net::Address& address,
    std::shared_ptr<http::HttpStats> stats) {
  std::unique_ptr<ActiveListener> listener(new ActiveListener(worker));
  listener->Update(config, std::move(stats));
  FL_ASSIGN_OR_RETURN(
      listener->socket_,
      worker.loop.Listen(address, {.reuse_port = config.reuse_port, .backlog = config.backlog},
                         *listener));
  return listener;
}

ActiveListener::~ActiveListener() {
  StopAccepting();
  worker_.DrainThenCut(*hcm_);
}

void ActiveListener::Update(const ListenerConfig& config, std::shared_ptr<http::HttpStats> stats) {
  hcm_->stats = std::move(stats);
  hcm_->routes = worker_.Routes(config.hcm->route_config_name);
  hcm_->config = base::MakeIntrusive<http::Snapshot<http::HcmConfig>>(config.hcm);
}

void ActiveListener::StopAccepting() { socket_.reset(); }

void ActiveListener::OnAccept(std::unique_ptr<event::Socket> socket) {
  worker_.Serve(std::move(socket), hcm_);
}

}  // namespace fairlead::listener
