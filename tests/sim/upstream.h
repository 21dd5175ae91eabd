#ifndef FAIRLEAD_TESTS_SIM_UPSTREAM_H_
#define FAIRLEAD_TESTS_SIM_UPSTREAM_H_

// A simulated upstream: checks every request it gets, and answers as the request asks it to; or
// misbehaves, as often as the scenario says: dies at any point, stalls, answers early, says
// nonsense, says too much.
//
// Thread: its loop's.

#include <memory>

#include "dataplane/event/loop.h"
#include "dataplane/event/nursery.h"
#include "tests/sim/http_text.h"
#include "tests/sim/stage.h"

namespace fairlead::sim {

class SimUpstream final : private event::AcceptHandler {
 public:
  // Listens at UpstreamAddress(cluster, index). `number` is unique among all.
  SimUpstream(Stage& stage, int cluster, int index, int number);
  ~SimUpstream() override;

  net::Address address() const { return UpstreamAddress(cluster_, index_); }
  // Stops and starts listening; open connections go on.
  void StopListening() { listener_.reset(); }
  void Listen();

 private:
  enum class Fault : uint8_t;

  void OnAccept(std::unique_ptr<event::Socket> socket) override;
  static event::Task<void> Serve(SimUpstream& self, std::unique_ptr<event::Socket> socket);
  // False when the connection is over.
  event::Task<bool> Answer(TextConnection& connection, const Head& head);
  event::Task<bool> TakeBody(TextConnection& connection, const Head& head,
                             const RequestRecord& request);
  event::Task<bool> Respond(TextConnection& connection, const RequestRecord& request);
  event::Task<bool> Misbehave(TextConnection& connection, const Head& head,
                              const RequestRecord& request);
  std::string ResponseHead(const RequestRecord& request, std::string_view framing) const;
  void CheckRequest(const Head& head, const RequestRecord& request);

  Stage& stage_;
  const int cluster_;
  const int index_;
  const int number_;
  std::unique_ptr<event::Loop> loop_;
  std::unique_ptr<event::ListenSocket> listener_;
  event::Nursery nursery_;
};

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_UPSTREAM_H_
