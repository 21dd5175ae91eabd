#ifndef FAIRLEAD_CONTROLPLANE_MODEL_CHECKER_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_CHECKER_H_

// Collects what is wrong with one resource while validate_*.cc walk it. Thread: one at a time.

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "controlplane/model/field_rules.h"
#include "controlplane/model/problem.h"
#include "google/protobuf/repeated_field.h"

namespace fairlead::v1 {
class Policy;
class Route;
}  // namespace fairlead::v1

namespace fairlead::control::model {

class Checker {
 public:
  Checker(ResourceKey key, Problems& problems) : key_(std::move(key)), problems_(problems) {}

  void Error(std::string field, std::string message) {
    problems_.Add(key_, std::move(field), std::move(message));
  }

  // Adds `problem`, unless it is empty, after the value found.
  void Value(std::string field, absl::string_view value, const std::string& problem) {
    if (!problem.empty())
      Error(std::move(field), absl::StrCat("found ", Shown(value), "; ", problem));
  }

  // Each is a name, and none stands twice.
  void Names(const std::string& field,
             const google::protobuf::RepeatedPtrField<std::string>& names) {
    std::set<absl::string_view> seen;
    for (int i = 0; i < names.size(); ++i) {
      std::string path = absl::StrCat(field, "[", i, "]");
      Value(path, names[i], NameProblem(names[i]));
      if (!seen.insert(names[i]).second) Value(path, names[i], "it stands twice");
    }
  }

  void Port(const std::string& field, uint32_t port) {
    if (port < 1 || port > 65535) {
      Error(field, absl::StrCat("found ", port, "; a port is a number from 1 to 65535"));
    }
  }

  bool full() const { return problems_.full(); }

 private:
  const ResourceKey key_;
  Problems& problems_;
};

void ValidateRoute(const fairlead::v1::Route& route, Checker& check);
void ValidatePolicy(const fairlead::v1::Policy& policy, Checker& check);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_CHECKER_H_
