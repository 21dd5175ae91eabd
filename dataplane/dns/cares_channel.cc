#include "dataplane/dns/cares_channel.h"

#include <poll.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "dataplane/base/status.h"

namespace fairlead::dns {
namespace {

using std::chrono::milliseconds;

struct FreeAddrInfo {
  void operator()(ares_addrinfo* info) const { ares_freeaddrinfo(info); }
};
using AddrInfo = std::unique_ptr<ares_addrinfo, FreeAddrInfo>;

Outcome OutcomeOf(int status) {
  switch (status) {
    case ARES_ENODATA:
      return Outcome::kNoData;
    case ARES_ENOTFOUND:
      return Outcome::kNoName;
    case ARES_ETIMEOUT:
      return Outcome::kTimeout;
    default:
      return Outcome::kFailure;
  }
}

// The shorter of two times to live, where 0 and below are unknown.
std::chrono::seconds Shorter(std::chrono::seconds a, int b) {
  if (b <= 0) return a;
  return a.count() == 0 ? std::chrono::seconds(b) : std::min(a, std::chrono::seconds(b));
}

Answer AnswerOf(int status, const ares_addrinfo* info) {
  Answer answer;
  if (status != ARES_SUCCESS || info == nullptr) {
    answer.outcome = OutcomeOf(status);
    answer.error = ares_strerror(status);
    return answer;
  }
  for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
    answer.addresses.emplace_back(node->ai_addr, static_cast<socklen_t>(node->ai_addrlen));
    answer.ttl = Shorter(answer.ttl, node->ai_ttl);
  }
  for (const ares_addrinfo_cname* name = info->cnames; name != nullptr; name = name->next) {
    answer.ttl = Shorter(answer.ttl, name->ttl);
  }
  answer.outcome = answer.addresses.empty() ? Outcome::kNoData : Outcome::kAddresses;
  return answer;
}

bool IsFailure(const Answer& answer) {
  return answer.outcome == Outcome::kFailure || answer.outcome == Outcome::kTimeout;
}

int FirstFamily(Family family) {
  switch (family) {
    case Family::kV4Only:
    case Family::kV4Preferred:
      return AF_INET;
    case Family::kV6Only:
    case Family::kAuto:
      return AF_INET6;
    case Family::kAll:
      return AF_UNSPEC;
  }
  return AF_UNSPEC;
}

}  // namespace

struct CaresChannel::Lookup {
  CaresChannel& channel;
  std::string name;
  Family family;
  event::MonotonicTime deadline;
  // Null when it has been called.
  Done done;
  // The first family's answer, while the second is asked for.
  std::unique_ptr<Answer> first;
};

absl::StatusOr<std::unique_ptr<CaresChannel>> CaresChannel::Create(const std::string& servers,
                                                                   milliseconds timeout,
                                                                   int tries) {
  std::unique_ptr<CaresChannel> channel(new CaresChannel());
  ares_options options{};
  options.timeout = static_cast<int>(timeout.count());
  options.tries = tries;
  options.sock_state_cb = &OnSocket;
  options.sock_state_cb_data = channel.get();
  const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  if (const int status = ares_init_options(&channel->channel_, &options, mask);
      status != ARES_SUCCESS) {
    channel->channel_ = nullptr;
    return absl::InternalError(StrCat("DNS: ares_init_options: ", ares_strerror(status)));
  }
  if (servers.empty()) return channel;
  if (const int status = ares_set_servers_ports_csv(channel->channel_, servers.c_str());
      status != ARES_SUCCESS) {
    return InvalidArgument("DNS servers '", servers, "': ", ares_strerror(status));
  }
  return channel;
}

CaresChannel::~CaresChannel() {
  if (channel_ != nullptr) ares_destroy(channel_);
}

