#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_HEADER_EDITS_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_HEADER_EDITS_H_

// Several header edits, applied one after the other, as the one edit that has the same effect: xDS
// removes first and then adds, whatever the order in which the fields were written.
//
//     HeaderEditSequence edits;
//     edits.Then(listener_policy.headers().request());
//     edits.Then(rule_policy.headers().request());       // comes after and wins
//     for (const std::string& name : edits.Removed()) ...
//     for (const HeaderEditSequence::Addition& a : edits.Additions()) ...
//
// Names are lower-cased. Thread: one. Source: config.route.v3.Route.request_headers_to_add,
// _to_remove.

#include <map>
#include <string>
#include <vector>

namespace fairlead::v1 {
class HeaderEdit;
}

namespace fairlead::control::translate {

class HeaderEditSequence {
 public:
  struct Addition {
    std::string name;
    std::string value;
    // Replaces what is there; else it is appended.
    bool overwrites = false;
  };

  // Within an edit: remove, then set, then add.
  void Then(const fairlead::v1::HeaderEdit& edit);

  // In the order of names.
  std::vector<std::string> Removed() const;
  std::vector<Addition> Additions() const;

 private:
  struct Effect {
    // What the request brought is gone.
    bool clears = false;
    std::vector<std::string> values;
  };

  std::map<std::string, Effect> effects_;
};

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_HEADER_EDITS_H_
