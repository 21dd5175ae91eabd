#include "dataplane/xds/resource_file.h"

#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/xds/bootstrap.h"
#include "dataplane/xds/document.h"
#include "dataplane/xds/document_to_proto.h"
#include "dataplane/xds/wire_fields.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/wrappers.pb.h"

namespace fairlead::xds {

using envoy::config::route::v3::RouteConfiguration;
using envoy::service::discovery::v3::DiscoveryResponse;

namespace {

// The field that the entries of a long list are elements of; the two have the same number.
constexpr int kListField = RouteConfiguration::kVirtualHostsFieldNumber;
static_assert(kListField == DiscoveryResponse::kResourcesFieldNumber);

// Stands at the end of a list in place of what is known. As an element of each kind of list, in
// YAML and JSON and as bytes.
constexpr std::string_view kMarkName = "fairlead: known entries";
constexpr std::string_view kHostMark = R"({"name": "fairlead: known entries"})";
constexpr std::string_view kResourceMark =
    R"({"@type": "type.googleapis.com/google.protobuf.StringValue",)"
    R"( "value": "fairlead: known entries"})";

bool HoldsHosts(ResourceType type) { return type == ResourceType::kRoute; }

std::string MarkBytes(ResourceType type) {
  if (HoldsHosts(type)) {
    envoy::config::route::v3::VirtualHost host;
    host.set_name(std::string(kMarkName));
    return host.SerializeAsString();
  }
  google::protobuf::StringValue value;
  value.set_value(std::string(kMarkName));
  google::protobuf::Any any;
  any.PackFrom(value);
  return any.SerializeAsString();
}

}  // namespace

ResourceFile::ResourceFile(std::string path, ResourceType type)
    : path_(std::move(path)), type_(type) {}

absl::StatusOr<DiscoveryResponse> ResourceFile::Load() {
  FL_ASSIGN_OR_RETURN(const std::string text, ReadFile(path_));
  DiscoveryResponse response;
  entries_known_ = 0;
  next_ = {};
  next_.places.reserve(known_.places.size());
  next_.bytes.reserve(known_.bytes.size() + known_.bytes.size() / 8);
  const bool is_read = LoadNews(text, response);
  known_ = std::exchange(next_, {});
  if (is_read) return response;
  known_ = {};
  entries_known_ = 0;
  FL_RETURN_IF_ERROR(ParseProto(text, path_, response));
  return response;
}

bool ResourceFile::LoadNews(std::string_view text, DiscoveryResponse& response) {
  if (path_.ends_with(".pb") || path_.ends_with(".pb_text")) return false;
  std::vector<List> lists = FindLists(text);
  return !lists.empty() && ParseNews(LeaveOutKnown(text, lists), response).ok() &&
         PutBack(lists, response);
}

std::vector<ResourceFile::List> ResourceFile::FindLists(std::string_view text) const {
  std::vector<List> lists;
  for (TextList& found : FindTextLists(text, HoldsHosts(type_) ? "virtual_hosts" : "resources")) {
    List& list = lists.emplace_back();
    list.entries.reserve(found.entries.size());
    for (const std::string_view entry : found.entries) {
      const ContentHash hash = HashOf(entry);
      const auto known = known_.places.find(hash);
      std::string_view field;
      if (known != known_.places.end()) {
        field = std::string_view(known_.bytes).substr(known->second.begin, known->second.size);
      }
      list.entries.push_back({hash, field});
    }
    list.text = std::move(found);
  }
  return lists;
}

std::string ResourceFile::LeaveOutKnown(std::string_view text,
                                        const std::vector<List>& lists) const {
  const std::string_view mark = HoldsHosts(type_) ? kHostMark : kResourceMark;
  const bool is_json = LooksLikeJson(text);
  std::string news;
  if (known_.places.empty()) news.reserve(text.size() + mark.size() + 64);
  size_t at = 0;
  for (const List& list : lists) {
    news += text.substr(at, list.text.begin - at);
    for (size_t i = 0; i < list.entries.size(); ++i) {
      if (!list.entries[i].field.empty()) continue;
      news += list.text.entries[i];
      if (is_json) news += ",\n";
    }
    if (is_json) {
      news += mark;
    } else {
      StrAppend(&news, list.text.indent, "- ", mark, "\n");
    }
    at = list.text.end;
  }
  news += text.substr(at);
  return news;
}

// A text that was looked at as JSON must be JSON. By its name, otherwise, it may have been meant as
// YAML.
absl::Status ResourceFile::ParseNews(const std::string& news, DiscoveryResponse& response) const {
  const bool is_json_file = path_.ends_with(".json");
  const bool is_yaml_file = path_.ends_with(".yaml") || path_.ends_with(".yml");
  if (!LooksLikeJson(news)) {
    if (is_json_file) return InvalidArgument("is no JSON");
    FL_ASSIGN_OR_RETURN(const Document document, Document::ParseYaml(news, path_));
    return DocumentToProto(document, response);
  }
  const auto rules = is_yaml_file ? Document::Rules::kYaml : Document::Rules::kJson;
  FL_ASSIGN_OR_RETURN(const Document document, Document::ParseJson(news, path_, rules));
  return DocumentToProto(document, response);
}

bool ResourceFile::PutBack(std::vector<List>& lists, DiscoveryResponse& response) {
  size_t next = 0;
  std::string whole;
  whole.reserve(next_.bytes.capacity() + next_.bytes.capacity() / 8);
  if (!HoldsHosts(type_)) {
    // The only list of its name; others would be within it.
    return lists.size() == 1 && PutBack(lists[0], response.SerializeAsString(), whole) &&
           response.ParseFromString(whole);
  }
  for (google::protobuf::Any& resource : *response.mutable_resources()) {
    // Not every resource need have a list; each that was found belongs to one.
    if (next == lists.size()) break;
    whole.clear();
    if (!PutBack(lists[next], resource.value(), whole)) continue;
    resource.mutable_value()->swap(whole);
    ++next;
  }
  return next == lists.size();
}

// `message` has what was new of the list, in its order, and then the mark.
bool ResourceFile::PutBack(List& list, std::string_view message, std::string& whole) {
  std::vector<std::string_view> fresh;
  size_t before = 0, after = 0;
  std::string_view last;
  for (WireFields fields(message); fields.Next();) {
    const auto begin = static_cast<size_t>(fields.field().data() - message.data());
    if (!fields.Is(kListField)) continue;
    if (fresh.empty()) before = begin;
    after = begin + fields.field().size();
    fresh.push_back(fields.field());
    last = fields.value();
  }
  size_t unknown = 0;
  for (const Entry& entry : list.entries) unknown += entry.field.empty() ? 1 : 0;
  if (fresh.size() != unknown + 1 || last != MarkBytes(type_)) return false;
  entries_known_ += list.entries.size() - unknown;
  whole += message.substr(0, before);
  size_t next = 0;
  for (const Entry& entry : list.entries) {
    const std::string_view field = entry.field.empty() ? fresh[next++] : entry.field;
    next_.places[entry.hash] = {next_.bytes.size(), field.size()};
    next_.bytes += field;
    whole += field;
  }
  whole += message.substr(after);
  return true;
}

}  // namespace fairlead::xds
