#ifndef FAIRLEAD_DATAPLANE_XDS_SOURCES_H_
#define FAIRLEAD_DATAPLANE_XDS_SOURCES_H_

// The config sources of one proxy: makes each that the configuration refers to, once, and owns
// them.
//
//     ads, AGGREGATED_GRPC, AGGREGATED_DELTA_GRPC   the one ADS stream of the bootstrap
//     GRPC, DELTA_GRPC                              a stream to the type's own service
//     path_config_source                            a file
//
// Streams are opened by Start(), or when they are made after it. Thread: the loop's.
// Owner: ConfigThread. Source: config.core.v3.ConfigSource.

#include <map>
#include <memory>
#include <string>

#include "dataplane/event/epoll_loop.h"
#include "dataplane/xds/file_source.h"
#include "dataplane/xds/file_watcher.h"
#include "dataplane/xds/grpc_stream.h"
#include "dataplane/xds/pipeline_context.h"

namespace envoy::config::bootstrap::v3 {
class Bootstrap;
}
namespace envoy::config::core::v3 {
class ApiConfigSource;
}

namespace fairlead::xds {

class Sources final : public SourceProvider {
 public:
  // The bootstrap is borrowed. Updates go to `handler`.
  // `ads_observer` (borrowed, may be null) follows the ADS stream. A control plane's cluster is
  // looked up in the bootstrap, and once its static resources are taken out, in `clusters`.
  Sources(const envoy::config::bootstrap::v3::Bootstrap& bootstrap, const TypeStatus& clusters,
          UpdateHandler& handler, event::EpollLoop& loop, StreamObserver* ads_observer);

  absl::StatusOr<Source*> SourceFor(const envoy::config::core::v3::ConfigSource& config,
                                    ResourceType type) override;
  void Restore(ResourceType type,
               const std::vector<std::pair<std::string, std::string>>& versions) override;
  void Start();

  // The ADS stream; null if nothing uses one.
  const GrpcStream* ads() const { return ads_.get(); }

 private:
  bool FindStaticCluster(const std::string& name,
                         envoy::config::cluster::v3::Cluster& cluster) const;
  absl::StatusOr<Source*> Ads();
  absl::StatusOr<std::unique_ptr<GrpcStream>> MakeStream(
      const envoy::config::core::v3::ApiConfigSource& config, bool is_delta, std::string method,
      StreamObserver* observer);
  absl::StatusOr<Source*> Api(const envoy::config::core::v3::ApiConfigSource& config,
                              ResourceType type);
  absl::StatusOr<Source*> File(const envoy::config::core::v3::ConfigSource& config,
                               ResourceType type);

  const envoy::config::bootstrap::v3::Bootstrap& bootstrap_;
  const TypeStatus& clusters_;
  UpdateHandler& handler_;
  event::EpollLoop& loop_;
  StreamObserver* const ads_observer_;
  FileWatcher watcher_;
  std::shared_ptr<const envoy::config::core::v3::Node> node_;
  std::unique_ptr<GrpcStream> ads_;
  // By type and the serialized config source.
  std::map<std::string, std::unique_ptr<GrpcStream>> streams_;
  std::map<std::string, std::unique_ptr<FileSource>> files_;
  bool is_started_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_SOURCES_H_
