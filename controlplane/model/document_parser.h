#ifndef FAIRLEAD_CONTROLPLANE_MODEL_DOCUMENT_PARSER_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_DOCUMENT_PARSER_H_

// Reads the user's YAML or JSON documents into resources.
//
//     Problems problems;
//     ParsedSet set = ParseDocuments({{"shop.yaml", text}}, problems);
//     if (problems.empty()) { ... set.resources, set.sources ... }
//
// A document is a mapping with `kind` and the fields of that kind in lowerCamelCase. The reader
// walks the message descriptors, so a new field of the API needs no code here. Nothing is guessed:
// unknown fields, wrong types, unknown enum values, bad durations, empty values, keys that stand
// twice, and resources that stand twice are problems with source, document, line and field. Text
// fields take any plain scalar as it is written (`version: 1.10` is the text "1.10").
//
// Limits: kTextBytesMax for each text, nesting of 32, and aliases may not expand to more nodes than
// the text has bytes. Thread: any. Source: YAML 1.2; JSON mapping of google.protobuf.Duration.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "controlplane/model/problem.h"
#include "controlplane/model/resource_key.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::model {

struct SourceText {
  // How problems name it: a file name, "request body".
  std::string source;
  absl::string_view text;
};

struct ParsedSet {
  // In the order written. Only those without a problem.
  std::vector<fairlead::v1::Resource> resources;
  SourceMap sources;
};

inline constexpr size_t kTextBytesMax = 32 << 20;

// `expected`: when given, each document is of this kind and may leave `kind` out.
ParsedSet ParseDocuments(absl::Span<const SourceText> texts, Problems& problems,
                         std::optional<Kind> expected = std::nullopt);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_DOCUMENT_PARSER_H_
