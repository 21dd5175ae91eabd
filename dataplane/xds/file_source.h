#ifndef FAIRLEAD_DATAPLANE_XDS_FILE_SOURCE_H_
#define FAIRLEAD_DATAPLANE_XDS_FILE_SOURCE_H_

// A config source that is a file of resources (path_config_source), for one type of resource.
//
// It is read when something of it is first wanted, and again when it is replaced by a move or
// written and closed. With a watched directory, a move of something else there counts too if the
// path leads to another file after it (mounted volumes swap a symbolic link). A file that cannot be
// read or parsed changes nothing: what it held before stays, the fault is logged and counted.
//
// Thread: the loop's; reading blocks it. Owner: Sources.
// Source: config.core.v3.PathConfigSource.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/event/epoll_loop.h"
#include "dataplane/xds/file_watcher.h"
#include "dataplane/xds/resource_file.h"
#include "dataplane/xds/update.h"

namespace fairlead::xds {

class FileSource final : public Source {
 public:
  struct Options {
    std::string path;
    std::string watched_directory;  // Empty: the file's own, for moves of the file itself.
    ResourceType type = ResourceType::kCluster;
  };

  // Fails if the file does not exist or its directory cannot be watched.
  static absl::StatusOr<std::unique_ptr<FileSource>> Open(Options options, UpdateHandler& handler,
                                                          FileWatcher& watcher, event::Loop& loop);

  // Delivers in the loop's next turn.
  void SetInterest(ResourceType type, Interest interest) override;
  void Refresh(ResourceType type, const std::vector<std::string>& names) override;

 private:
  FileSource(Options options, UpdateHandler& handler, event::Loop& loop);

  void OnChange(const FileWatcher::Change& change);
  void LoadSoon();
  void Load();

  const Options options_;
  UpdateHandler& handler_;
  event::Timer soon_;
  event::TimerWheel& timers_;
  std::unique_ptr<FileWatcher::Handle> watch_;
  ResourceFile content_;
  // Which file the path led to when it was read: device and inode.
  std::pair<uint64_t, uint64_t> file_;
  Interest interest_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_FILE_SOURCE_H_
