#include "dataplane/xds/pipeline_context.h"

#include "dataplane/base/status.h"
#include "envoy/config/core/v3/config_source.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace fairlead::xds {

event::Duration InitialFetchTimeout(const envoy::config::core::v3::ConfigSource& config) {
  if (!config.has_initial_fetch_timeout()) return kInitialFetchTimeout;
  return std::chrono::seconds(config.initial_fetch_timeout().seconds()) +
         std::chrono::nanoseconds(config.initial_fetch_timeout().nanos());
}

std::string Labelled(ResourceType type, std::string_view name, std::string_view error) {
  const std::string label = StrCat(Noun(type), " '", name, "'");
  if (error.substr(0, label.size()) == label) return std::string(error);
  return StrCat(label, ": ", error);
}

ResourceError RejectResource(PipelineContext& context, ResourceType type, const std::string& name,
                             const std::string& version, const absl::Status& status) {
  std::string error = Labelled(type, name, ToStd(status.message()));
  context.Status(type).Reject(name, version, error, context.now());
  return {name, std::move(error)};
}

absl::Status ParseAndCheck(PipelineContext& context, ResourceType type, const Resource& resource,
                           google::protobuf::Message& message) {
  const std::string label = StrCat(Noun(type), " '", resource.name, "'");
  if (!message.ParseFromString(resource.bytes)) {
    return InvalidArgument(label, ": is no well-formed ", message.GetDescriptor()->full_name());
  }
  return context.check.Check(message, label);
}

Resource ResourceOf(const google::protobuf::Message& message, std::string name) {
  Resource resource;
  resource.name = std::move(name);
  {
    google::protobuf::io::StringOutputStream stream(&resource.bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  resource.hash = HashOf(resource.bytes);
  return resource;
}

}  // namespace fairlead::xds
