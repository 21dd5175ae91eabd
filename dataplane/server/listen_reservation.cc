#include "dataplane/server/listen_reservation.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dataplane/base/strings.h"

namespace fairlead::server {

absl::StatusOr<std::unique_ptr<ListenReservation>> ListenReservation::Make(
    const net::Address& wanted) {
  const int fd = socket(wanted.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0 ||
      bind(fd, wanted.sockaddr_ptr(), wanted.sockaddr_size()) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return absl::UnavailableError(
        StrCat("cannot bind ", wanted.ToString(), ": ", std::strerror(error)));
  }
  return std::unique_ptr<ListenReservation>(
      new ListenReservation(fd, wanted, net::Address(reinterpret_cast<sockaddr*>(&bound), size)));
}

std::unique_ptr<ListenReservation> ListenReservation::Assume(const net::Address& address) {
  return std::unique_ptr<ListenReservation>(new ListenReservation(-1, address, address));
}

ListenReservation::~ListenReservation() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace fairlead::server
