#ifndef FAIRLEAD_TOOLS_FAIRLEAD_YAML_TEXT_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_YAML_TEXT_H_

// Writes JSON values as block-style YAML that reads back as the same values.
//
//     out << YamlText(ResourceJson(resource));
//
// Text is left plain only where no YAML reader takes it for anything else; all other text is
// double-quoted. Thread: any. Depth: the caller's (messages of the API are shallow).

#include <string>

#include "tools/fairlead/resource_json.h"

namespace fairlead::cli {

// Ends with a line break.
std::string YamlText(const Json& value);

// JSON in the form that -o json prints: two spaces of indent, line break at the end; bytes that are
// no UTF-8 become U+FFFD.
std::string JsonText(const Json& value);

// One line, for streams of events.
std::string JsonLine(const Json& value);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_YAML_TEXT_H_
