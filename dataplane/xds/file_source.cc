#include "dataplane/xds/file_source.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/bootstrap.h"
#include "dataplane/xds/xds_client.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::xds {
namespace {

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

FileSource::FileSource(Options options, UpdateHandler& handler, event::Loop& loop)
    : options_(std::move(options)),
      handler_(handler),
      soon_([](void* self) { static_cast<FileSource*>(self)->Load(); }, this),
      timers_(loop.timers()) {}

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Open(Options options,
                                                             UpdateHandler& handler,
                                                             FileWatcher& watcher,
                                                             event::Loop& loop) {
  if (access(options.path.c_str(), R_OK) != 0) {
    return InvalidArgument("path_config_source.path: '", options.path,
                           "' cannot be read: ", std::strerror(errno));
  }
  std::unique_ptr<FileSource> source(new FileSource(std::move(options), handler, loop));
  const std::string& watched = source->options_.watched_directory;
  auto watch =
      watcher.Watch(watched.empty() ? DirectoryOf(source->options_.path) : watched,
                    [source = source.get()](std::string_view name) { source->OnChange(name); });
  if (!watch.ok()) return Annotate(watch.status(), "path_config_source");
  source->watch_ = *std::move(watch);
  return source;
}

void FileSource::OnChange(std::string_view name) {
  const bool is_concerned =
      !options_.watched_directory.empty() || name.empty() || name == NameOf(options_.path);
  if (is_concerned && !interest_.empty()) Load();
}

void FileSource::SetInterest(ResourceType, Interest interest) {
  if (interest_ == interest) return;
  interest_ = std::move(interest);
  LoadSoon();
}

void FileSource::Refresh(ResourceType, const std::vector<std::string>& names) {
  if (!names.empty()) LoadSoon();
}

// Not at once: whoever tells what it wants is not ready for an answer while it does.
void FileSource::LoadSoon() {
  if (!interest_.empty()) soon_.Arm(timers_, std::chrono::milliseconds(1));
}

void FileSource::Load() {
  soon_.Disarm();
  if (interest_.empty()) return;
  ResponseReader reader(options_.type, interest_);
  auto response = LoadResources(options_.path);
  if (response.ok()) {
    reader.update().version = response->version_info();
    reader.update().is_whole_state = IsWholeState(options_.type);
    for (auto& resource : *response->mutable_resources()) {
      reader.Add(resource, response->version_info());
    }
  } else {
    // An update without a resource, so that nobody waits for one.
    reader.update().source_errors.push_back({"", std::string(response.status().message())});
  }
  Update update = reader.Take();
  std::vector<ResourceError> errors = update.source_errors;
  for (ResourceError& error : handler_.OnUpdate(std::move(update))) {
    errors.push_back(std::move(error));
  }
  for (const ResourceError& error : errors) {
    FL_LOG(error, "xds: file '{}': {}", options_.path, error.message);
  }
}

}  // namespace fairlead::xds
