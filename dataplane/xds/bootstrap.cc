#include "dataplane/xds/bootstrap.h"

#include <memory>

#include "dataplane/base/file.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/document.h"
#include "dataplane/xds/document_to_proto.h"
#include "dataplane/xds/text_lists.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace fairlead::xds {
namespace {

using envoy::config::bootstrap::v3::Bootstrap;
using envoy::service::discovery::v3::DiscoveryResponse;
using google::protobuf::Message;

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

class TextErrors : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (first_.empty()) first_ = StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& first() const { return first_; }

 private:
  std::string first_;
};

absl::Status ParseTextFormat(const std::string& text, std::string_view name, Message& message) {
  FL_RETURN_IF_ERROR(Document::CheckText(text, name));
  TextErrors errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(Document::kDepthMax);
  if (!parser.ParseFromString(text, &message)) return InvalidArgument(name, ":", errors.first());
  // Its escapes make any bytes.
  const std::unique_ptr<Message> copy(message.New());
  if (copy->ParseFromString(message.SerializeAsString())) return absl::OkStatus();
  return InvalidArgument(name, ":1: a string in it is not UTF-8");
}

}  // namespace

absl::StatusOr<std::string> ReadFile(std::string_view path) {
  auto text = fairlead::ReadFile(std::string(path), Document::kBytesMax);
  if (!text.ok()) return Annotate(text.status(), path);
  return text;
}

absl::Status ParseProto(std::string_view text, std::string_view name, Message& message) {
  if (EndsWith(name, ".pb")) {
    const bool is_whole = message.ParseFromArray(text.data(), static_cast<int>(text.size()));
    return is_whole ? absl::OkStatus()
                    : InvalidArgument(name, ": is no well-formed binary ",
                                      message.GetDescriptor()->full_name());
  }
  if (EndsWith(name, ".pb_text")) return ParseTextFormat(std::string(text), name, message);
  const bool is_yaml = EndsWith(name, ".yaml") || EndsWith(name, ".yml");
  const bool is_json = EndsWith(name, ".json") || (!is_yaml && LooksLikeJson(text));
  FL_ASSIGN_OR_RETURN(const Document document,
                      is_json ? Document::ParseJson(text, name) : Document::ParseYaml(text, name));
  return DocumentToProto(document, message);
}

absl::Status LoadProto(std::string_view path, Message& message) {
  FL_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseProto(text, path, message);
}

absl::StatusOr<Bootstrap> LoadBootstrap(std::string_view path, std::string_view config_yaml,
                                        const BootstrapOverrides& overrides) {
  if (path.empty() && config_yaml.empty()) {
    return InvalidArgument("no configuration: --config-path or --config-yaml must be given");
  }
  Bootstrap bootstrap;
  if (!path.empty()) FL_RETURN_IF_ERROR(LoadProto(path, bootstrap));
  if (!config_yaml.empty()) {
    Bootstrap overlay;
    FL_ASSIGN_OR_RETURN(const Document document, Document::ParseYaml(config_yaml, "--config-yaml"));
    FL_RETURN_IF_ERROR(DocumentToProto(document, overlay));
    bootstrap.MergeFrom(overlay);
  }
  if (!overrides.service_node.empty()) bootstrap.mutable_node()->set_id(overrides.service_node);
  if (!overrides.service_cluster.empty()) {
    bootstrap.mutable_node()->set_cluster(overrides.service_cluster);
  }
  return bootstrap;
}

absl::StatusOr<DiscoveryResponse> LoadResources(std::string_view path) {
  DiscoveryResponse response;
  FL_RETURN_IF_ERROR(LoadProto(path, response));
  return response;
}

}  // namespace fairlead::xds
