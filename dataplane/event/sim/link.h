#ifndef FAIRLEAD_DATAPLANE_EVENT_SIM_LINK_H_
#define FAIRLEAD_DATAPLANE_EVENT_SIM_LINK_H_

// One simulated connection: what two kernels and the network between them know of it. Side 0
// connected, side 1 accepted. The calls are those of a non-blocking socket, and behave as Linux's
// TCP does where a program can tell:
//
//     what arrived before a reset can still be read; then comes ECONNRESET once, then the end
//     closing over bytes that nobody read sends a reset, on which the other side may lose bytes
//     bytes for a side that has closed are answered by a reset
//
// Thread: the network's. Owner: the sockets of both sides, and what is under way.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dataplane/event/sim/network.h"

namespace fairlead::event::sim {

class SimSocket;

// What a socket is told of, as by an edge-triggered epoll.
inline constexpr uint32_t kIn = 1;
inline constexpr uint32_t kOut = 2;
// The other side will send no more.
inline constexpr uint32_t kEnd = 4;
// The connection is gone in both directions.
inline constexpr uint32_t kGone = 8;

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Network& network, const net::Address& client, const net::Address& server);

  uint64_t id() const { return id_; }
  const net::Address& address(int side) const { return addresses_[static_cast<size_t>(side)]; }

  // Sends the request to connect; side 0 is told kOut or kGone.
  void Connect();
  // 0, or the negative errno that connecting came to.
  int64_t connect_result() const { return connect_result_; }

  // The socket of a side, told from now on; and at once of what has happened so far.
  void Attach(int side, SimSocket& socket);
  // Bytes read, 0 at the end, or a negative errno.
  int64_t Receive(int side, char* into, size_t size);
  // Something to read, an end or an error is there.
  bool HasInput(int side) const;
  bool has_unread(int side) const { return half(side).unread() > 0; }
  // Bytes taken, or a negative errno.
  int64_t Send(int side, std::string_view bytes);
  void ShutdownWrite(int side);
  void Close(int side);
  // Closes so that the other side sees a reset.
  void Abort(int side);

 private:
  struct Half {
    SimSocket* socket = nullptr;
    uint32_t events = 0;
    std::string received;
    size_t read = 0;
    size_t under_way = 0;
    MonotonicTime last_arrival{};
    bool has_end = false;
    bool is_reset = false;
    bool is_error_told = false;
    bool has_sent_end = false;
    bool is_closed = false;
    // The side would have sent more, had there been space.
    bool wants_space = false;

    size_t unread() const { return received.size() - read; }
  };

  Half& half(int side) { return halves_[static_cast<size_t>(side)]; }
  const Half& half(int side) const { return halves_[static_cast<size_t>(side)]; }
  void Raise(int side, uint32_t events);
  // When something sent now to a side arrives, behind all that was sent before.
  MonotonicTime ArrivalTime(int side);
  void ReceiveConnect();
  void Arrive(int side, std::string bytes);
  void SendReset(int to);
  void ReceiveReset(int side);
  void SendEnd(int to);

  Network& network_;
  const uint64_t id_;
  const std::array<net::Address, 2> addresses_;
  std::array<Half, 2> halves_;
  int64_t connect_result_ = 0;
};

}  // namespace fairlead::event::sim

#endif  // FAIRLEAD_DATAPLANE_EVENT_SIM_LINK_H_
