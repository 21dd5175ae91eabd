#ifndef FAIRLEAD_DATAPLANE_SERVER_LISTEN_RESERVATION_H_
#define FAIRLEAD_DATAPLANE_SERVER_LISTEN_RESERVATION_H_

// Holds a listener's address for this process before and while its workers listen there: finds out
// early whether it can be had, and which port the kernel gives for port 0, so that all workers take
// the same. The socket is bound and never listens: no connection ends in it. Thread: configuration.

#include <memory>

#include "absl/status/statusor.h"
#include "dataplane/net/address.h"

namespace fairlead::server {

class ListenReservation {
 public:
  static absl::StatusOr<std::unique_ptr<ListenReservation>> Make(const net::Address& wanted);
  // For a network that is not the kernel's: taken for granted.
  static std::unique_ptr<ListenReservation> Assume(const net::Address& address);
  ~ListenReservation();
  ListenReservation(const ListenReservation&) = delete;
  ListenReservation& operator=(const ListenReservation&) = delete;

  // With the port resolved.
  const net::Address& address() const { return address_; }
  // Whether it was made for this configured address.
  bool IsFor(const net::Address& wanted) const { return wanted == wanted_; }

 private:
  ListenReservation(int fd, const net::Address& wanted, const net::Address& address)
      : fd_(fd), wanted_(wanted), address_(address) {}

  const int fd_;
  const net::Address wanted_;
  const net::Address address_;
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_LISTEN_RESERVATION_H_