void CaresChannel::OnSocket(void* self, ares_socket_t socket, int readable, int writable) {
  auto& sockets = static_cast<CaresChannel*>(self)->sockets_;
  const auto events =
      static_cast<short>((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
  if (events == 0) {
    sockets.erase(socket);
  } else {
    sockets[socket] = events;
  }
}

void CaresChannel::Start(const std::string& name, Family family, event::MonotonicTime deadline,
                         Done done) {
  auto lookup = std::make_shared<Lookup>(Lookup{.channel = *this,
                                                .name = name,
                                                .family = family,
                                                .deadline = deadline,
                                                .done = std::move(done)});
  by_deadline_.push_back(lookup);
  Ask(std::move(lookup), FirstFamily(family));
}

void CaresChannel::Ask(std::shared_ptr<Lookup> lookup, int family) {
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  // Sorting would open a socket to each address.
  hints.ai_flags = ARES_AI_NOSORT;
  const std::string name = lookup->name;
  // Freed by OnAnswer, which c-ares calls exactly once.
  auto* argument = new std::shared_ptr<Lookup>(std::move(lookup));
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &OnAnswer, argument);
}

void CaresChannel::OnAnswer(void* argument, int status, int timeouts, ares_addrinfo* info) {
  const AddrInfo owned(info);
  const std::unique_ptr<std::shared_ptr<Lookup>> lookup(
      static_cast<std::shared_ptr<Lookup>*>(argument));
  // The channel is being destroyed.
  if (status == ARES_EDESTRUCTION) return;
  // Too late, or nobody waits any more.
  if ((*lookup)->done == nullptr) return;
  CaresChannel& channel = (*lookup)->channel;
  channel.Continue(*lookup, AnswerOf(status, info));
}

void CaresChannel::Continue(std::shared_ptr<Lookup> lookup, Answer answer) {
  const bool has_fallback =
      lookup->family == Family::kAuto || lookup->family == Family::kV4Preferred;
  if (has_fallback && lookup->first == nullptr && answer.outcome != Outcome::kAddresses) {
    lookup->first = std::make_unique<Answer>(std::move(answer));
    const int second = lookup->family == Family::kAuto ? AF_INET : AF_INET6;
    return Ask(std::move(lookup), second);
  }
  // "No addresses" is known only if both families said so.
  if (lookup->first != nullptr && answer.outcome != Outcome::kAddresses &&
      IsFailure(*lookup->first) && !IsFailure(answer)) {
    answer = std::move(*lookup->first);
  }
  const Done done = std::exchange(lookup->done, nullptr);
  done(std::move(answer));
}

int CaresChannel::PollTimeoutMs() const {
  milliseconds wait = std::chrono::minutes(1);
  timeval longest{.tv_sec = 60, .tv_usec = 0};
  timeval chosen{};
  if (const timeval* next = ares_timeout(channel_, &longest, &chosen); next != nullptr) {
    wait = milliseconds(next->tv_sec * 1000 + (next->tv_usec + 999) / 1000);
  }
  if (!by_deadline_.empty()) {
    const event::Duration left =
        by_deadline_.front()->deadline - event::TimeSource::System().Monotonic();
    wait = std::min(wait, std::chrono::ceil<milliseconds>(left));
  }
  return static_cast<int>(std::max<int64_t>(wait.count(), 0));
}

void CaresChannel::Wait(int wake_fd) {
  std::vector<pollfd> polled = {{.fd = wake_fd, .events = POLLIN, .revents = 0}};
  for (const auto& [socket, events] : sockets_) {
    polled.push_back({.fd = socket, .events = events, .revents = 0});
  }
  // An error or a signal: the timeouts below are still looked at, and the caller comes again.
  (void)poll(polled.data(), polled.size(), PollTimeoutMs());
  for (size_t i = 1; i < polled.size(); ++i) {
    const short events = polled[i].revents;
    if (events == 0) continue;
    const bool is_writable =
        (events & (POLLOUT | POLLERR | POLLHUP)) != 0 && (polled[i].events & POLLOUT) != 0;
    ares_process_fd(channel_, (events & ~POLLOUT) != 0 ? polled[i].fd : ARES_SOCKET_BAD,
                    is_writable ? polled[i].fd : ARES_SOCKET_BAD);
  }
  // Timeouts of c-ares, then ours.
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  ExpireLookups();
}

void CaresChannel::ExpireLookups() {
  const event::MonotonicTime now = event::TimeSource::System().Monotonic();
  while (!by_deadline_.empty()) {
    const std::shared_ptr<Lookup> lookup = by_deadline_.front();
    if (lookup->done != nullptr && lookup->deadline > now) return;
    by_deadline_.pop_front();
    if (lookup->done == nullptr) continue;
    const Done done = std::exchange(lookup->done, nullptr);
    done({.outcome = Outcome::kTimeout, .error = "no answer before the deadline of the query"});
  }
}

}  // namespace fairlead::dns
