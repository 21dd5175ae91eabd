#include "dataplane/upstream/host.h"

#include "dataplane/net/connection_id.h"

namespace fairlead::upstream {

Connection::Connection(std::unique_ptr<event::Socket> socket, std::shared_ptr<HostStats> stats)
    : id(net::NextConnectionId()),
      socket_(std::move(socket)),
      stats_(std::move(stats)),
      idle_timer_(&OnIdleTimeout, this) {
  stats_->cx_total.Add();
  stats_->cx_active.Add();
  socket_->SetMeter(&stats_->cluster->cx_bytes);
  stats_->cluster->cx_total.Add();
  stats_->cluster->cx_active.Add();
}

Connection::~Connection() {
  TrafficStats& cluster = *stats_->cluster;
  stats_->cx_active.Sub();
  cluster.cx_active.Sub();
  (is_closed_by_peer ? cluster.cx_destroy_remote : cluster.cx_destroy_local).Add();
  if (!has_request) return;
  (is_closed_by_peer ? cluster.cx_destroy_remote_with_active_rq
                     : cluster.cx_destroy_local_with_active_rq)
      .Add();
}

const net::Address& Connection::local_address() {
  if (!local_address_.has_value()) local_address_ = socket_->local_address();
  return *local_address_;
}

void Connection::Rest(Host& host, event::TimerWheel& timers, event::Duration idle_timeout) {
  host_ = &host;
  socket_->SetWatcher(this);
  if (idle_timeout > event::Duration::zero()) idle_timer_.Arm(timers, idle_timeout);
}

void Connection::Wake() {
  host_ = nullptr;
  socket_->SetWatcher(nullptr);
  idle_timer_.Disarm();
}

void Connection::OnInput() {
  is_closed_by_peer = true;
  CountUnasked();
  host_->Drop(*this);
}

void Connection::OnIdleTimeout(void* self) {
  auto& connection = *static_cast<Connection*>(self);
  connection.stats_->cluster->cx_idle_timeout.Add();
  connection.host_->Drop(connection);
}

void Connection::CountUnasked() {
  if (in_.empty()) {
    auto read = socket_->Read(in_, net::kReadBlock);
    if (!read.await_ready()) {
      // Withdrawn again when it goes out of scope.
      return read.await_suspend(std::noop_coroutine());
    }
    read.await_resume();
  }
  if (in_.empty()) return;
  stats_->cx_protocol_error.Add();
  stats_->cluster->cx_protocol_error.Add();
}

Host::~Host() {
  while (!idle_.empty()) delete &idle_.pop_back();
}

std::unique_ptr<Connection> Host::TakeIdle(Care care) {
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection(&idle_.pop_back());
    --idle_count_;
    connection->Wake();
    const event::Socket& socket = connection->socket();
    const bool asks_kernel = care == Care::kSure || connection->is_doubtful;
    if (asks_kernel ? socket.IsQuietNow() : socket.IsQuiet()) return connection;
    connection->CountUnasked();
  }
  return nullptr;
}

void Host::Give(std::unique_ptr<Connection> connection, event::TimerWheel& timers,
                event::Duration idle_timeout) {
  // Bytes beyond the response, or an end that has already arrived: the connection is not fit for
  // another request.
  if (!connection->in().empty() || !connection->socket().IsQuiet())
    return connection->CountUnasked();
  connection->Rest(*this, timers, idle_timeout);
  idle_.push_back(*connection.release());
  ++idle_count_;
}

void Host::Drop(Connection& connection) {
  connection.unlink();
  --idle_count_;
  delete &connection;
}

}  // namespace fairlead::upstream
