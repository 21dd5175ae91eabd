#include "dataplane/route/header_edits.h"

#include <string>

#include "absl/container/inlined_vector.h"
#include "dataplane/base/strings.h"

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

void Append(const HeaderEdit& edit, HeaderMap& headers) {
  const HeaderId id = codec::LookupHeaderId(edit.name);
  if (!IsContinued(id) || !headers.Has(id)) return headers.Add(edit.name, edit.value);
  headers.Set(id, StrCat(headers.Get(id), ",", edit.value));
}

}  // namespace

void ApplyEdits(const HeaderEdits& edits, HeaderMap& headers) {
  for (const std::string& name : edits.remove) headers.Remove(name);

  absl::InlinedVector<const HeaderEdit*, 8> overwrite, append;
  for (const HeaderEdit& edit : edits.add) {
    switch (edit.action) {
      case HeaderEdit::Action::kAppend:
        append.push_back(&edit);
        break;
      case HeaderEdit::Action::kAddIfAbsent:
        if (!Has(headers, edit.name)) append.push_back(&edit);
        break;
      case HeaderEdit::Action::kOverwrite:
        overwrite.push_back(&edit);
        break;
      case HeaderEdit::Action::kOverwriteIfExists:
        if (Has(headers, edit.name)) overwrite.push_back(&edit);
        break;
    }
  }
  for (const HeaderEdit* edit : overwrite) headers.Set(edit->name, edit->value);
  for (const HeaderEdit* edit : append) Append(*edit, headers);
}

void ApplyEdits(const HeaderEditSteps& steps, HeaderMap& headers) {
  for (const auto& edits : steps) ApplyEdits(*edits, headers);
}

}  // namespace fairlead::route
