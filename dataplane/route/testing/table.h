#ifndef FAIRLEAD_DATAPLANE_ROUTE_TESTING_TABLE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_TESTING_TABLE_H_

// Route tables from text protos, and requests to them, for tests.
//
//     const auto table = MakeTable(R"pb(virtual_hosts { name: "h" domains: "*" ... })pb");
//     EXPECT_EQ(Matched(*table, {.path = "/a"}), "first");    // the route's name
//
// Thread: one at a time.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/codec/message.h"
#include "dataplane/route/route_table.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::route::testing {

// A RouteConfiguration in protobuf's text format; a text that is not one fails the test.
envoy::config::route::v3::RouteConfiguration ParseConfig(std::string_view text);

// Compiled with the cluster slots of the test program, and without filters.
std::shared_ptr<const RouteTable> MakeTable(std::string_view text,
                                            const RouteTable* previous = nullptr);
// One virtual host "h" for "*" with these fields.
std::shared_ptr<const RouteTable> MakeHost(std::string_view host_fields);
// The message of the error; "" if there is none.
std::string ErrorOf(std::string_view text);
std::string ErrorOfHost(std::string_view host_fields);

cluster::ClusterSlots& TestSlots();

struct Request {
  std::string host = "a.com";
  std::string path = "/";
  std::string method = "GET";
  std::string scheme = "http";
  // Lower-case names.
  std::vector<std::pair<std::string, std::string>> headers;
  uint64_t random = 0;
};

// `head` refers to the request.
void FillHead(const Request& request, codec::RequestHead& head);

const Route* Find(const RouteTable& table, const Request& request);
// The route's name, or "none".
std::string Matched(const RouteTable& table, const Request& request);

// "name: value" lines of all fields, in order.
std::string Fields(const codec::HeaderMap& headers);

}  // namespace fairlead::route::testing

#endif  // FAIRLEAD_DATAPLANE_ROUTE_TESTING_TABLE_H_
