#include "dataplane/xds/file_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
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

// Device and inode of what is at the end of all links.
std::pair<uint64_t, uint64_t> FileAt(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

}  // namespace

FileSource::FileSource(Options options, UpdateHandler& handler, event::Loop& loop)
    : options_(std::move(options)),
      handler_(handler),
      soon_([](void* self) { static_cast<FileSource*>(self)->Load(); }, this),
      timers_(loop.timers()),
      content_(options_.path, options_.type) {}

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
                    [source = source.get()](const auto& change) { source->OnChange(change); });
  if (!watch.ok()) return Annotate(watch.status(), "path_config_source");
  source->watch_ = *std::move(watch);
  return source;
}

void FileSource::OnChange(const FileWatcher::Change& change) {
  const bool is_own = change.name.empty() || change.name == NameOf(options_.path);
  const bool may_be_swap = change.is_move && !options_.watched_directory.empty();
  if (is_own || (may_be_swap && FileAt(options_.path) != file_)) LoadSoon();
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
  file_ = FileAt(options_.path);
  ResponseReader reader(options_.type, interest_);
  auto response = content_.Load();
  if (response.ok()) {
    reader.update().version = response->version_info();
    reader.update().is_whole_state = IsWholeState(options_.type);
    for (const auto& resource : response->resources()) {
      reader.Add(resource.type_url(), resource.value(), response->version_info());
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
