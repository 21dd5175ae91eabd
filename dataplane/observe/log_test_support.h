#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_TEST_SUPPORT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_TEST_SUPPORT_H_

// A finished exchange for tests of access logs: GET /a?b=1 of 10.0.0.9, answered with 200 by
// 10.1.0.1:8080 after 25 ms, at 2023-11-14T22:13:20.123456789Z.

#include <chrono>
#include <string>

#include "dataplane/observe/access_log.h"

namespace fairlead::observe {

struct TestExchange {
  TestExchange() {
    request.method = codec::Method::kGet;
    request.method_text = "GET";
    request.path = "/a?b=1";
    request.authority = "shop.example";
    request.scheme = "http";
    request.headers.Add("user-agent", "curl/8");
    request.headers.Add("x-request-id", "id-1");
    request.headers.Add("x-forwarded-for", "10.0.0.9");
    response.status = 200;
    response.headers.Add("x-envoy-upstream-service-time", "21");
    info.start_wall = event::WallTime(std::chrono::nanoseconds(1'700'000'000'123'456'789));
    info.start = event::MonotonicTime(std::chrono::seconds(100));
    info.request_complete = info.start + std::chrono::milliseconds(2);
    info.upstream_first_byte = info.start + std::chrono::milliseconds(23);
    info.response_complete = info.start + std::chrono::milliseconds(25);
    info.downstream_remote = *net::Address::Parse("10.0.0.9", 5000);
    info.downstream_local = *net::Address::Parse("10.0.0.1", 80);
    info.upstream_host = &upstream;
    info.is_upstream_connected = true;
    info.upstream_cluster = "backend";
    info.route_name = "shop";
    info.bytes_received = 3;
    info.bytes_sent = 11;
    info.response_code = 200;
    info.upstream_attempts = 1;
    info.response_code_details = "via_upstream";
  }

  LogEntry entry() const { return {request, response, info}; }

  codec::RequestHead request;
  codec::ResponseHead response;
  StreamInfo info;
  net::Address upstream = *net::Address::Parse("10.1.0.1", 8080);
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_TEST_SUPPORT_H_
