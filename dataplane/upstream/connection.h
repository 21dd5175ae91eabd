#ifndef FAIRLEAD_DATAPLANE_UPSTREAM_CONNECTION_H_
#define FAIRLEAD_DATAPLANE_UPSTREAM_CONNECTION_H_

// A connection to an endpoint, with what has been read from it. Lent to one request at a time;
// between requests it belongs to its Host. Thread: worker.

#include <cstdint>
#include <memory>
#include <optional>

#include "dataplane/base/intrusive_list.h"
#include "dataplane/event/socket.h"
#include "dataplane/event/timer.h"
#include "dataplane/net/buffer.h"

namespace fairlead::upstream {

class Host;
struct HostStats;

class Connection final : public base::ListHook, private event::SocketWatcher {
 public:
  // Counts itself in `stats`, which it keeps.
  Connection(std::unique_ptr<event::Socket> socket, std::shared_ptr<HostStats> stats);
  ~Connection() override;

  event::Socket& socket() { return *socket_; }
  net::ReadBuffer& in() { return in_; }
  // Our end of it. The kernel is asked once.
  const net::Address& local_address();
  // Its number in this process, and when it was asked for and made: for logs.
  const uint64_t id;
  event::MonotonicTime connect_begin{};
  event::MonotonicTime connect_end{};
  // Requests that were started on it, the present one included.
  uint32_t requests = 0;
  // Of the last answer, a sign of how large the next one is.
  uint64_t last_body_bytes = 0;
  // More than the answer may come to the last request: one with a body, which a server that does
  // not read bodies takes for another request; HEAD, which some answer with a body.
  bool is_doubtful = false;
  // A request is under way on it.
  bool has_request = false;
  // The other side ended it.
  bool is_closed_by_peer = false;

 private:
  friend class Host;

  // While it is idle.
  void Rest(Host& host, event::TimerWheel& timers, event::Duration idle_timeout);
  void Wake();
  void OnHangup() override { OnInput(); }
  void OnInput() override;
  static void OnIdleTimeout(void* self);
  // Counts bytes that came without a request: the end of the stream is none.
  void CountUnasked();

  std::unique_ptr<event::Socket> socket_;
  net::ReadBuffer in_;
  std::optional<net::Address> local_address_;
  std::shared_ptr<HostStats> stats_;
  Host* host_ = nullptr;
  event::Timer idle_timer_;
};

}  // namespace fairlead::upstream

#endif  // FAIRLEAD_DATAPLANE_UPSTREAM_CONNECTION_H_
