#ifndef FAIRLEAD_CONTROLPLANE_MODEL_TEXT_DIFF_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_TEXT_DIFF_H_

// The difference of two texts for people, in the unified format with three lines around each
// change.
//
//     UnifiedDiff("a\nb\n", "a\nc\n", "Route shop", "Route shop")
//
// Empty when they are equal. Finds the shortest difference (Myers, "An O(ND) Difference Algorithm",
// 1986) as long as it has at most 1000 lines; beyond that the middle that differs is shown as
// replaced whole. Thread: any.

#include <string>

#include "absl/strings/string_view.h"

namespace fairlead::control::model {

std::string UnifiedDiff(absl::string_view before, absl::string_view after,
                        absl::string_view before_label, absl::string_view after_label);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_TEXT_DIFF_H_
