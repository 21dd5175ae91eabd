#include "dataplane/route/testing/table.h"

#include "dataplane/base/strings.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fairlead::route::testing {

envoy::config::route::v3::RouteConfiguration ParseConfig(std::string_view text) {
  envoy::config::route::v3::RouteConfiguration config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(text), &config)) << text;
  return config;
}

cluster::ClusterSlots& TestSlots() {
  static cluster::ClusterSlots slots;
  return slots;
}

std::shared_ptr<const RouteTable> MakeTable(std::string_view text, const RouteTable* previous) {
  auto table = RouteTable::Compile(ParseConfig(text), {TestSlots(), nullptr}, previous);
  if (!table.ok()) {
    ADD_FAILURE() << table.status().message() << "\n" << text;
    return *RouteTable::Compile({}, {TestSlots(), nullptr}, nullptr);
  }
  return *std::move(table);
}

namespace {

std::string AsHost(std::string_view host_fields) {
  return StrCat("name: \"r\" virtual_hosts { name: \"h\" domains: \"*\" ", host_fields, " }");
}

}  // namespace

std::shared_ptr<const RouteTable> MakeHost(std::string_view host_fields) {
  return MakeTable(AsHost(host_fields));
}

std::string ErrorOf(std::string_view text) {
  const auto table = RouteTable::Compile(ParseConfig(text), {TestSlots(), nullptr}, nullptr);
  return std::string(ToStd(table.status().message()));
}

std::string ErrorOfHost(std::string_view host_fields) { return ErrorOf(AsHost(host_fields)); }

void FillHead(const Request& request, codec::RequestHead& head) {
  head.Clear();
  head.authority = request.host;
  head.path = request.path;
  head.method_text = request.method;
  head.scheme = request.scheme;
  for (const auto& [name, value] : request.headers) head.headers.Add(name, value);
}

const Route* Find(const RouteTable& table, const Request& request) {
  codec::RequestHead head;
  FillHead(request, head);
  return table.Match(head, request.random);
}

std::string Matched(const RouteTable& table, const Request& request) {
  const Route* route = Find(table, request);
  return route == nullptr ? "none" : route->name;
}

std::string Fields(const codec::HeaderMap& headers) {
  std::string text;
  for (const codec::Header& field : headers) {
    StrAppend(&text, field.name, ": ", field.value, "\n");
  }
  return text;
}

}  // namespace fairlead::route::testing
