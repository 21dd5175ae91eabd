#ifndef FAIRLEAD_DATAPLANE_DNS_CARES_CHANNEL_H_
#define FAIRLEAD_DATAPLANE_DNS_CARES_CHANNEL_H_

// A c-ares channel with the sockets it wants watched, and lookups over one or both families on it.
//
//     channel.Start("shop", Family::kAuto, deadline, [](Answer answer) { ... });
//     channel.Wait(wake_fd);      // polls and processes, once
//
// The callback may come from within Start. Thread: one, the resolver's own.

#include <ares.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dataplane/dns/resolver.h"
#include "dataplane/event/time_source.h"

namespace fairlead::dns {

class CaresChannel {
 public:
  using Done = std::function<void(Answer)>;

  // `servers` as ares_set_servers_ports_csv takes them; empty: the system's.
  static absl::StatusOr<std::unique_ptr<CaresChannel>> Create(const std::string& servers,
                                                              std::chrono::milliseconds timeout,
                                                              int tries);
  // Lookups under way are dropped without an answer.
  ~CaresChannel();

  // `done` gets kTimeout when there is no answer at `deadline`; an answer after that is dropped.
  // Deadlines must not decrease from call to call.
  void Start(const std::string& name, Family family, event::MonotonicTime deadline, Done done);
  // Waits until a socket or `wake_fd` is readable, or a timeout of a lookup is due; then lets
  // c-ares work.
  void Wait(int wake_fd);

 private:
  struct Lookup;

  CaresChannel() = default;
  static void OnSocket(void* self, ares_socket_t socket, int readable, int writable);
  static void OnAnswer(void* argument, int status, int timeouts, ares_addrinfo* info);
  void Ask(std::shared_ptr<Lookup> lookup, int family);
  void Continue(std::shared_ptr<Lookup> lookup, Answer answer);
  int PollTimeoutMs() const;
  void ExpireLookups();

  ares_channel channel_ = nullptr;
  // Socket -> poll events.
  std::map<ares_socket_t, short> sockets_;
  // In the order of their deadlines; finished ones are skipped when their turn comes.
  std::deque<std::shared_ptr<Lookup>> by_deadline_;
};

}  // namespace fairlead::dns

#endif  // FAIRLEAD_DATAPLANE_DNS_CARES_CHANNEL_H_
