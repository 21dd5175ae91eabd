#include "dataplane/event/sim/link.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dataplane/event/sim/sim_loop.h"
#include "dataplane/event/sim/sim_socket.h"

namespace fairlead::event::sim {
namespace {

// Planted faults strike this often, in 1000.
constexpr uint32_t kSwapChance = 100;

}  // namespace

Link::Link(Network& network, const net::Address& client, const net::Address& server)
    : network_(network), id_(network.NextLinkId()), addresses_{client, server} {}

void Link::Raise(int side, uint32_t events) {
  Half& to = half(side);
  if (to.socket != nullptr) {
    to.socket->Raise(events);
  } else {
    to.events |= events;
  }
}

MonotonicTime Link::ArrivalTime(int side) {
  Half& to = half(side);
  to.last_arrival = std::max(to.last_arrival, network_.Monotonic() + network_.Latency());
  return to.last_arrival;
}

void Link::Connect() {
  network_.Schedule(ArrivalTime(1), [self = shared_from_this()] { self->ReceiveConnect(); });
}

void Link::ReceiveConnect() {
  if (half(0).is_closed) return;
  if (network_.Chance(network_.weather().lose_connect)) return;
  SimListener* listener = network_.ListenerAt(address(1));
  const bool is_refused = listener == nullptr || network_.Chance(network_.weather().refuse);
  if (!is_refused) listener->Queue(shared_from_this());
  network_.Schedule(ArrivalTime(0), [self = shared_from_this(), is_refused] {
    if (is_refused) self->connect_result_ = -ECONNREFUSED;
    if (is_refused) self->half(0).is_reset = true;
    self->Raise(0, is_refused ? kGone : kOut);
  });
}

void Link::Attach(int side, SimSocket& socket) {
  Half& mine = half(side);
  mine.socket = &socket;
  if (mine.events != 0) socket.Raise(std::exchange(mine.events, 0));
}

bool Link::HasInput(int side) const {
  const Half& mine = half(side);
  return mine.unread() > 0 || mine.has_end || mine.is_reset;
}

int64_t Link::Receive(int side, char* into, size_t size) {
  Half& mine = half(side);
  if (mine.unread() == 0) {
    if (mine.is_reset) return std::exchange(mine.is_error_told, true) ? 0 : -ECONNRESET;
    return mine.has_end ? 0 : -EAGAIN;
  }
  const size_t n = std::min(size, mine.unread());
  std::memcpy(into, mine.received.data() + mine.read, n);
  mine.read += n;
  if (mine.unread() == 0) {
    mine.received.clear();
    mine.read = 0;
  } else if (mine.read > 256 * 1024) {
    mine.received.erase(0, mine.read);
    mine.read = 0;
  }
  if (std::exchange(half(1 - side).wants_space, false)) {
    network_.After(network_.Latency(),
                   [self = shared_from_this(), side] { self->Raise(1 - side, kOut); });
  }
  return static_cast<int64_t>(n);
}

int64_t Link::Send(int side, std::string_view bytes) {
  Half& mine = half(side);
  Half& to = half(1 - side);
  if (mine.is_reset) return std::exchange(mine.is_error_told, true) ? -EPIPE : -ECONNRESET;
  if (mine.has_sent_end) return -EPIPE;
  if (side == 0 && to.is_closed && !mine.has_end) ++network_.crossings;
  const size_t used = to.unread() + to.under_way;
  const size_t window = network_.weather().window;
  const size_t space = window > used ? window - used : 0;
  if (space == 0) {
    mine.wants_space = true;
    return -EAGAIN;
  }
  const size_t n = std::min(space, bytes.size());
  if (n < bytes.size()) mine.wants_space = true;
  std::string_view rest = bytes.substr(0, n);
  while (!rest.empty()) {
    size_t piece = rest.size();
    if (network_.Chance(network_.weather().split)) piece = 1 + network_.random().Below(piece);
    to.under_way += piece;
    network_.Schedule(ArrivalTime(1 - side), [self = shared_from_this(), side,
                                              sent = std::string(rest.substr(0, piece))]() mutable {
      self->Arrive(1 - side, std::move(sent));
    });
    rest.remove_prefix(piece);
  }
  return static_cast<int64_t>(n);
}

void Link::Arrive(int side, std::string bytes) {
  Half& to = half(side);
  to.under_way -= bytes.size();
  if (to.is_reset) return;
  if (to.is_closed) return SendReset(1 - side);
  if (network_.Chance(network_.weather().reset)) {
    network_.Note("network", "tears", id_, side);
    ReceiveReset(side);
    return ReceiveReset(1 - side);
  }
  if (network_.plant() == Plant::kSwappedBytes && network_.Chance(kSwapChance)) {
    std::swap(bytes, network_.stashed_bytes);
  }
  network_.Note("network", side == 0 ? "brings client" : "brings server", id_,
                static_cast<int64_t>(bytes.size()));
  to.received += bytes;
  Raise(side, kIn);
}

void Link::SendReset(int to) {
  // Behind what is under way, or ahead of it: then that is lost.
  const MonotonicTime time =
      network_.Chance(500) ? network_.Monotonic() + network_.Latency() : ArrivalTime(to);
  network_.Schedule(time, [self = shared_from_this(), to] { self->ReceiveReset(to); });
}

void Link::ReceiveReset(int side) {
  Half& to = half(side);
  if (to.is_reset || to.is_closed) return;
  network_.Note("network", side == 0 ? "resets client" : "resets server", id_, 0);
  to.is_reset = true;
  Raise(side, kIn | kOut | kEnd | kGone);
}

void Link::SendEnd(int to) {
  network_.Schedule(ArrivalTime(to), [self = shared_from_this(), to] {
    Half& end = self->half(to);
    if (end.is_reset || end.is_closed) return;
    self->network_.Note("network", to == 0 ? "ends client" : "ends server", self->id_, 0);
    end.has_end = true;
    self->Raise(to, kIn | kEnd | (end.has_sent_end ? kGone : 0u));
  });
}

void Link::ShutdownWrite(int side) {
  Half& mine = half(side);
  if (mine.is_reset || std::exchange(mine.has_sent_end, true)) return;
  SendEnd(1 - side);
  if (!mine.has_end) return;
  network_.After(network_.Latency(), [self = shared_from_this(), side] {
    if (!self->half(side).is_closed) self->Raise(side, kGone);
  });
}

void Link::Close(int side) {
  Half& mine = half(side);
  mine.socket = nullptr;
  mine.is_closed = true;
  if (mine.is_reset) return;
  if (side == 1 && mine.unread() + mine.under_way > 0) ++network_.crossings;
  if (mine.unread() > 0) return SendReset(1 - side);
  if (!std::exchange(mine.has_sent_end, true)) SendEnd(1 - side);
}

void Link::Abort(int side) {
  Half& mine = half(side);
  mine.socket = nullptr;
  mine.is_closed = true;
  if (!mine.is_reset) SendReset(1 - side);
}

}  // namespace fairlead::event::sim
