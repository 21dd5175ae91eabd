#include "controlplane/translate/header_edits.h"

#include "absl/strings/ascii.h"
#include "fairlead/v1/resources.pb.h"

namespace fairlead::control::translate {
namespace {

// In the order of names: a protobuf map has none.
std::map<std::string, std::string> Sorted(
    const google::protobuf::Map<std::string, std::string>& map) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : map) sorted[absl::AsciiStrToLower(name)] = value;
  return sorted;
}

}  // namespace

void HeaderEditSequence::Then(const fairlead::v1::HeaderEdit& edit) {
  for (const std::string& name : edit.remove()) {
    effects_[absl::AsciiStrToLower(name)] = {.clears = true, .values = {}};
  }
  for (const auto& [name, value] : Sorted(edit.set())) {
    effects_[name] = {.clears = true, .values = {value}};
  }
  for (const auto& [name, value] : Sorted(edit.add())) effects_[name].values.push_back(value);
}

std::vector<std::string> HeaderEditSequence::Removed() const {
  std::vector<std::string> names;
  for (const auto& [name, effect] : effects_) {
    if (effect.clears && effect.values.empty()) names.push_back(name);
  }
  return names;
}

std::vector<HeaderEditSequence::Addition> HeaderEditSequence::Additions() const {
  std::vector<Addition> additions;
  for (const auto& [name, effect] : effects_) {
    bool overwrites = effect.clears;
    for (const std::string& value : effect.values) {
      additions.push_back({name, value, overwrites});
      overwrites = false;
    }
  }
  return additions;
}

}  // namespace fairlead::control::translate
