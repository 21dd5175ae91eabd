#ifndef FAIRLEAD_DATAPLANE_HTTP_TESTING_PROXY_FIXTURE_H_
#define FAIRLEAD_DATAPLANE_HTTP_TESTING_PROXY_FIXTURE_H_

// A worker with one listener, one cluster and a route table, on a clock that the test winds. Derive
// a test from it. Thread: the test's.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/event/loop.h"
#include "dataplane/http/hcm_config.h"
#include "dataplane/http/testing/raw_peer.h"
#include "dataplane/http/worker.h"
#include "dataplane/observe/access_log.h"

namespace fairlead::http::testing {

// A request, and a response to it.
inline constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Keeps the facts of finished exchanges.
class RecordingLog final : public observe::AccessLog {
 public:
  struct Line {
    std::string path;
    int status = 0;
    uint32_t flags = 0;
    std::string details;
  };
  void Log(const observe::LogEntry& entry) const override;
  mutable std::vector<Line> lines;
};

class ProxyFixture : public ::testing::Test, private event::AcceptHandler {
 public:
  ProxyFixture();
  ~ProxyFixture() override;

 protected:
  // Applies `config` (changed in place by tests before Start) and opens the listener.
  void Start();
  RawPeer Client() { return RawPeer::Connect(pump, address_); }
  void Advance(std::chrono::milliseconds by);
  // Lets the loop turn so often.
  void Turns(int n);
  // Sends the request; the upstream's end of the connection, where its head has been read.
  RawPeer Forwarded(RawPeer& client, std::string_view request = kGet);
  // A whole exchange of kGet and kOk on a new upstream connection, which is returned.
  RawPeer RoundTrip(RawPeer& client);
  // Routes from YAML-free text: a RouteConfiguration in protobuf text format. The default sends
  // everything to "c".
  void SetRoutes(const std::string& text);
  // Endpoints of cluster "c", whose other fields are `cluster_text`.
  void SetEndpoints(std::vector<net::Address> addresses);
  HttpStats& stats() { return *hcm_->stats; }
  HcmSlot& slot() { return *hcm_; }

  event::ManualTime time;
  std::unique_ptr<event::Loop> loop;
  Pump pump;
  std::unique_ptr<Worker> worker;
  RawListener upstream;
  // Fields of cluster "c" in protobuf text format, for the next SetEndpoints.
  std::string cluster_text;
  std::shared_ptr<HcmConfig> config = std::make_shared<HcmConfig>();
  std::shared_ptr<RecordingLog> log = std::make_shared<RecordingLog>();

 private:
  void OnAccept(std::unique_ptr<event::Socket> socket) override;

  cluster::ClusterSlots slots_;
  base::IntrusivePtr<HcmSlot> hcm_;
  std::unique_ptr<event::ListenSocket> listener_;
  net::Address address_;
};

}  // namespace fairlead::http::testing

#endif  // FAIRLEAD_DATAPLANE_HTTP_TESTING_PROXY_FIXTURE_H_
