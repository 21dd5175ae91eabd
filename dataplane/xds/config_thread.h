#ifndef FAIRLEAD_DATAPLANE_XDS_CONFIG_THREAD_H_
#define FAIRLEAD_DATAPLANE_XDS_CONFIG_THREAD_H_

// The configuration thread: a loop that runs the xDS client and the pipeline, so that no load of
// configuration, however large, delays a request, a health check or a scrape.
//
//     ConfigThread config({.bootstrap = std::move(bootstrap), .support = &table, ...});
//     FL_RETURN_IF_ERROR(config.Start());     // static resources are applied when it returns
//     ... sink.InitDone() comes from the thread when everything is there ...
//     std::string json = config.DumpJson({.with_endpoints = true}).get();
//     config.Stop();                          // also the destructor
//
// `--mode validate`: ConfigThread::Validate() loads the bootstrap's static resources and ends.
//
// Thread: Start, Stop and the destructor belong to one thread; Post, DumpJson and State to any.
// Compiler and ConfigSink are called on the configuration thread only. Owner: the server.

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/event/time_source.h"
#include "dataplane/xds/compiler.h"
#include "dataplane/xds/grpc_stream.h"
#include "dataplane/xds/pipeline.h"
#include "dataplane/xds/support_table.h"

namespace envoy::config::bootstrap::v3 {
class Bootstrap;
}
namespace fairlead::event {
class EpollLoop;
}

namespace fairlead::xds {

struct ConfigThreadOptions {
  // Start takes the static resources out of it.
  std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap;
  // Borrowed; outlive the thread.
  const SupportTable* support = nullptr;
  Compiler* compiler = nullptr;
  ConfigSink* sink = nullptr;
  const event::TimeSource* time = nullptr;
  uint64_t seed = 0;  // Of the jitter.
  // Where the last good configuration is kept (last_good_file.h); empty: nowhere.
  std::string last_good_folder;
};

struct DumpOptions {
  bool with_endpoints = false;
  std::string name_contains;  // Empty: all.
};

struct ConfigState {
  PipelineState pipeline;
  bool has_ads = false;
  GrpcStreamStats ads;
};

class ConfigThread {
 public:
  explicit ConfigThread(ConfigThreadOptions options);
  ~ConfigThread();

  // Starts the thread and applies the static resources; the first fault in them is returned, and
  // the thread has ended then. Then subscribes to the dynamic ones, without waiting.
  absl::Status Start();
  // Ends the thread: streams are closed, nothing is published any more. What was stays.
  void Stop();

  // Runs `work` on the thread. Thread: any. After Stop it does nothing.
  void Post(absl::AnyInvocable<void()> work);
  // Envoy's ConfigDump of clusters, listeners, routes and endpoints as JSON, sensitive values
  // redacted. Broken promise if the thread is stopped meanwhile. Thread: any.
  std::future<std::string> DumpJson(DumpOptions options);
  std::future<ConfigState> State();
  // The proxy lives on the last good configuration. Thread: any.
  bool serves_last_good() const { return serves_last_good_; }

  // What Start would say of the static resources.
  static absl::Status Validate(ConfigThreadOptions options);

 private:
  struct Parts;

  void Run(std::promise<absl::Status> loaded, bool is_validation);

  const ConfigThreadOptions options_;
  std::unique_ptr<event::EpollLoop> loop_;
  std::unique_ptr<Parts> parts_;  // Made and destroyed on the thread.
  std::atomic<bool> serves_last_good_{false};
  std::thread thread_;
  absl::Mutex mutex_;
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_CONFIG_THREAD_H_
