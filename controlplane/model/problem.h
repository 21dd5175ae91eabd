#ifndef FAIRLEAD_CONTROLPLANE_MODEL_PROBLEM_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_PROBLEM_H_

// What is wrong with a set of resources, collected so that the user sees all of it at once.
//
//     Problems problems;
//     ValidateResource(resource, problems);
//     if (!problems.empty()) return problems.ToStatus(absl::StatusCode::kInvalidArgument);
//
// Limits: the first 20 are kept, the others only counted. Thread: one at a time.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "controlplane/model/resource_key.h"

namespace fairlead::v1 {
class ProblemList;
}

namespace fairlead::control::model {

// See fairlead.v1.Problem.
struct Problem {
  std::string source;
  int document = 0;
  int line = 0;
  std::optional<ResourceKey> key;
  std::string field;
  std::string message;

  // "shop.yaml:12 (document 2): Route 'shop': rules[0].forward: no backends".
  std::string ToString() const;
};

// Where each resource, and each field of it, was written.
class SourceMap {
 public:
  struct Location {
    std::string source;
    int document = 0;
    int line = 0;
    // Field path -> line.
    absl::flat_hash_map<std::string, int> lines;
  };

  // Returns the earlier location if the key is there already, else null.
  const Location* Add(const ResourceKey& key, Location location);
  // For a resource that got its name elsewhere.
  void Rename(const ResourceKey& from, const ResourceKey& to);

  // Fills in source, document and line of a problem that has none: the line of the field, or of the
  // nearest field around it.
  void Locate(Problem& problem) const;

 private:
  std::map<ResourceKey, Location> locations_;
};

class Problems {
 public:
  static constexpr size_t kKeptMax = 20;

  void Add(Problem problem);
  void Add(const ResourceKey& key, std::string field, std::string message);

  bool empty() const { return total_ == 0; }
  // Nothing added from now on will be kept.
  bool full() const { return problems_.size() >= kKeptMax; }
  size_t total() const { return total_; }
  const std::vector<Problem>& kept() const { return problems_; }

  // Adds the places, and sorts by them.
  void Locate(const SourceMap& sources);

  // The message has one problem per line; the same is attached as a fairlead.v1.ProblemList, see
  // ProblemsOf. There must be a problem.
  absl::Status ToStatus(absl::StatusCode code) const;

 private:
  std::vector<Problem> problems_;
  size_t total_ = 0;
};

// The list that ToStatus attached; empty when the error has none.
fairlead::v1::ProblemList ProblemsOf(const absl::Status& status);

// A value as error messages show it: quoted, escaped, at most 60 bytes.
std::string Shown(absl::string_view value);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_PROBLEM_H_
