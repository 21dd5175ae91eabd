#ifndef FAIRLEAD_DATAPLANE_XDS_UPDATE_H_
#define FAIRLEAD_DATAPLANE_XDS_UPDATE_H_

// What a config source hands to the pipeline, whatever it came by: a stream, a file, the bootstrap.
// And what the pipeline asks of a source. Thread: the configuration thread.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/xds/resource_type.h"

namespace fairlead::xds {

// 128 bits of the serialized resource: equal means unchanged.
struct ContentHash {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const ContentHash&, const ContentHash&) = default;
};
ContentHash HashOf(std::string_view bytes);

struct Resource {
  std::string name;
  // The resource's own (delta) or its response's (state of the world, file).
  std::string version;
  std::string bytes;  // Serialized message of the update's type.
  ContentHash hash;
};

struct ResourceError {
  std::string name;  // Empty if the resource's name could not be read.
  std::string message;
};

struct Update {
  ResourceType type = ResourceType::kCluster;
  std::string version;
  // Known names that are neither in `resources` nor in `kept` are gone.
  bool is_whole_state = false;
  std::vector<Resource> resources;
  std::vector<std::string> removed;
  // Named by the response, but in a form that the source itself refused: neither new nor gone.
  std::vector<std::string> kept;
  // What the source itself found wrong with the response. The receiver does not report these again.
  std::vector<ResourceError> source_errors;
};

// The pipeline, as its sources see it.
class UpdateHandler {
 public:
  virtual ~UpdateHandler() = default;
  // Applies the good resources and returns what is wrong with the others.
  virtual std::vector<ResourceError> OnUpdate(Update update) = 0;
  // A request for the type is about to be made, or a file read.
  virtual void OnAttempt(ResourceType type) = 0;
  // The source could not be reached or read; what was accepted stays.
  virtual void OnSourceFailure(ResourceType type, std::string_view reason) = 0;
};

// Which resources of a type are wanted.
struct Interest {
  bool is_wildcard = false;
  std::set<std::string, std::less<>> names;

  bool empty() const { return !is_wildcard && names.empty(); }
  bool Wants(std::string_view name) const { return is_wildcard || names.find(name) != names.end(); }
  friend bool operator==(const Interest&, const Interest&) = default;
};

// A config source: an xDS stream or a file.
class Source {
 public:
  virtual ~Source() = default;
  // Replaces what is wanted of the type. Empty: nothing (any more).
  virtual void SetInterest(ResourceType type, Interest interest) = 0;
  // Asks again for resources already subscribed to: a cluster that was updated waits for its
  // endpoints, which a server need not send again unasked. Best effort.
  virtual void Refresh(ResourceType type, const std::vector<std::string>& names) = 0;
  // What is known of the type from a former life of the process, name and version: a dialect that
  // can says so to the server, which then tells what is gone.
  virtual void Restore(ResourceType, const std::vector<std::pair<std::string, std::string>>&) {}
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_UPDATE_H_
