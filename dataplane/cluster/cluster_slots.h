#ifndef FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_SLOTS_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_SLOTS_H_

// Gives every cluster name a small number, so that a route reaches its cluster by an array access.
//
//     std::shared_ptr<const ClusterSlot> slot = slots.Acquire("shop");    // the same slot for the
//     same name
//
// Routes and clusters hold the slot; a route may name a cluster that does not exist (yet): its
// worker's table then has nothing at that index, and the answer is 503. The number is free again
// when the last holder is gone.
//
// Thread: any (a mutex; never taken on a request's path, except that a retired route table gives
// its slots back).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fairlead::cluster {

struct ClusterSlot {
  std::string name;
  uint32_t index = 0;
};

class ClusterSlots {
 public:
  ClusterSlots();
  ~ClusterSlots();

  std::shared_ptr<const ClusterSlot> Acquire(std::string_view name);
  // The slot of a name that somebody holds; null otherwise.
  std::shared_ptr<const ClusterSlot> Find(std::string_view name) const;
  // One more than the largest index ever given.
  uint32_t size() const;

 private:
  struct Table;
  // Shared with the slots, which give their index back to it.
  std::shared_ptr<Table> table_;
};

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_SLOTS_H_
