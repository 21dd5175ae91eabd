#include "dataplane/server/admin/runtime_pages.h"

#include "dataplane/base/log.h"
#include "dataplane/base/strings.h"
#include "dataplane/server/admin/json.h"

namespace fairlead::server::admin {
namespace {

AdminReply RuntimePage(const runtime::Runtime& runtime) {
  nlohmann::ordered_json page;
  page["layers"] = runtime.LayerNames();
  page["entries"] = nlohmann::ordered_json::object();
  for (const runtime::Runtime::Entry& entry : runtime.Entries()) {
    page["entries"][entry.name] = {{"layer_values", entry.layer_values},
                                   {"final_value", entry.final_value}};
  }
  return JsonReply(page);
}

AdminReply Modify(runtime::Runtime& runtime, const AdminRequest& request) {
  if (request.parameters.empty()) {
    return BadRequest(
        "usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN\n"
        "use an empty value to remove a previously added override");
  }
  const absl::Status status = runtime.Modify(request.parameters);
  if (!status.ok()) {
    return {.status = static_cast<uint16_t>(absl::IsFailedPrecondition(status) ? 503 : 400),
            .body = StrCat(status.message(), "\n")};
  }
  for (const auto& [key, value] : request.parameters) {
    FL_LOG(info, "runtime key '{}' set to '{}' by the admin interface", OneLine(key),
           OneLine(value));
  }
  return {.body = "OK\n"};
}

}  // namespace

void AddRuntimePages(AdminSource& source, std::vector<AdminPage>& pages) {
  pages.push_back(
      {.path = "/runtime",
       .help = "runtime values, layer by layer, as JSON",
       .handler = [&source](const auto&) { return RuntimePage(source.RuntimeValues()); }});
  pages.push_back({.path = "/runtime_modify",
                   .changes_state = true,
                   .help = "sets keys of the admin layer: ?key=value, an empty value removes it",
                   .takes_any_name = true,
                   .handler = [&source](const auto& request) {
                     return Modify(source.RuntimeValues(), request);
                   }});
}

}  // namespace fairlead::server::admin
