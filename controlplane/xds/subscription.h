#ifndef FAIRLEAD_CONTROLPLANE_XDS_SUBSCRIPTION_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SUBSCRIPTION_H_

// Which resources of one type one stream wants: all, some names, or both.
//
// State of the world: SetNames() with each request's list. Delta: Subscribe() and Unsubscribe().
// Both say what is new, which is what the client must be answered.
//
// Thread: none of its own. Owner: the type's state in a session.
// Limits: the session checks the number of names.
// Source: xDS protocol, "How the client specifies what resources to return".

#include <string>
#include <string_view>
#include <vector>

#include "controlplane/xds/names.h"

namespace fairlead::control::xds {

class Subscription {
 public:
  // What a change of the subscription added.
  struct Growth {
    bool wildcard = false;
    std::vector<std::string> names;
  };

  bool Wants(std::string_view name) const { return wildcard_ || names_.contains(name); }
  bool is_wildcard() const { return wildcard_; }
  // Wildcard and no name besides.
  bool is_pure_wildcard() const { return wildcard_ && names_.empty(); }
  const NameSet& names() const { return names_; }

  // State of the world: `list` is all that the client wants. An empty list means everything if
  // `empty_means_all` and no list on this stream was ever anything but empty; else nothing.
  Growth SetNames(const std::vector<std::string_view>& list, bool empty_means_all);
  // Drops what `list` does not hold and adds nothing.
  void Shrink(const std::vector<std::string_view>& list);

  // Delta: the first request of a stream without any name, for a type where this means everything.
  void SubscribeToAll() { wildcard_ = true; }
  // "*" stands for everything. True when it was not subscribed before.
  bool Subscribe(std::string_view name);
  // True when it was subscribed before.
  bool Unsubscribe(std::string_view name);

 private:
  bool wildcard_ = false;
  // State of the world: a name has been sent, so that an empty list now means "nothing".
  bool was_named_ = false;
  NameSet names_;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SUBSCRIPTION_H_
