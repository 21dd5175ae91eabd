#include "dataplane/route/header_edits.h"

#include <string>

#include "absl/container/inlined_vector.h"
#include "dataplane/base/strings.h"
#include "dataplane/observe/log_format.h"

namespace fairlead::route {
namespace {

using codec::HeaderId;
using codec::HeaderMap;

// The fields Envoy keeps only once in a message, and continues with a comma.
bool IsContinued(HeaderId id) {
  switch (id) {
    case HeaderId::kAccept:
    case HeaderId::kAcceptEncoding:
    case HeaderId::kCacheControl:
    case HeaderId::kContentEncoding:
    case HeaderId::kContentType:
    case HeaderId::kDate:
    case HeaderId::kEtag:
    case HeaderId::kLocation:
    case HeaderId::kOrigin:
    case HeaderId::kServer:
    case HeaderId::kUserAgent:
    case HeaderId::kVary:
    case HeaderId::kVia:
    case HeaderId::kXForwardedFor:
    case HeaderId::kXForwardedHost:
    case HeaderId::kXForwardedProto:
    case HeaderId::kXRequestId:
      return true;
    default:
      return false;
  }
}

bool Has(const HeaderMap& headers, std::string_view name) {
  const HeaderId id = codec::LookupHeaderId(name);
  if (id != HeaderId::kOther) return headers.Has(id);
  for (const codec::Header& field : headers) {
    if (field.name == name) return true;
  }
  return false;
}

struct Change {
  const HeaderEdit* edit;
  std::string_view value;
};
using Changes = absl::InlinedVector<Change, 8>;

// Null data(): there is nothing to write.
std::string_view ValueOf(const HeaderEdit& edit, const observe::LogEntry& entry,
                         HeaderMap& headers) {
  if (edit.format == nullptr) return edit.value;
  std::string text;
  edit.format->AppendText(entry, text);
  if (text.empty() && !edit.keeps_empty) return {};
  return text.empty() ? std::string_view("") : headers.Keep(text);
}

void Append(const Change& change, HeaderMap& headers) {
  const HeaderId id = codec::LookupHeaderId(change.edit->name);
  if (!IsContinued(id) || !headers.Has(id)) return headers.Add(change.edit->name, change.value);
  headers.Set(id, StrCat(headers.Get(id), ",", change.value));
}

}  // namespace

void ApplyEdits(const HeaderEdits& edits, const observe::LogEntry& entry, HeaderMap& headers) {
  for (const std::string& name : edits.remove) headers.Remove(name);

  Changes overwrite, append;
  for (const HeaderEdit& edit : edits.add) {
    const bool needs_absence = edit.action == HeaderEdit::Action::kAddIfAbsent;
    const bool needs_presence = edit.action == HeaderEdit::Action::kOverwriteIfExists;
    if ((needs_absence || needs_presence) && Has(headers, edit.name) != needs_presence) continue;
    const std::string_view value = ValueOf(edit, entry, headers);
    if (value.data() == nullptr) continue;
    const bool replaces = needs_presence || edit.action == HeaderEdit::Action::kOverwrite;
    (replaces ? overwrite : append).push_back({&edit, value});
  }
  for (const Change& change : overwrite) headers.Set(change.edit->name, change.value);
  for (const Change& change : append) Append(change, headers);
}

void ApplyEdits(const HeaderEditSteps& steps, const observe::LogEntry& entry, HeaderMap& headers) {
  for (const auto& edits : steps) ApplyEdits(*edits, entry, headers);
}

}  // namespace fairlead::route
