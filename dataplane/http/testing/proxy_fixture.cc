#include "dataplane/http/testing/proxy_fixture.h"

#include <google/protobuf/text_format.h>

#include "dataplane/balance/make_endpoint_set.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/route/route_table.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::http::testing {

void RecordingLog::Log(const observe::LogEntry& entry) const {
  lines.push_back({std::string(entry.request.path), entry.info.response_code,
                   entry.info.response_flags, std::string(entry.info.response_code_details)});
}

ProxyFixture::ProxyFixture()
    : loop(event::NewEpollLoop(time, 1)),
      pump([this] { loop->RunOnce(std::chrono::milliseconds(1)); }),
      worker(std::make_unique<Worker>(*loop)),
      upstream(pump),
      hcm_(base::MakeIntrusive<HcmSlot>()) {
  config->stat_prefix = "test";
  config->route_config_name = "routes";
  config->access_logs.push_back(log);
  hcm_->stats = std::make_shared<HttpStats>();
  hcm_->routes = worker->Routes("routes");
  SetRoutes(
      "virtual_hosts { name: 'all' domains: '*' routes { match { prefix: '/' } route { cluster: "
      "'c' } } }");
  SetEndpoints({upstream.address()});
}

ProxyFixture::~ProxyFixture() {
  listener_.reset();
  worker->CloseAll();
  worker.reset();
}

void ProxyFixture::Start() {
  hcm_->config = base::MakeIntrusive<Snapshot<HcmConfig>>(config);
  listener_ = *loop->Listen(*net::Address::Parse("127.0.0.1", 0), {}, *this);
  address_ = listener_->local_address();
}

void ProxyFixture::OnAccept(std::unique_ptr<event::Socket> socket) {
  worker->Serve(std::move(socket), hcm_);
}

void ProxyFixture::Turns(int n) {
  for (int i = 0; i < n; ++i) pump();
}

RawPeer ProxyFixture::Forwarded(RawPeer& client, std::string_view request) {
  client.Send(request);
  RawPeer up = upstream.Accept();
  up.ReadUntil("\r\n\r\n");
  return up;
}

RawPeer ProxyFixture::RoundTrip(RawPeer& client) {
  RawPeer up = Forwarded(client);
  up.Send(kOk);
  client.ReadUntil("\r\n\r\nok");
  return up;
}

void ProxyFixture::Advance(std::chrono::milliseconds by) {
  // What has arrived is handled at the old time first.
  for (int turn = 0; turn < 20; ++turn) pump();
  time.Advance(by);
  pump();
}

void ProxyFixture::SetRoutes(const std::string& text) {
  envoy::config::route::v3::RouteConfiguration proto;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto));
  proto.set_name("routes");
  auto table = route::RouteTable::Compile(proto, {slots_, nullptr}, nullptr);
  ASSERT_TRUE(table.ok()) << table.status();
  worker->SetRoutes("routes", *table);
}

void ProxyFixture::SetEndpoints(std::vector<net::Address> addresses) {
  envoy::config::cluster::v3::Cluster proto;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(cluster_text, &proto));
  proto.set_name("c");
  proto.mutable_load_assignment()->set_cluster_name("c");
  for (const net::Address& address : addresses) {
    auto* socket = proto.mutable_load_assignment()
                       ->add_endpoints()
                       ->add_lb_endpoints()
                       ->mutable_endpoint()
                       ->mutable_address()
                       ->mutable_socket_address();
    socket->set_address(address.ip());
    socket->set_port_value(address.port());
  }
  auto compiled = cluster::CompileCluster(proto, slots_);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  worker->clusters.Set(*compiled, (*compiled)->static_endpoints);
}

}  // namespace fairlead::http::testing
