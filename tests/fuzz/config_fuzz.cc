// The first byte chooses a file's name, the rest is what the file holds: a bootstrap. Must hold: an
// error says where it is (file and line; not for .pb, which has no lines); what is read from text,
// printed as JSON and read again is the same; and what the check of supported fields lets through
// is compiled or refused, whatever it holds.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "dataplane/base/check.h"
#include "dataplane/base/log.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/listener/listener_config.h"
#include "dataplane/observe/counter_sets.h"
#include "dataplane/route/route_table.h"
#include "dataplane/server/proxy_compiler.h"
#include "dataplane/xds/bootstrap.h"
#include "dataplane/xds/proto_check.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/field_comparator.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace fairlead::xds {
namespace {

using envoy::config::bootstrap::v3::Bootstrap;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

constexpr std::string_view kNames[] = {"f.yaml", "f.json", "f", "f.pb_text", "f.pb"};

void CheckError(const absl::Status& status, std::string_view name) {
  const std::string_view text(status.message().data(), status.message().size());
  FL_CHECK(text.size() > name.size() + 2);
  FL_CHECK(text.starts_with(name) && text[name.size()] == ':');
  const auto first = static_cast<unsigned char>(text[name.size() + 1]);
  FL_CHECK(absl::ascii_isdigit(first) || name == "f.pb");
}

bool AreEqual(const Bootstrap& a, const Bootstrap& b) {
  google::protobuf::util::DefaultFieldComparator comparator;
  comparator.set_treat_nan_as_equal(true);
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&comparator);
  return differencer.Compare(a, b);
}

void CheckPrintsTheSame(const Bootstrap& bootstrap) {
  std::string json;
  // Not all that is well-formed can be printed (a duration out of range, a number that is none).
  if (!google::protobuf::util::MessageToJsonString(bootstrap, &json).ok()) return;
  Bootstrap again;
  const absl::Status status = ParseProto(json, "again.json", again);
  if (!status.ok()) std::fprintf(stderr, "%s\n%s\n", status.ToString().c_str(), json.c_str());
  FL_CHECK(status.ok());
  // JSON has no such numbers: in a Struct they come back as texts.
  if (json.find("NaN") != std::string::npos || json.find("Infinity") != std::string::npos) return;
  FL_CHECK(AreEqual(bootstrap, again));
}

// An error that names nothing helps nobody.
template <typename T>
bool IsMade(const absl::StatusOr<T>& made) {
  FL_CHECK(made.ok() || !made.status().message().empty());
  return made.ok();
}

void CompileListeners(const Bootstrap& bootstrap, cluster::ClusterSlots& slots) {
  observe::CounterSets counters(/*workers=*/1);
  for (const auto& proto : bootstrap.static_resources().listeners()) {
    http::HcmCompileContext context;
    // No file is opened.
    context.open_access_log = [](const auto&) {
      return absl::StatusOr<std::shared_ptr<const observe::AccessLog>>(nullptr);
    };
    context.counters = &counters;
    IsMade(listener::CompileListener(proto, std::move(context)));
    for (const auto& chain : proto.filter_chains()) {
      for (const auto& filter : chain.filters()) {
        HttpConnectionManager hcm;
        if (!filter.typed_config().UnpackTo(&hcm) || !hcm.has_route_config()) continue;
        IsMade(route::RouteTable::Compile(hcm.route_config(), {slots, nullptr}, nullptr));
      }
    }
  }
}

void CompileAll(const Bootstrap& bootstrap) {
  static ProtoCheck& check = *new ProtoCheck(server::Supported());
  const absl::Status status = check.Check(bootstrap, "bootstrap");
  FL_CHECK(status.ok() || !status.message().empty());
  if (!status.ok()) return;
  cluster::ClusterSlots slots;
  for (const auto& proto : bootstrap.static_resources().clusters()) {
    const auto cluster = cluster::CompileCluster(proto, slots);
    if (!IsMade(cluster) || !proto.has_load_assignment()) continue;
    IsMade(cluster::CompileEndpoints(**cluster, proto.load_assignment()));
  }
  CompileListeners(bootstrap, slots);
}

void FuzzOne(std::string_view name, std::string_view text) {
  Bootstrap bootstrap;
  const absl::Status status = ParseProto(text, name, bootstrap);
  if (!status.ok()) return CheckError(status, name);
  // Binary may have fields that nobody knows, which JSON does not.
  if (name != "f.pb") CheckPrintsTheSame(bootstrap);
  CompileAll(bootstrap);
}

}  // namespace
}  // namespace fairlead::xds

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool is_quiet = fairlead::SetLogLevel("off").ok();
  FL_CHECK(is_quiet);
  google::protobuf::SetLogHandler(nullptr);
  if (size == 0) return 0;
  fairlead::xds::FuzzOne(fairlead::xds::kNames[data[0] % std::size(fairlead::xds::kNames)],
                         {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
