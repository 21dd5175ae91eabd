#include "dataplane/cluster/cluster_slots.h"

#include <mutex>
#include <utility>
#include <vector>

#include "dataplane/base/strings.h"

namespace fairlead::cluster {

struct ClusterSlots::Table {
  struct Entry {
    std::weak_ptr<const ClusterSlot> slot;
    uint32_t index = 0;
  };

  // Called when the last holder of `slot` is gone. The name may have been acquired again in the
  // meantime, with another index: its entry then stays.
  void Free(const ClusterSlot& slot) {
    const std::lock_guard lock(mutex);
    const auto it = by_name.find(std::string_view(slot.name));
    if (it != by_name.end() && it->second.index == slot.index) by_name.erase(it);
    free.push_back(slot.index);
  }
  uint32_t TakeIndex() {
    if (free.empty()) return size++;
    const uint32_t index = free.back();
    free.pop_back();
    return index;
  }

  mutable std::mutex mutex;
  // Guarded by mutex.
  StringMap<Entry> by_name;
  std::vector<uint32_t> free;
  uint32_t size = 0;
};

ClusterSlots::ClusterSlots() : table_(std::make_shared<Table>()) {}
ClusterSlots::~ClusterSlots() = default;

std::shared_ptr<const ClusterSlot> ClusterSlots::Acquire(std::string_view name) {
  const std::lock_guard lock(table_->mutex);
  Table::Entry& entry = table_->by_name[std::string(name)];
  if (std::shared_ptr<const ClusterSlot> slot = entry.slot.lock(); slot != nullptr) return slot;
  const auto release = [table = table_](const ClusterSlot* slot) {
    table->Free(*slot);
    delete slot;
  };
  entry.index = table_->TakeIndex();
  std::shared_ptr<const ClusterSlot> slot(new ClusterSlot{std::string(name), entry.index}, release);
  entry.slot = slot;
  return slot;
}

std::shared_ptr<const ClusterSlot> ClusterSlots::Find(std::string_view name) const {
  const std::lock_guard lock(table_->mutex);
  const auto it = table_->by_name.find(name);
  return it == table_->by_name.end() ? nullptr : it->second.slot.lock();
}

uint32_t ClusterSlots::size() const {
  const std::lock_guard lock(table_->mutex);
  return table_->size;
}

}  // namespace fairlead::cluster
