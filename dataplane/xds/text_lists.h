#ifndef FAIRLEAD_DATAPLANE_XDS_TEXT_LISTS_H_
#define FAIRLEAD_DATAPLANE_XDS_TEXT_LISTS_H_

// Finds where the entries of long lists stand in a YAML or JSON text, at the speed of a look at
// each byte, so that whoever reads the text again need parse only the entries that are new.
//
//     for (const TextList& list : FindTextLists(text, "virtual_hosts")) ... list.entries ...
//
// It knows the two forms that long lists have: JSON, and YAML's block style with "- " at the
// beginning of a line, where indentation tells the end of an entry:
//
//     virtual_hosts:
//     - name: a
//       domains: [a.test]
//     - name: b
//
// Nothing is found in a text where an entry's meaning may depend on more than its own lines
// (anchors, tabs for indentation, directives, several documents), nor is a list found in another
// form. It does not parse: what it finds in a text that is not as it seems (a quoted scalar over
// several lines that looks like a list) is wrong, and the user has to notice, as ResourceFile does.
// What it promises for a text that a parser accepts: of the entries of a list that it finds, it
// misses none.
//
// Thread: any. Limits: views of `text`. Source: YAML 1.2.2 section 8.2, RFC 8259.

#include <cstddef>
#include <string_view>
#include <vector>

namespace fairlead::xds {

struct TextList {
  // Each whole: in JSON without the space around it; in YAML its lines, to the next entry.
  std::vector<std::string_view> entries;
  // What stands before an entry's "- "; unused in JSON.
  std::string_view indent;
  // Where in the text all of that is: from the first entry to the end of the last.
  size_t begin = 0;
  size_t end = 0;
};

// A text that begins with '{' is looked at as JSON.
bool LooksLikeJson(std::string_view text);

// The lists that are the value of a map's key, in the text's order; those within another are not
// looked for, nor are empty ones.
std::vector<TextList> FindTextLists(std::string_view text, std::string_view key);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_TEXT_LISTS_H_
